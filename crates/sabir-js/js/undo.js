// @ts-check
// What a worker begins on its page, and what has to end with it: listeners, intervals, observers.

const { apply } = Reflect;
const NATIVE = /\{\s*\[native code\]\s*\}$/;
const toText = Function.prototype.toString;

/** Whether it is the platform's, of this realm or of a frame's. @param {any} callee */
const isNative = (callee) => NATIVE.test(toText.call(callee));

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
    if (name === 'addEventListener') this.#limit(callee, args);
    const result = apply(callee, self, args);
    if (name === 'setInterval' && callee === globalThis.setInterval) this.#intervals.add(result);
    else if (name === 'clearInterval' || name === 'clearTimeout') this.#intervals.delete(args[0]);
    return result;
  }

  /** Has a listener end with the link. @param {any} callee @param {any[]} args */
  #limit(callee, args) {
    if (callee !== EventTarget.prototype.addEventListener && !isNative(callee)) return;
    const given = typeof args[2] === 'object' ? args[2] : { capture: args[2] };
    const { capture, once, passive, signal } = given ?? {};
    const { signal: ending } = this.#ending;
    // Where signals cannot be joined, the program's own has to do.
    if (signal !== undefined && AbortSignal.any === undefined) return;
    args[2] = { capture, once, passive, signal: signal === undefined ? ending : AbortSignal.any([signal, ending]) };
  }

  /** Remembers an observer. @template T @param {any} maker @param {T} made */
  made(maker, made) {
    if (!/Observer$/.test(maker.name) || !isNative(maker)) return made;
    if (this.#observers.size >= this.#many) {
      for (const observer of this.#observers) if (observer.deref() === undefined) this.#observers.delete(observer);
      this.#many = 2 * this.#observers.size + 16;
    }
    this.#observers.add(new WeakRef(/** @type {any} */ (made)));
    return made;
  }

  /** Ends it all. */
  all() {
    this.#ending.abort();
    for (const interval of this.#intervals) clearInterval(interval);
    for (const observer of this.#observers) observer.deref()?.disconnect();
    this.#intervals.clear();
    this.#observers.clear();
  }
}
