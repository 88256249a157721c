// @ts-check
// Shared by the pages of the transports. Each page has one contender, since a service worker has a folder to itself.
import { contender } from '../js/operations.mjs';

Object.assign(globalThis, { held: { value: 1 } });

const state = /** @type {HTMLElement} */ (document.querySelector('#state'));

/** Has the benchmark drive what `start` starts. @param {string} name @param {() => any} start */
export async function drive(name, start) {
  const { ask } = await contender(name, start);
  Object.assign(globalThis, { ask });
  state.textContent = 'ready';
}

/** Starts a worker of a library's that has `window`. @param {any} Worker @param {string} name */
export const starts = (Worker, name) => () => {
  const worker = new Worker('worker.mjs', { name, serviceWorker: 'sw.js' });
  worker.proxy.echo = (/** @type {any} */ value) => value;
  // Of a transport that the browser does not have, this is how it shows.
  worker.proxy.add(1).catch((/** @type {Error} */ error) => (state.textContent = error.message));
};
