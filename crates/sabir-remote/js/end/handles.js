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

const TOO_MANY =
  `more than ${INDEX_MASK - 1} objects are lent to the other realm, which gives them back in its event loop, ` +
  'or by `scope` and `release`';

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
    if (index === INDEX_MASK) throw new RangeError(TOO_MANY);
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
    if (handle === GONE)
      throw new BadHandle('the object was given back: by `release`, or by a `scope` that did not keep it');
    if (value === undefined || this._generations[index] !== handle >>> INDEX_BITS) {
      throw new BadHandle(`handle ${handle} stands for nothing here: it was released, or belongs to another link`);
    }
    return value;
  }

  /** Takes handles back; gives the value if they were the last. @param {number} handle @param {number} count how many of those sent come back */
  release(handle, count) {
    const index = handle & INDEX_MASK;
    const value = this._values[index];
    if (handle === GLOBAL || value === undefined || this._generations[index] !== handle >>> INDEX_BITS)
      return undefined;
    this._counts[index] -= count;
    if (this._counts[index] > 0) return undefined;
    this._handles.delete(value);
    this._values[index] = undefined;
    this._generations[index] = (this._generations[index] + 1) & 0x7f;
    this._free.push(index);
    return value;
  }

  clear() {
    this._values.length = 1;
    this._counts.length = 1;
    this._free.length = 0;
    this._handles.clear();
  }
}

/** The handle of an object that was given back although somebody holds its proxy. */
export const GONE = 0xffff_ffff;

/** The key by which a proxy's trap takes `GONE` for its handle: no invariant holds for what cannot be deleted. */
export const GIVE_UP = Symbol('give up');

/** @typedef {{ handle: number, count: number, proxy: { deref(): object | undefined } }} Entry */

/** The objects that the other realm has lent to this one. */
export class Borrowed {
  /** @type {Map<number, Entry>} */
  _entries = new Map();
  /** @type {WeakMap<object, number>} */
  _handles = new WeakMap();
  /** @type {FinalizationRegistry<Entry>} */
  _registry;
  /** @type {Map<number, symbol>} */
  _symbols = new Map();
  /** Takes what is borrowed from now on, and gives it back. @type {import('./scope.js').Scope | undefined} */
  scope;
  _released;

  /** @param {(handle: number, count: number) => void} released called when a proxy was collected, or given back */
  constructor(released) {
    this._released = released;
    this._registry = new FinalizationRegistry((entry) => {
      if (entry.count === 0) return;
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
    const { scope } = this;
    /** @type {Entry} */
    const entry = { handle, count: 1, proxy: scope === undefined ? new WeakRef(proxy) : new Held(proxy) };
    this._entries.set(handle, entry);
    this.pin(handle, proxy);
    if (scope === undefined) this._registry.register(proxy, entry);
    else scope.entries.set(proxy, entry);
  }

  /** Has the collector decide on what a scope has borrowed. @param {object} proxy @param {Entry} entry */
  keepWeakly(proxy, entry) {
    entry.proxy = new WeakRef(proxy);
    this._registry.register(proxy, entry);
  }

  /** Has a value outlive the scopes within `outer`, whose it is then; without it, all scopes. @template T @param {T} value @param {import('./scope.js').Scope} [outer] */
  outlive(value, outer) {
    for (let { scope } = this; scope !== undefined && scope !== outer; scope = scope.outer) {
      const entry = scope.entries.get(value);
      if (entry === undefined) continue;
      scope.entries.delete(value);
      const heir = outer?.open;
      if (heir === undefined) this.keepWeakly(/** @type {any} */ (value), entry);
      else heir.entries.set(value, entry);
    }
    return value;
  }

  /** Gives an object back though its proxy is held: who uses it is told. @param {object} proxy @throws {TypeError} if it is no proxy that can be given back */
  release(proxy) {
    const entry = this._entries.get(this.handleOf(proxy) ?? GONE);
    if (entry !== undefined) return this.giveBack(proxy, entry);
    if (this.handleOf(proxy) !== GONE) throw new TypeError('`release` takes an object that the other realm has lent');
  }

  /** @param {object} proxy @param {Entry} entry */
  giveBack(proxy, entry) {
    const { handle, count } = entry;
    entry.count = 0;
    this._entries.delete(handle);
    this._handles.set(proxy, GONE);
    Reflect.deleteProperty(proxy, GIVE_UP);
    this._released(handle, count);
  }

  /** Knows `proxy` for a handle: alone, for one that is never released. @param {number} handle @param {object} proxy */
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

/** Holds a proxy for a scope. A `WeakRef` would keep it to the end of the turn (ECMA-262, 9.10), which may never come. */
class Held {
  /** @param {object} proxy */
  constructor(proxy) {
    this._proxy = proxy;
  }

  deref() {
    return this._proxy;
  }
}
