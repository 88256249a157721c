// @ts-check
// Methods of an instance are called back, with the instance as `this`: of any class, and as a field too.
import { pause, same } from '../suite.mjs';

export const source = 'https://github.com/GoogleChromeLabs/comlink/issues/426';

/** @param {any} Base */
const hearing = (Base) =>
  class extends Base {
    count = 0;
    handleEvent() {
      this.count++;
    }
  };

/** @returns {any} */
function bare() {
  return Object.assign(Object.create(Object.assign(Object.create(null), { handleEvent: count })), { count: 0 });
}

/** @this {any} */
function count() {
  this.count++;
}

class Field {
  count = 0;
  handleEvent = () => void this.count++;
}

class Json extends hearing(Object) {
  toJSON() {
    return 'json';
  }
}

/** @param {any} library */
export async function run({ window }) {
  const listeners = [Object, EventTarget, Map, Array].map((Base) => new (hearing(Base))());
  listeners.push(bare(), new Field(), new Json());
  for (const listener of listeners) {
    window.document.addEventListener('counts', listener);
    window.document.dispatchEvent(new window.Event('counts'));
    await pause(100);
    window.document.removeEventListener('counts', listener);
    window.document.dispatchEvent(new window.Event('counts'));
    await pause(100);
  }
  same(
    listeners.map(({ count }) => count),
    listeners.map(() => 1),
  );
}
