// @ts-check
// Methods of an instance are called back, with the instance as `this`.
import { pause, same } from '../suite.mjs';

export const source = 'https://github.com/GoogleChromeLabs/comlink/issues/426';

class Counter {
  count = 0;
  handleEvent() {
    this.count++;
  }
}

/** @param {any} library */
export async function run({ window }) {
  const counter = new Counter();
  window.document.addEventListener('counts', counter);
  window.document.dispatchEvent(new window.Event('counts'));
  await pause(100);
  window.document.removeEventListener('counts', counter);
  window.document.dispatchEvent(new window.Event('counts'));
  await pause(100);
  same(counter.count, 1);
}
