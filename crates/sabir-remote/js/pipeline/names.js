// @ts-check
// Handles that the borrower chooses: it uses an object before the page has made it.

import { BadHandle } from '../errors.js';
import { GONE, Lent } from '../end/handles.js';

/** From here on handles are the borrower's choice. */
export const NAMED = 0x8000_0000;
/** How many can be chosen before one would be `GONE`. */
export const MOST_NAMES = GONE - NAMED;

/** In the place of a handle: the operation makes no object, and is none of the program's. */
export const UNCOUNTED = 1;

/** In the place of an object that was not made. */
const NOT_MADE = Symbol('not made');

/** The object of a handle was not made. */
export class NotMade extends BadHandle {}

/** @typedef {{ value: any, count: number }} Named */

/** The objects that a page has lent to a worker, by handles of both. */
export class NamingLent extends Lent {
  /** @type {Map<number, Named>} */
  _named = new Map();

  /** Goes on from what was lent before. @param {Lent} before */
  constructor(before) {
    super(undefined);
    Object.assign(this, before);
  }

  /** @override */
  get size() {
    return super.size + this._named.size;
  }

  /** Lends a value by the handle that the borrower has chosen. @param {number} handle @param {any} value */
  name(handle, value) {
    this._named.set(handle, { value, count: 1 });
    this._handles.set(value, handle);
  }

  /** An object was not made. @param {number} handle */
  fail(handle) {
    this._named.set(handle, { value: NOT_MADE, count: 1 });
  }

  /** @override @param {any} value */
  lend(value) {
    const named = this._named.get(this._handles.get(value) ?? 0);
    if (named === undefined) return super.lend(value);
    named.count++;
    return /** @type {number} */ (this._handles.get(value));
  }

  /** @override @param {number} handle */
  own(handle) {
    if (handle < NAMED || handle === GONE) return super.own(handle);
    const named = this._named.get(handle);
    if (named === undefined) throw new BadHandle(`handle ${handle} stands for nothing here: it was released`);
    if (named.value === NOT_MADE) throw new NotMade('the object was not made: the operation that makes it has failed');
    return named.value;
  }

  /** @override @param {number} handle @param {number} count */
  release(handle, count) {
    if (handle < NAMED) return super.release(handle, count);
    const named = this._named.get(handle);
    if (named === undefined || (named.count -= count) > 0) return undefined;
    this._named.delete(handle);
    if (this._handles.get(named.value) === handle) this._handles.delete(named.value);
    return named.value === NOT_MADE ? undefined : named.value;
  }

  /** @override */
  clear() {
    super.clear();
    this._named.clear();
  }
}
