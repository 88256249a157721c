// @ts-check
// Rejections of the page's promises, which a worker hears of through the functions that it gives to `then` and `catch`.

import { isNative } from '../native.js';
import { isOf } from '../values/brands.js';

/** @typedef {import('./end.js').LinkEnd} LinkEnd */

/** How long a worker has until it hears of a rejection, in ms: later, the page reports it as unhandled. */
const HEARD_MS = 3000;

const METHODS = new Set(['then', 'catch', 'finally']);

/** Promises that a worker has got, and those of them that it has given a function to. @type {WeakSet<Promise<any>>} */
const lent = new WeakSet();
/** @type {WeakSet<Promise<any>>} */
const heard = new WeakSet();

let isWatching = false;

/** Has the page wait for its workers before it reports their promises as unhandled. */
export function watch() {
  if (isWatching) return;
  isWatching = true;
  // Captured, and early: the listeners of programs come later.
  addEventListener('unhandledrejection', postpone, true);
}

/** @param {PromiseRejectionEvent} event */
function postpone(event) {
  const { promise, reason } = event;
  if (!lent.has(promise)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  setTimeout(() => {
    if (!heard.has(promise)) void Promise.reject(reason);
  }, HEARD_MS);
}

/** Notes what is lent to a worker. @param {any} value */
export function note(value) {
  // A frame's promises are reported in the frame.
  if (value instanceof Promise) lent.add(value);
}

/**
 * The arguments of a call. If the call is to hear of a rejection, the worker gets an error by value, as if it had been thrown.
 * @param {LinkEnd} end @param {any} target @param {any} self @param {any[]} args
 */
export function withErrors(end, target, self, args) {
  if (typeof args[0] !== 'function' && typeof args[1] !== 'function') return args;
  const { name } = target;
  if (!METHODS.has(name) || !isOf(self, 'Promise') || !isNative(target)) return args;
  heard.add(self);
  const place = name === 'then' ? 1 : 0;
  const hears = args[place];
  if (name === 'finally' || typeof hears !== 'function' || !end.isProxy(hears)) return args;
  /** @param {any} reason */
  const hearsError = (reason) => hears(isOf(reason, 'Error') ? end.direct(reason) : reason);
  return args.map((arg, index) => (index === place ? hearsError : arg));
}
