// @ts-check
// Proxies of values of the other realm: all thirteen traps cross.
//
// They are JavaScript for the reason that the value encoding is: a trap is entered once for every property.

import { SabirError } from '../errors.js';
import { extendsTheirs } from '../values/encode.js';
import { ARRAY_TYPE } from '../values/tags.js';
import { GIVE_UP, GONE } from './handles.js';
import * as operations from './operations.js';
import { find } from './properties.js';

/** @typedef {import('./end.js').LinkEnd} LinkEnd */

/** The key by which a proxy forgets what it remembers: its object was changed by another way than a trap. */
export const FORGET = Symbol('forget');

/** The longest delay that a timer takes, in ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** The traps of one proxy. */
export class Handler {
  /** @param {LinkEnd} end @param {number} handle */
  constructor(end, handle) {
    this.end = end;
    this.handle = handle;
    /** The proxy whose traps these are. @type {any} */
    this.proxy = undefined;
    /** Values that were got lately. @type {Map<PropertyKey, any> | undefined} */
    this.memo = undefined;
    /** How long that is remembered, on the clock. */
    this.memoUntil = 0;
  }

  /** @param {object} _ @param {PropertyKey} key */
  get(_, key) {
    const { end } = this;
    if (end.memoMs >= 0) return this.remembered(key);
    return end.request(operations.GET, this.handle, key);
  }

  /** @param {PropertyKey} key */
  remembered(key) {
    const { end } = this;
    // No timer runs in a loop: the clock counts.
    if (key === FORGET || performance.now() >= this.memoUntil) this.memo = undefined;
    if (key === FORGET) return undefined;
    if (this.memo?.has(key)) return this.memo.get(key);
    const value = end.request(operations.GET_CACHEABLE, this.handle, key);
    if (end.cacheable) (this.memo ??= this.startMemo()).set(key, end.borrowed.outlive(value));
    return value;
  }

  /** Keeps the values that are got from now on, for as long as the page says. @returns {Map<PropertyKey, any>} */
  startMemo() {
    const { memoMs } = this.end;
    const memo = new Map();
    this.memoUntil = performance.now() + memoMs;
    // A value that nobody asks for again is not held either.
    setTimeout(() => memo.clear(), Math.min(memoMs, LONGEST_MS));
    return memo;
  }

  /** @param {object} _ @param {PropertyKey} key @param {any} value @param {any} receiver */
  set(_, key, value, receiver) {
    if (receiver !== this.proxy) return setInherited(this.proxy, key, value, receiver);
    this.memo = undefined;
    return this._expand(key, value) || this.end.request(operations.SET, this.handle, key, value);
  }

  /** Whether a property refers to the value itself now. @param {PropertyKey} key @param {any} value @param {object} [property] */
  _expand(key, value, property) {
    return mayStay(this.end, value) && this.end.request(operations.EXPAND, this.handle, key, { value, property });
  }

  /** @param {object} target @param {PropertyKey} key */
  has(target, key) {
    return this.end.request(operations.HAS, this.handle, key) || isSealedOn(target, key);
  }

  /** @param {object} target @param {PropertyKey} key */
  deleteProperty(target, key) {
    this.memo = undefined;
    if (key === GIVE_UP) {
      this.handle = GONE;
      return false;
    }
    const deleted = this.end.request(operations.DELETE, this.handle, key);
    if (deleted) Reflect.deleteProperty(target, key);
    return deleted;
  }

  /** @param {object} target */
  ownKeys(target) {
    const keys = this.end.request(operations.OWN_KEYS, this.handle);
    // A property that the target cannot lose must be reported.
    for (const key of Reflect.ownKeys(target)) if (isSealedOn(target, key) && !keys.includes(key)) keys.push(key);
    if (!Reflect.isExtensible(target)) mirror(target, keys);
    return keys;
  }

  /** @param {object} target @param {PropertyKey} key */
  getOwnPropertyDescriptor(target, key) {
    const descriptor = this.end.request(operations.DESCRIPTOR, this.handle, key);
    if (descriptor === undefined) {
      Reflect.deleteProperty(target, key);
      return undefined;
    }
    if (descriptor.configurable === false) fix(target, key, descriptor);
    return descriptor;
  }

  /** @param {object} target @param {PropertyKey} key @param {PropertyDescriptor} descriptor */
  defineProperty(target, key, descriptor) {
    this.memo = undefined;
    const { value, ...others } = descriptor;
    const defined =
      this._expand(key, value, others) || this.end.request(operations.DEFINE, this.handle, key, descriptor);
    if (defined && descriptor.configurable === false)
      fix(target, key, this.end.request(operations.DESCRIPTOR, this.handle, key));
    return defined;
  }

  getPrototypeOf() {
    return this.end.request(operations.PROTOTYPE, this.handle);
  }

  /** @param {object} _ @param {object | null} prototype */
  setPrototypeOf(_, prototype) {
    this.memo = undefined;
    return this.end.request(operations.SET_PROTOTYPE, this.handle, prototype);
  }

  /** @param {object} target */
  isExtensible(target) {
    const extensible = this.end.request(operations.IS_EXTENSIBLE, this.handle);
    if (!extensible) this.seal(target);
    return extensible;
  }

  /** @param {object} target */
  preventExtensions(target) {
    const prevented = this.end.request(operations.PREVENT_EXTENSIONS, this.handle);
    if (prevented) this.seal(target);
    return prevented;
  }

  /** Makes the target as inextensible as what it stands for. @param {object} target */
  seal(target) {
    if (!Reflect.isExtensible(target)) return;
    mirror(target, this.end.request(operations.OWN_KEYS, this.handle));
    // From then on no proxy may tell of another prototype (ECMA-262, 10.5.1).
    Reflect.setPrototypeOf(target, this.getPrototypeOf());
    Reflect.preventExtensions(target);
  }

  /** @param {object} _ @param {any[]} args @param {Function} Class that is constructed */
  construct(_, args, Class) {
    if (this.end.handleOf(Class) !== this.handle) throw new SabirError(extendsTheirs(Class));
    return this.end.request(operations.CONSTRUCT, this.handle, args);
  }

  /** @param {object} _ @param {any} self @param {any[]} args */
  apply(_, self, args) {
    return this.end.request(operations.APPLY, this.handle, self, args);
  }
}

export class FunctionHandler extends Handler {
  /** @param {any} target @param {PropertyKey} key */
  get(target, key) {
    // The two that everybody asks a function for cost no trip.
    if (key === 'apply')
      return (/** @type {any} */ self, /** @type {any[]} */ args) => this.apply(target, self, args ?? []);
    if (key === 'call')
      return (/** @type {any} */ self, /** @type {any[]} */ ...args) => this.apply(target, self, args);
    return super.get(target, key);
  }
}

/** Whether a value stays the worker's own where it is assigned to a node. @param {LinkEnd} end @param {any} value */
export const mayStay = (end, value) =>
  end.keepsExpandos && typeof value === 'object' && value !== null && !end.isProxy(value) && !end.isDirect(value);

/**
 * Assigns to an object that inherits from a proxy (ECMA-262, 10.1.9.2): unless a setter hears of it, the property is its own.
 * @param {object} proxy @param {PropertyKey} key @param {any} value @param {any} receiver
 */
function setInherited(proxy, key, value, receiver) {
  const found = find(proxy, key);
  if (found !== undefined && !('value' in found)) {
    if (found.set === undefined) return false;
    Reflect.apply(found.set, receiver, [value]);
    return true;
  }
  return found?.writable !== false && setOwn(receiver, key, value);
}

/** Gives an object a property of its own, or that another value. @param {any} object @param {PropertyKey} key @param {any} value */
export function setOwn(object, key, value) {
  if (Object(object) !== object) return false;
  const own = Reflect.getOwnPropertyDescriptor(object, key);
  if (own !== undefined) return own.writable === true && Reflect.defineProperty(object, key, { value });
  return Reflect.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

/** @param {object} target @param {PropertyKey} key */
const isSealedOn = (target, key) => Reflect.getOwnPropertyDescriptor(target, key)?.configurable === false;

/**
 * Fixes a property of the target that is fixed over there: a proxy may tell of no other property as fixed (ECMA-262, 10.5.5).
 * @param {object} target @param {PropertyKey} key @param {PropertyDescriptor} descriptor
 */
function fix(target, key, descriptor) {
  const own = Reflect.getOwnPropertyDescriptor(target, key);
  // Of the target's own that cannot be configured, as an array's length, the value may still change.
  const fixed = own?.configurable === false && 'value' in descriptor ? withValue(descriptor) : descriptor;
  if (!Reflect.defineProperty(target, key, fixed)) descriptor.configurable = true;
}

/** @param {PropertyDescriptor} descriptor */
const withValue = ({ value, writable }) => ({ value, writable });

/** Gives the target the keys that it has to tell of. @param {object} target @param {PropertyKey[]} keys */
function mirror(target, keys) {
  for (const key of Reflect.ownKeys(target)) if (!keys.includes(key)) Reflect.deleteProperty(target, key);
  for (const key of keys) {
    if (!Object.hasOwn(target, key))
      Reflect.defineProperty(target, key, { configurable: true, writable: true, value: undefined });
  }
}

/** A function with nothing of its own, that can be called and constructed. */
function makeFunction() {
  const made = function () {}.bind(undefined);
  Reflect.deleteProperty(made, 'length');
  Reflect.deleteProperty(made, 'name');
  return made;
}

/** The classes of a worker's proxies, by what they stand for. */
export const HANDLERS = { object: Handler, function: FunctionHandler };

/** A proxy with these traps. @param {object} target @param {any} handler */
export const proxyOf = (target, handler) => (handler.proxy = new Proxy(target, handler));

/** @param {LinkEnd} end @param {number} type @param {number} handle */
export const objectProxy = (end, type, handle) =>
  proxyOf(type === ARRAY_TYPE ? [] : {}, new end.handlers.object(end, handle));

/** @param {LinkEnd} end @param {number} handle */
export const functionProxy = (end, handle) =>
  proxyOf(makeFunction(), new /** @type {any} */ (end.handlers).function(end, handle));
