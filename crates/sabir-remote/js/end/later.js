// @ts-check
// A page's proxies of a worker's objects. A page must not block.

import { NotNow } from '../errors.js';
import {
  APPLY,
  CONSTRUCT,
  DEFINE,
  DELETE,
  DESCRIPTOR,
  GET,
  HAS,
  OWN_KEYS,
  PROTOTYPE,
  SET,
  SET_PROTOTYPE,
} from './operations.js';
import { setOwn } from './proxies.js';
import { NOT_NEEDED, WELCOME, needOf } from './work.js';

/** The page's view of a worker's object. Traps that give a value give the page's own code a promise of it. */
class LaterHandler {
  /** @param {import('./end.js').LinkEnd} end @param {number} handle */
  constructor(end, handle) {
    this.end = end;
    this.handle = handle;
    /** The proxy whose traps these are. @type {any} */
    this.proxy = undefined;
  }

  /** @param {object} _ @param {PropertyKey} key */
  get(_, key) {
    // A proxy that is awaited is no promise itself.
    if (key === 'then') return undefined;
    if (needOf(this.end) !== NOT_NEEDED) return this.end.request(GET, this.handle, key);
    // `concat` would take a promise for `true`, and spread the object into nothing.
    if (key === Symbol.isConcatSpreadable) return undefined;
    if (key === Symbol.toPrimitive) return () => this._isAtOnce('String');
    if (key === Symbol.iterator) return () => this._isAtOnce('for ... of');
    const promise = this.end.request(GET, this.handle, key);
    // As a number it would be NaN: a list of the length 0, for `concat`, `apply` and `JSON.stringify`.
    promise[Symbol.toPrimitive] = () => this._isAtOnce(String(key));
    return promise;
  }

  /** @param {object} _ @param {PropertyKey} key @param {any} value @param {any} receiver */
  set(_, key, value, receiver) {
    // The page cannot ask for setters at once.
    if (receiver !== this.proxy) return setOwn(receiver, key, value);
    this.end.request(SET, this.handle, key, value);
    return true;
  }

  /** @param {object} _ @param {PropertyKey} key */
  has(_, key) {
    return this._isAtOnce('in') && this.end.request(HAS, this.handle, key);
  }

  /** @param {object} _ @param {PropertyKey} key */
  deleteProperty(_, key) {
    return this._isAtOnce('delete') && this.end.request(DELETE, this.handle, key);
  }

  ownKeys() {
    this._isAtOnce('Object.keys');
    return this.end.request(OWN_KEYS, this.handle);
  }

  /** @param {object} _ @param {PropertyKey} key */
  getOwnPropertyDescriptor(_, key) {
    this._isAtOnce('Object.getOwnPropertyDescriptor');
    const descriptor = this.end.request(DESCRIPTOR, this.handle, key);
    // The proxy's target has no such property, so it may not tell of it as fixed (ECMA-262, 10.5.5).
    return descriptor && { ...descriptor, configurable: true };
  }

  /** @param {object} _ @param {PropertyKey} key @param {PropertyDescriptor} descriptor */
  defineProperty(_, key, descriptor) {
    return this._isAtOnce('Object.defineProperty') && this.end.request(DEFINE, this.handle, key, descriptor);
  }

  getPrototypeOf() {
    return needOf(this.end, true) === WELCOME ? this.end.request(PROTOTYPE, this.handle) : Object.prototype;
  }

  /** @param {object} _ @param {object | null} prototype */
  setPrototypeOf(_, prototype) {
    return this._isAtOnce('Object.setPrototypeOf') && this.end.request(SET_PROTOTYPE, this.handle, prototype);
  }

  isExtensible() {
    return true;
  }

  preventExtensions() {
    return false;
  }

  /** @param {object} _ @param {any[]} args */
  construct(_, args) {
    return this.end.request(CONSTRUCT, this.handle, args);
  }

  /** @param {object} _ @param {any} self @param {any[]} args */
  apply(_, self, args) {
    return this.end.request(APPLY, this.handle, self, args);
  }

  /** @param {string} operator @throws {NotNow} */
  _isAtOnce(operator) {
    if (needOf(this.end) !== NOT_NEEDED) return true;
    throw new NotNow(
      `\`${operator}\` on an object that lives in a worker cannot be answered at once; ask a function of the worker's`,
    );
  }
}

/** The classes of a page's proxies. */
export const LATER_HANDLERS = { object: LaterHandler };
