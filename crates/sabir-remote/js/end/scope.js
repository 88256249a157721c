// @ts-check
// Scopes: what is borrowed while one is open is given back when it closes. The collector gives back the rest, but only in
// this realm's event loop: a program that never returns to it needs scopes.

import { isObject, isThenable } from '../values/tags.js';

/** @typedef {import('./handles.js').Borrowed} Borrowed */

export class Scope {
  /** @type {Map<any, import('./handles.js').Entry>} */
  entries = new Map();
  /** The scope that it was opened in. @type {Scope | undefined} */
  outer;
  _isOpen = true;
  _borrowed;

  /** @param {Borrowed} borrowed */
  constructor(borrowed) {
    this._borrowed = borrowed;
    this.outer = borrowed.scope;
    borrowed.scope = this;
  }

  /** Has an object outlive the scope: it is the outer one's. Gives it. @template T @param {T} value */
  keep(value) {
    return this._borrowed.outlive(value, this.outer);
  }

  /** Keeps a result, or the values in it if it is an array or a plain object of this realm. @template T @param {T} result */
  keepResult(result) {
    this.keep(result);
    if (!isObject(result) || this._borrowed.handleOf(/** @type {any} */ (result)) !== undefined) return result;
    if (isThenable(result))
      throw new TypeError('a `scope` ends when its function returns: that cannot be an async one');
    const prototype = Object.getPrototypeOf(result);
    if (prototype === Array.prototype || prototype === Object.prototype)
      for (const value of Object.values(/** @type {any} */ (result))) this.keep(value);
    return result;
  }

  close() {
    this._isOpen = false;
    for (const [proxy, entry] of this.entries) this._borrowed.giveBack(proxy, entry);
    this.entries.clear();
    // One that was opened later may still be open.
    this._borrowed.scope = this._borrowed.scope?.open;
  }

  /** The innermost scope that is open, from this one on. @returns {Scope | undefined} */
  get open() {
    return this._isOpen ? this : this.outer?.open;
  }
}
