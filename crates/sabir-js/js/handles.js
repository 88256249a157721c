// @ts-check
// Handles: numbers that stand for what stays in its realm.
//
// A lent value is kept until the other realm has given back as many handles as it was sent: one may be on its way out
// while another is on its way back.

import { BadHandle } from './errors.js';

const INDEX_BITS = 24;
const INDEX_MASK = (1 << INDEX_BITS) - 1;

/** The handle of the page's global object, which is never released. */
export const GLOBAL = 0;

/** What a realm has lent over one link. */
export class Lent {
  /** @type {any[]} */
  #values = [undefined];
  /** How often each was sent. */
  #counts = [0];
  /** A slot's next handle differs from the one before: a released handle reaches nothing. */
  #generations = [0];
  /** @type {number[]} */
  #free = [];
  /** @type {Map<any, number>} */
  #handles = new Map();

  /** @param {any} global what handle 0 stands for, if anything */
  constructor(global) {
    if (global === undefined) return;
    this.#values[0] = global;
    this.#handles.set(global, GLOBAL);
  }

  /** How many values are lent, beside the global object. */
  get size() {
    return this.#values.length - 1 - this.#free.length;
  }

  /** @param {any} value */
  lend(value) {
    const handle = this.#handles.get(value);
    if (handle !== undefined) {
      this.#counts[handle & INDEX_MASK]++;
      return handle;
    }
    const index = this.#free.pop() ?? this.#values.length;
    if (index > INDEX_MASK) throw new RangeError(`more than ${INDEX_MASK} objects are lent to the other realm`);
    this.#values[index] = value;
    this.#counts[index] = 1;
    this.#generations[index] ??= 0;
    const fresh = ((this.#generations[index] << INDEX_BITS) | index) >>> 0;
    this.#handles.set(value, fresh);
    return fresh;
  }

  /** @param {number} handle */
  own(handle) {
    const index = handle & INDEX_MASK;
    const value = this.#values[index];
    if (value === undefined || this.#generations[index] !== handle >>> INDEX_BITS) {
      throw new BadHandle(`handle ${handle} stands for nothing here: it was released, or belongs to another link`);
    }
    return value;
  }

  /** @param {number} handle @param {number} count how many of those sent come back */
  release(handle, count) {
    const index = handle & INDEX_MASK;
    if (handle === GLOBAL || this.#values[index] === undefined || this.#generations[index] !== handle >>> INDEX_BITS)
      return;
    this.#counts[index] -= count;
    if (this.#counts[index] > 0) return;
    this.#handles.delete(this.#values[index]);
    this.#values[index] = undefined;
    this.#generations[index] = (this.#generations[index] + 1) & 0xff;
    this.#free.push(index);
  }

  clear() {
    this.#values.length = 1;
    this.#counts.length = 1;
    this.#free.length = 0;
    this.#handles.clear();
  }
}

/** What the other realm has lent to this one. */
export class Borrowed {
  /** @typedef {{ handle: number, count: number, proxy: WeakRef<object> }} Entry */
  /** @type {Map<number, Entry>} */
  #entries = new Map();
  /** @type {WeakMap<object, number>} */
  #handles = new WeakMap();
  /** @type {FinalizationRegistry<Entry>} */
  #registry;
  /** @type {Map<number, symbol>} */
  #symbols = new Map();

  /** @param {(handle: number, count: number) => void} released called when a proxy was collected */
  constructor(released) {
    this.#registry = new FinalizationRegistry((entry) => {
      if (this.#entries.get(entry.handle) === entry) this.#entries.delete(entry.handle);
      released(entry.handle, entry.count);
    });
  }

  get size() {
    return this.#entries.size;
  }

  /** The one proxy of a handle. @param {number} handle @param {() => object} make */
  borrow(handle, make) {
    const entry = this.#entries.get(handle);
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
    this.#entries.set(handle, entry);
    this.#handles.set(proxy, handle);
    this.#registry.register(proxy, entry);
  }

  /** Knows `proxy` for a handle that is never released. @param {number} handle @param {object} proxy */
  pin(handle, proxy) {
    this.#handles.set(proxy, handle);
  }

  /** @param {object} value */
  handleOf(value) {
    return this.#handles.get(value);
  }

  /** @param {number} handle @param {string | undefined} description */
  symbol(handle, description) {
    let symbol = this.#symbols.get(handle);
    if (symbol === undefined) this.#symbols.set(handle, (symbol = Symbol(description)));
    return symbol;
  }

  /** @param {symbol} symbol */
  symbolHandle(symbol) {
    for (const [handle, borrowed] of this.#symbols) if (borrowed === symbol) return handle;
    return undefined;
  }

  clear() {
    this.#entries.clear();
    this.#symbols.clear();
  }
}
