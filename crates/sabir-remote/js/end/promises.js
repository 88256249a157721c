// @ts-check
// The page's promises, of which a worker hears through the functions that it gives to `then`, `catch` and the constructor.

import { isNative } from '../native.js';
import { isOf } from '../values/brands.js';
import { isThenable } from '../values/tags.js';

/** @typedef {import('./end.js').LinkEnd} LinkEnd */

/** How long a worker has until it hears of a rejection, in ms: later, the page reports it as unhandled. */
const HEARD_MS = 3000;

const METHODS = new Set(['then', 'catch', 'finally']);

/** The ends of the workers that promises were lent to. @type {WeakMap<Promise<any>, LinkEnd>} */
const lent = new WeakMap();
/** Promises that a worker has given a function to. @type {WeakSet<Promise<any>>} */
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
  const end = lent.get(promise);
  if (end === undefined) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  // The worker alone waited for this promise, and it has ended.
  if (end.ended !== undefined && reason === end.ended) return;
  setTimeout(() => {
    if (!heard.has(promise)) void Promise.reject(reason);
  }, HEARD_MS);
}

/** Notes what is lent to a worker. @param {any} value @param {LinkEnd} end */
export function note(value, end) {
  // A frame's promises are reported in the frame.
  if (value instanceof Promise) lent.set(value, end);
}

/**
 * The arguments of a call. One that tells the worker how a promise ends sends errors by value, as thrown ones are. A value that
 * cannot be sent is replaced by the error that says so.
 * @param {LinkEnd} end @param {any} target @param {any} self @param {any[]} args
 */
export function hearing(end, target, self, args) {
  if (typeof args[0] !== 'function' && typeof args[1] !== 'function') return args;
  const { name } = target;
  if (!METHODS.has(name) || !isOf(self, 'Promise') || !isNative(target)) return args;
  heard.add(self);
  if (name === 'finally') return args;
  const [fulfilled, rejected] = name === 'then' ? args : [undefined, args[0]];
  const told = rejection(end, rejected);
  return name === 'then' ? [fulfilment(end, fulfilled, told), told] : [told];
}

/** @param {LinkEnd} end @param {any} hears */
const isTheirs = (end, hears) => typeof hears === 'function' && end.isProxy(hears);

/** @param {LinkEnd} end @param {any} hears */
function rejection(end, hears) {
  if (!isTheirs(end, hears)) return hears;
  return (/** @type {any} */ reason) => {
    try {
      return hears(isOf(reason, 'Error') ? end.direct(reason) : reason);
    } catch (/** @type {any} */ error) {
      return hears(end.direct(error));
    }
  };
}

/** @param {LinkEnd} end @param {any} hears @param {any} rejected */
function fulfilment(end, hears, rejected) {
  if (!isTheirs(end, hears)) return hears;
  return (/** @type {any} */ value) => {
    try {
      return hears(value);
    } catch (error) {
      if (typeof rejected !== 'function') throw error;
      return rejected(error);
    }
  };
}

/** An executor of a worker's that throws rejects its promise, also where it answers later. @param {LinkEnd} end @param {any} target @param {any[]} args */
export function withExecutor(end, target, args) {
  const [executor] = args;
  if (target !== Promise || !isTheirs(end, executor)) return args;
  const executes = (/** @type {any} */ resolve, /** @type {any} */ reject) => {
    const answer = executor(resolve, reject);
    if (isThenable(answer)) answer.then(undefined, reject);
  };
  return [executes];
}
