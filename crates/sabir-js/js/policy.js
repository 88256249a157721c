// @ts-check
// What a worker may reach through `window`.
//
// A path is only a way to an object; there are always others. So paths are resolved when the policy is made, and what they
// lead to is denied by identity, however it is come by: the value, or the accessor's functions.

import { Refused } from './errors.js';
import { steps } from './paths.js';

/**
 * @typedef {object} PolicyOptions
 * @property {string[]} [allow] paths from `window`: only these, and what is below them, can be reached
 * @property {string[]} [deny] paths from `window` that cannot
 * @property {boolean} [readOnly] nothing can be set, defined or deleted, and what is called is up to `allow` and `deny`
 * @property {(operation: { kind: 'get' | 'set' | 'call', target: any, key?: PropertyKey, args?: any[] }) => boolean} [hook]
 *   asked last; false refuses
 */

/** What makes code of text, or leaves the page's realm: a policy that can be walked around is none. */
const ESCAPES = [
  Function, eval, Object.getPrototypeOf(async () => {}).constructor, Object.getPrototypeOf(function* () {}).constructor,
  Object.getPrototypeOf(async function* () {}).constructor,
];
const TIMERS = new Set([globalThis.setTimeout, globalThis.setInterval]);

/** Decides for one page. */
export class Policy {
  #options;
  /** @type {Set<any>} */
  #denied = new Set(ESCAPES);
  /** The keys that may be got of an object on the way to an allowed path. @type {Map<any, Set<PropertyKey>>} */
  #gates = new Map();
  /** Own properties and accessors that are denied, by the object that has them. @type {Map<any, Set<PropertyKey>>} */
  #deniedKeys = new Map();

  /** @param {PolicyOptions} options */
  constructor(options) {
    this.#options = options;
    for (const path of options.deny ?? []) this.#deny(steps(path));
    for (const path of options.allow ?? []) this.#allow(steps(path));
    if (options.allow !== undefined && !this.#gates.has(globalThis)) this.#gates.set(globalThis, new Set());
  }

  /** @param {string[]} path */
  #deny(path) {
    const [holder, key] = follow(path);
    if (holder === undefined || holder === null) return;
    addTo(this.#deniedKeys, holder, key);
    const descriptor = find(holder, key);
    if (descriptor === undefined) return;
    for (const secret of [descriptor.get, descriptor.set]) if (secret !== undefined) this.#denied.add(secret);
    const value = holder[key];
    if (value !== null && (typeof value === 'object' || typeof value === 'function')) this.#denied.add(value);
  }

  /** @param {string[]} path */
  #allow(path) {
    let holder = globalThis;
    for (const step of path) {
      if (holder === null || (typeof holder !== 'object' && typeof holder !== 'function')) return;
      addTo(this.#gates, holder, step);
      holder = /** @type {any} */ (holder)[step];
    }
  }

  /** @param {any} target @param {PropertyKey} key */
  checkGet(target, key) {
    const gate = this.#gates.get(target);
    if (gate !== undefined && !gate.has(key)) refuse(`\`${String(key)}\` is not allowed`);
    this.#checkKey(target, key);
    this.#ask({ kind: 'get', target, key });
  }

  /** @param {any} target @param {PropertyKey} key */
  #checkKey(target, key) {
    for (let owner = target; owner !== null && owner !== undefined; owner = Object.getPrototypeOf(owner)) {
      if (this.#deniedKeys.get(owner)?.has(key)) refuse(`\`${String(key)}\` is denied`);
    }
  }

  /** @param {any} target @param {PropertyKey} key */
  checkWrite(target, key) {
    if (this.#options.readOnly) refuse(`\`${String(key)}\` cannot be changed: the policy is read-only`);
    if (this.#gates.has(target)) refuse(`\`${String(key)}\` cannot be changed on an object that is allowed in part`);
    this.#checkKey(target, key);
  }

  /** @param {any} target @param {PropertyKey} key @param {any} value */
  checkSet(target, key, value) {
    this.checkWrite(target, key);
    this.#ask({ kind: 'set', target, key, args: [value] });
  }

  /** What tells of all properties at once. @param {any} target */
  checkKeys(target) {
    if (this.#gates.has(target)) refuse('an object that is allowed in part cannot be looked through');
  }

  /** @param {any} target @param {any} self @param {any[]} args */
  checkApply(target, self, args) {
    if (this.#denied.has(target)) refuse(`\`${target.name}\` is denied`);
    if (TIMERS.has(target) && typeof args[0] === 'string') refuse(`\`${target.name}\` of a text is denied`);
    // `Reflect.get(window, 'x')`, `Object.assign(window, …)`: the same by another name.
    for (const value of [self, ...args]) {
      if (this.#denied.has(value)) refuse('an argument is denied');
      if (this.#gates.has(value) && REFLECTION.has(target)) refuse(`\`${target.name}\` of an object that is allowed in part`);
      if (REFLECTION.has(target) && this.#deniedKeys.has(value)) refuse(`\`${target.name}\` of an object that is denied in part`);
      if (this.#options.readOnly && WRITERS.has(target)) refuse(`\`${target.name}\`: the policy is read-only`);
    }
    this.#ask({ kind: 'call', target, args });
  }

  /** @param {any} target @param {string | symbol} path */
  checkPath(target, path) {
    let value = target;
    for (const step of typeof path === 'string' ? steps(path) : [path]) {
      if (value === undefined || value === null) return;
      if (typeof value === 'object' || typeof value === 'function') this.checkGet(value, step);
      value = value[step];
      this.checkValue(value);
    }
  }

  checkEvaluate() {
    refuse('`ffi.evaluate` is denied by every policy');
  }

  /** Nothing that is denied, and nothing of another page's realm, is handed out. @param {any} value */
  checkValue(value) {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return;
    if (this.#denied.has(value)) refuse(`${typeof value === 'function' ? `\`${value.name}\`` : 'an object'} is denied`);
    if (isForeign(value)) refuse('an object of another window or frame is denied');
  }

  /** @param {{ kind: 'get' | 'set' | 'call', target: any, key?: PropertyKey, args?: any[] }} operation */
  #ask(operation) {
    if (this.#options.hook?.(operation) === false) {
      refuse(`${operation.kind} \`${String(operation.key ?? operation.target?.name)}\` was refused by the hook`);
    }
  }
}

/** What reads or writes the properties of its arguments. */
const REFLECTION = new Set(
  [Object, Reflect].flatMap((holder) =>
    Reflect.ownKeys(holder)
      .map((key) => /** @type {any} */ (holder)[key])
      .filter((value) => typeof value === 'function'),
  ),
);
const { prototype } = Object;
for (const name of ['__lookupGetter__', '__lookupSetter__', '__defineGetter__', '__defineSetter__', 'hasOwnProperty']) {
  REFLECTION.add(/** @type {any} */ (prototype)[name]);
}
const WRITERS = new Set([
  Object.assign, Object.defineProperty, Object.defineProperties, Object.setPrototypeOf, Object.freeze, Reflect.set,
  Reflect.defineProperty, Reflect.deleteProperty, Reflect.setPrototypeOf, /** @type {any} */ (prototype).__defineGetter__,
  /** @type {any} */ (prototype).__defineSetter__,
]);

/** @param {any} value */
function isForeign(value) {
  if (value === globalThis || value instanceof Object) return false;
  let top = value;
  try {
    for (let next = top; next !== null; next = Object.getPrototypeOf(next)) top = next;
  } catch {
    return true;
  }
  return top !== value && top !== Object.prototype;
}

/** @param {string} what @returns {never} */
function refuse(what) {
  throw new Refused(`${what} by the page's policy`);
}

/** @param {Map<any, Set<PropertyKey>>} map @param {any} holder @param {PropertyKey} key */
function addTo(map, holder, key) {
  const keys = map.get(holder) ?? new Set();
  map.set(holder, keys.add(key));
}

/** The object that has the last step of a path, and that step. @param {string[]} path @returns {[any, string]} */
function follow(path) {
  const last = path.at(-1) ?? '';
  return [path.slice(0, -1).reduce((value, step) => value?.[step], /** @type {any} */ (globalThis)), last];
}

/** @param {any} holder @param {PropertyKey} key */
function find(holder, key) {
  for (let owner = holder; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}
