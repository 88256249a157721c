// @ts-check
// A page's proxies of a worker's objects. A page must not block.

import { SabirError } from '../errors.js';
import { APPLY, CONSTRUCT, GET, SET } from './operations.js';

/** The page's view of a worker's object: every trap that gives a value gives a promise of it. */
class LaterHandler {
  /** @param {import('./end.js').LinkEnd} end @param {number} handle */
  constructor(end, handle) {
    this.end = end;
    this.handle = handle;
  }

  /** @param {object} _ @param {PropertyKey} key */
  get(_, key) {
    // A proxy that is awaited is no promise itself.
    return key === 'then' ? undefined : this.end.request(GET, this.handle, key);
  }

  /** @param {object} _ @param {PropertyKey} key @param {any} value */
  set(_, key, value) {
    this.end.request(SET, this.handle, key, value);
    return true;
  }

  has() {
    return notNow('in');
  }
  deleteProperty() {
    return notNow('delete');
  }
  ownKeys() {
    return notNow('Object.keys');
  }
  getOwnPropertyDescriptor() {
    return notNow('Object.getOwnPropertyDescriptor');
  }
  defineProperty() {
    return notNow('Object.defineProperty');
  }
  getPrototypeOf() {
    return Object.prototype;
  }
  setPrototypeOf() {
    return notNow('Object.setPrototypeOf');
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
}

/** The classes of a page's proxies. */
export const LATER_HANDLERS = { object: LaterHandler };

/** @param {string} what @returns {never} */
function notNow(what) {
  throw new SabirError(
    `\`${what}\` on an object that lives in a worker cannot be answered at once; ask a function of the worker's`,
  );
}
