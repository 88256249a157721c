// @ts-check
// Handles: numbers for objects that stay in their realm.
//
// Members that begin with `_` are private: end.js gives the reason.
//
// A lent value is kept until the other realm has given back as many handles as it was sent: one may be on its way out
// while another is on its way back.

import { BadHandle } from '../errors.js';

const INDEX_BITS = 24;
const INDEX_MASK = (1 << INDEX_BITS) - 1;

/** The handle of the page's global object, which is never released. */
export const GLOBAL = 0;

/** The objects that a realm has lent over one link. */
export class Lent {
  /** @type {any[]} */
  _values = [undefined];
  /** How often each was sent. */
  _counts = [0];
  /** A slot's next handle differs from the one before: a released handle reaches nothing. */
  _generations = [0];
  /** @type {number[]} */
  _free = [];
  /** @type {Map<any, number>} */
  _handles = new Map();

  /** @param {any} global what handle 0 stands for, if anything */
  constructor(global) {
    if (global === undefined) return;
    this._values[0] = global;
    this._handles.set(global, GLOBAL);
  }

  /** How many values are lent, beside the global object. */
  get size() {
    return this._values.length - 1 - this._free.length;
  }

  /** @param {any} value */
  lend(value) {
    const handle = this._handles.get(value);
    if (handle !== undefined) {
      this._counts[handle & INDEX_MASK]++;
      return handle;
    }
    const index = this._free.pop() ?? this._values.length;
    if (index > INDEX_MASK) throw new RangeError(`more than ${INDEX_MASK} objects are lent to the other realm`);
    this._values[index] = value;
    this._counts[index] = 1;
    this._generations[index] ??= 0;
    const fresh = ((this._generations[index] << INDEX_BITS) | index) >>> 0;
    this._handles.set(value, fresh);
    return fresh;
  }

  /** @param {number} handle */
  own(handle) {
    const index = handle & INDEX_MASK;
    const value = this._values[index];
    if (value === undefined || this._generations[index] !== handle >>> INDEX_BITS) {
      throw new BadHandle(`handle ${handle} stands for nothing here: it was released, or belongs to another link`);
    }
    return value;
  }

  /** @param {number} handle @param {number} count how many of those sent come back */
  release(handle, count) {
    const index = handle & INDEX_MASK;
    if (handle === GLOBAL || this._values[index] === undefined || this._generations[index] !== handle >>> INDEX_BITS)
      return;
    this._counts[index] -= count;
    if (this._counts[index] > 0) return;
    this._handles.delete(this._values[index]);
    this._values[index] = undefined;
    this._generations[index] = (this._generations[index] + 1) & 0xff;
    this._free.push(index);
  }

  clear() {
    this._values.length = 1;
    this._counts.length = 1;
    this._free.length = 0;
    this._handles.clear();
  }
}

/** The objects that the other realm has lent to this one. */
export class Borrowed {
  /** @typedef {{ handle: number, count: number, proxy: WeakRef<object> }} Entry */
  /** @type {Map<number, Entry>} */
  _entries = new Map();
  /** @type {WeakMap<object, number>} */
  _handles = new WeakMap();
  /** @type {FinalizationRegistry<Entry>} */
  _registry;
  /** @type {Map<number, symbol>} */
  _symbols = new Map();

  /** @param {(handle: number, count: number) => void} released called when a proxy was collected */
  constructor(released) {
    this._registry = new FinalizationRegistry((entry) => {
      if (this._entries.get(entry.handle) === entry) this._entries.delete(entry.handle);
      released(entry.handle, entry.count);
    });
  }

  get size() {
    return this._entries.size;
  }

  /** The one proxy of a handle. @param {number} handle @param {() => object} make */
  borrow(handle, make) {
    const entry = this._entries.get(handle);
    const proxy = entry?.proxy.deref();
    if (proxy !== undefined) {
      /** @type {Entry} */ (entry).count++;
      return proxy;
    }
    const fresh = make();
    this.keep(handle, fresh);
    return fresh;
  }

  /** @param {number} handle @param {object} proxy */
  keep(handle, proxy) {
    const entry = { handle, count: 1, proxy: new WeakRef(proxy) };
    this._entries.set(handle, entry);
    this._handles.set(proxy, handle);
    this._registry.register(proxy, entry);
  }

  /** Knows `proxy` for a handle that is never released. @param {number} handle @param {object} proxy */
  pin(handle, proxy) {
    this._handles.set(proxy, handle);
  }

  /** @param {object} value */
  handleOf(value) {
    return this._handles.get(value);
  }

  /** @param {number} handle @param {string | undefined} description */
  symbol(handle, description) {
    let symbol = this._symbols.get(handle);
    if (symbol === undefined) this._symbols.set(handle, (symbol = Symbol(description)));
    return symbol;
  }

  /** @param {symbol} symbol */
  symbolHandle(symbol) {
    for (const [handle, borrowed] of this._symbols) if (borrowed === symbol) return handle;
    return undefined;
  }

  clear() {
    this._entries.clear();
    this._symbols.clear();
  }
}
