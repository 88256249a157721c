// @ts-check
// A worker that listens to `drop` reads the files, although the event is over by then.
import { pause, same } from '../suite.mjs';

export const source = 'https://github.com/ross-spencer/demystify-lite/issues/4';

export async function page() {
  while (document.title !== 'listening') await pause(5);
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(['content'], 'a.txt'));
  document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  // As the platform does.
  Reflect.get(DataTransfer.prototype, 'items', dataTransfer).clear();
}

/** @param {any} library */
export async function run({ window }) {
  const { document } = window;
  const dropped = new Promise((resolve) => document.addEventListener('drop', resolve));
  document.title = 'listening';
  const { dataTransfer } = /** @type {any} */ (await dropped);
  await pause(50);
  const [file] = dataTransfer.files;
  same([file.name, await file.text()], ['a.txt', 'content']);
}
