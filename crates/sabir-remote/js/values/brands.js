// @ts-check
// Brands: the class of the platform's that an object is of, whichever realm made it. `instanceof` knows one realm only, so that
// what comes from a frame would be of no class.

import { isNative } from '../native.js';

const { getPrototypeOf, getOwnPropertyDescriptor } = Object;
const { toStringTag, iterator, asyncIterator } = Symbol;

/** What an object of the program's own class is of, if that extends none of the platform's. */
export const PLAIN = 'Object';
/** What iterators and generators are of: the platform's have no class of their own. */
export const ITERATOR = 'Iterator';
export const ASYNC_ITERATOR = 'AsyncIterator';

/** The platform's classes that a prototype belongs to, the nearest one first. @param {any} prototype @returns {string[]} */
export function classesOf(prototype) {
  /** @type {string[]} */
  const names = [];
  for (let owner = prototype; owner !== null; owner = getPrototypeOf(owner)) {
    const made = getOwnPropertyDescriptor(owner, 'constructor')?.value;
    if (typeof made === 'function' && made.prototype === owner && isNative(made)) names.push(made.name);
  }
  // One whose classes begin with `Object.create(null)` is as plain as one of no class.
  if (names.length === 0) names.push(PLAIN);
  if (names.length > 1 || names[0] !== PLAIN) return names;
  if (typeof prototype.next === 'function') {
    if (iterator in prototype) return [ITERATOR];
    if (asyncIterator in prototype) return [ASYNC_ITERATOR];
  }
  // A few classes of the platform's have no constructor that one could name.
  const isNamed = Object.hasOwn(prototype, 'constructor');
  if (!isNamed && Reflect.ownKeys(prototype).some((key) => isMethod(prototype, key))) return ['object of the platform'];
  // A class that a program has put in the place of the platform's: only its own realm can tell what is in it.
  const tag = prototype[toStringTag];
  return typeof tag === 'string' && tag in globalThis && tag !== PLAIN ? [`${tag} of a script`] : names;
}

/** @param {object} owner @param {PropertyKey} key */
function isMethod(owner, key) {
  const value = getOwnPropertyDescriptor(owner, key)?.value;
  return typeof value === 'function' && isNative(value);
}

/** The classes by prototypes. @type {WeakMap<object, Set<string>>} */
const known = new WeakMap();

/** Whether a value is of one of the platform's classes, or of one that extends it. @param {any} value @param {string} name */
export function isOf(value, name) {
  if (value === null || typeof value !== 'object') return false;
  const prototype = getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return false;
  let names = known.get(prototype);
  if (names === undefined) known.set(prototype, (names = new Set(classesOf(prototype))));
  return names.has(name);
}
