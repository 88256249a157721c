// @ts-check
// The page's classes, by their names in a worker's global scope: `x instanceof HTMLElement` is the question of `dyn_into`.

import { INSTANCE_OF, NAMES, ordinaryInstance } from '../end/operations.js';
import { query } from '../end/paths.js';
import { AWAIT } from '../end/stand-ins.js';
import { isObject } from '../values/tags.js';

/** @typedef {import('../end/end.js').LinkEnd} LinkEnd */

const { hasInstance } = Symbol;

/** The classes of the language: a page's array is an array for `Array.isArray` only. */
const LANGUAGE =
  /^(?:Object|Function|Array|Number|Boolean|String|Symbol|BigInt|Date|Promise|RegExp|Map|Set|Weak\w+|\w*Error|(?:Shared)?ArrayBuffer|\w+Array|DataView|Proxy|Reflect|Math|JSON|Intl|Atomics|WebAssembly|Iterator|FinalizationRegistry|\w*DisposableStack|Temporal|Infinity|NaN)$/;

/** A worker's own functions that take Blobs. */
const TAKING = Object.entries({
  '': 'Blob File Request Response FormData fetch',
  'FormData.prototype': 'append set',
  'FileReader.prototype': 'readAsArrayBuffer readAsDataURL readAsText',
  'FileReaderSync.prototype': 'readAsArrayBuffer readAsDataURL readAsText',
  'XMLHttpRequest.prototype': 'send',
  'WebSocket.prototype': 'send',
  URL: 'createObjectURL',
});

/** @param {string} name */
export const isClassName = (name) => /^[A-Z]/.test(name) && !LANGUAGE.test(name);

/** @param {string} name @param {any} value */
export const define = (name, value) =>
  Object.defineProperty(globalThis, name, { configurable: true, writable: true, value });

/** A worker's view of its page's classes, which it defines by their names. */
export class Classes {
  /** @type {LinkEnd} */
  #end;
  /** Whether the page's global object is an instance of the class of a name. @type {Map<string, boolean>} */
  #ofWindow = new Map();

  /**
   * Takes one trip. Each class costs none before it is used; where this worker has a class of that name itself, the page's
   * instances are instances of it too.
   * @param {LinkEnd} end
   */
  constructor(end) {
    this.#end = end;
    const handle = /** @type {number} */ (end.handleOf(end.window));
    /** The names of the page's global scope. @type {string[]} */
    this.names = end.request(NAMES, handle).split(',');
    for (const name of this.names) {
      if (!isClassName(name)) continue;
      const own = /** @type {any} */ (globalThis)[name];
      if (own === undefined) define(name, this.standIn(name));
      else if (typeof own === 'function') this.#join(own, name);
    }
    this.#takeForms();
  }

  /** Has this worker's own functions take the page's forms and Blobs: they would take the text `[object File]`. */
  #takeForms() {
    const end = this.#end;
    const own = (/** @type {any} */ value) => this.#ownBlobs(value);
    const taking = {
      apply: (/** @type {any} */ target, /** @type {any} */ self, /** @type {any[]} */ args) =>
        Reflect.apply(target, self, args.map(own)),
      construct: (/** @type {any} */ target, /** @type {any[]} */ args, /** @type {any} */ newTarget) => {
        const isForm = target.name === 'FormData' && isObject(args[0]) && end.isProxy(args[0]);
        if (!isForm) return Reflect.construct(target, args.map(own), newTarget);
        const data = Reflect.construct(target, [], newTarget);
        for (const [name, value] of new end.window.FormData(...args)) data.append(name, own(value));
        return data;
      },
    };
    for (const [path, names] of TAKING) {
      const owner = query(globalThis, path);
      for (const name of names.split(' ')) {
        const taker = owner?.[name];
        if (taker !== undefined) owner[name] = new Proxy(taker, taking);
      }
    }
  }

  /** A copy of its own of each of the page's Blobs in what a function is given. @param {any} value @returns {any} */
  #ownBlobs(value) {
    if (!isObject(value) || !this.#end.blocking) return value;
    if (!this.#end.isProxy(value)) {
      if (Array.isArray(value)) return value.map((item) => this.#ownBlobs(item));
      const { body } = value;
      const own = Object.hasOwn(value, 'body') ? this.#ownBlobs(body) : body;
      return own === body ? value : { ...value, body: own };
    }
    if (!this.#holds(value, 'Blob')) return value;
    const bytes = this.#end.request(AWAIT, /** @type {number} */ (this.#end.handleOf(value.arrayBuffer())));
    const { name, type, lastModified } = value;
    return this.#holds(value, 'File') ? new File([bytes], name, { type, lastModified }) : new Blob([bytes], { type });
  }

  /** Whether a value of the page's is an instance of the page's class of a name. @param {any} value @param {string} name */
  #holds(value, name) {
    if (!isObject(value)) return false;
    // A worker's global scope without the page's globals is no window: code that looks for one would find it empty.
    if (value === globalThis && !this.#end.hasGlobals) return false;
    // No object of the platform's has another prototype later.
    const instances = value === globalThis ? this.#ofWindow : this.#end.kindOf(value)?.instances;
    const known = instances?.get(name);
    if (known !== undefined) return known;
    const handle = this.#end.handleOf(value);
    if (handle === undefined) return false;
    /** @type {boolean} */
    const holds = this.#end.request(INSTANCE_OF, handle, name);
    if (this.#end.cacheable) instances?.set(name, holds);
    return holds;
  }

  /** The page's class of a name, which is asked for when it is constructed or read. @param {string} name @param {any} [own] instances of this class are its, too */
  standIn(name, own) {
    /** @type {any} */
    let theirs;
    const get = () => (theirs ??= this.#end.borrowed.outlive(this.#end.window[name]));
    /** @param {any} value */
    const holds = (value) => (own !== undefined && value instanceof own) || this.#holds(value, name);
    const target = function () {};
    /** @type {any} */
    const made = new Proxy(target, {
      get: (_, key) => (key === hasInstance ? holds : get()[key]),
      set: (_, key, value) => Reflect.set(get(), key, value),
      has: (_, key) => key in get(),
      apply: (_, self, args) => Reflect.apply(get(), self, args),
      construct: (_, args, Class) => Reflect.construct(get(), args, Class === made ? get() : Class),
    });
    return made;
  }

  /** Has `instanceof` of a class of this worker's hold for the page's instances too. @param {any} own @param {string} name */
  #join(own, name) {
    const classes = this;
    /** @this {any} @param {any} value */
    const holds = function (value) {
      // A class that extends this one has inherited the function.
      return ordinaryInstance.call(this, value) || (this?.prototype === own.prototype && classes.#holds(value, name));
    };
    try {
      Object.defineProperty(own, hasInstance, { configurable: true, value: holds });
    } catch {
      // A class that is frozen stays as it is.
    }
  }
}
