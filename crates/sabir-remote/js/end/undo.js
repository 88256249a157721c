// @ts-check
// Traces of a worker on its page: listeners, intervals and observers end with the worker, the data of events outlives them.

import { isNative } from '../native.js';
import { keepData } from './transfers.js';

const { apply } = Reflect;

export class Undo {
  #ending = new AbortController();
  /** @type {Set<any>} */
  #intervals = new Set();
  /** @type {Set<WeakRef<any>>} */
  #observers = new Set();
  /** From how many on those are looked for that were collected. */
  #many = 16;

  /** Calls a function for the worker, and remembers what it begins. @param {any} callee @param {any} self @param {any[]} args */
  apply(callee, self, args) {
    const { name } = callee;
    if (name === 'addEventListener' && isNative(callee)) this.#limit(args);
    const result = apply(callee, self, args);
    if (callee === setInterval) this.#intervals.add(result);
    else if (callee === clearInterval || callee === clearTimeout) this.#intervals.delete(args[0]);
    return result;
  }

  /** Has a listener end with the link. @param {any[]} args */
  #limit(args) {
    const given = typeof args[2] === 'object' ? args[2] : { capture: args[2] };
    const { capture, once, passive, signal } = given ?? {};
    const ending = this.#ending.signal;
    // Where signals cannot be joined, the program's own has to do.
    args[2] = { capture, once, passive, signal: signal ? (AbortSignal.any?.([signal, ending]) ?? signal) : ending };
  }

  /** Remembers an observer. @param {any} maker @param {any} made */
  made(maker, made) {
    if (!/Observer$/.test(maker.name) || !isNative(maker)) return;
    if (this.#observers.size >= this.#many) {
      for (const observer of this.#observers) if (observer.deref() === undefined) this.#observers.delete(observer);
      this.#many = 2 * this.#observers.size + 16;
    }
    this.#observers.add(new WeakRef(made));
  }

  /** Has the data of an event outlive its dispatch: the worker reads it later. @param {Event} event */
  keep(event) {
    keepData(event);
  }

  /** Ends it all. */
  all() {
    this.#ending.abort();
    for (const interval of this.#intervals) clearInterval(interval);
    for (const observer of this.#observers) observer.deref()?.disconnect();
  }
}
