// @ts-check
// Signals of a worker's own among the arguments of the page's functions: the page is given one of its own that follows.

/** What a function of the page's is given for one. */
export class Signals {
  /** @type {WeakMap<AbortSignal, any>} */
  #theirs = new WeakMap();
  #end;

  /** @param {import('../end/end.js').LinkEnd} end */
  constructor(end) {
    this.#end = end;
  }

  /** Arguments whose last one, if it is a dictionary with a signal, has the page's. @param {any[]} args @returns {any[]} */
  exchange(args) {
    const options = args.at(-1);
    if (!this.#hasOwn(options)) return args;
    return [...args.slice(0, -1), { ...options, signal: this.#of(options.signal) }];
  }

  /** @param {any} options */
  #hasOwn(options) {
    if (typeof options !== 'object' || options === null || this.#end.isProxy(options)) return false;
    const { signal } = options;
    return typeof AbortSignal === 'function' && signal instanceof AbortSignal && !this.#end.isProxy(signal);
  }

  /** @param {AbortSignal} own */
  #of(own) {
    const known = this.#theirs.get(own);
    if (known !== undefined) return known;
    const following = new this.#end.window.AbortController();
    const abort = () => following.abort(own.reason);
    if (own.aborted) abort();
    else own.addEventListener('abort', abort);
    const { signal } = following;
    this.#theirs.set(own, signal);
    return signal;
  }
}
