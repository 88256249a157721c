// @ts-check
// Policies: the objects that a worker may reach through `window`.
//
// A policy narrows accidents and is no boundary against a hostile worker: any allowed function or object leads to
// everything.
//
// A path is only a way to an object; there are always others. So paths are resolved when the policy is made, and again whenever
// one is walked, and what they lead to is denied by identity, however it is come by: the value, or the accessor's functions.

import { Refused } from '../errors.js';
import { steps } from './paths.js';
import { find } from './properties.js';
import { isObject } from '../values/tags.js';

/**
 * @typedef {object} PolicyOptions
 * @property {string[]} [allow] paths from `window`: only these, and what is below them, can be reached
 * @property {string[]} [deny] paths from `window` that cannot
 * @property {boolean} [readOnly] nothing can be set, defined or deleted, and what is called is up to `allow` and `deny`
 * @property {(operation: { kind: 'get' | 'set' | 'call', target: any, key?: PropertyKey, args?: any[] }) => boolean} [hook]
 *   asked last; false refuses
 */

/** Functions that make code of text, or leave the page's realm: they lead around any policy. */
const ESCAPES = [
  Function,
  eval,
  Object.getPrototypeOf(async () => {}).constructor,
  Object.getPrototypeOf(function* () {}).constructor,
  Object.getPrototypeOf(async function* () {}).constructor,
];
const TIMERS = new Set([globalThis.setTimeout, globalThis.setInterval]);

const OPTIONS = {
  allow: Array.isArray,
  deny: Array.isArray,
  readOnly: (/** @type {any} */ value) => typeof value === 'boolean',
  hook: (/** @type {any} */ value) => typeof value === 'function',
};

/** A policy that is misspelt would allow everything. @param {any} options */
function check(options) {
  const entries = isObject(options) ? Object.entries(options) : [['policy', options]];
  for (const [name, value] of entries) {
    const isRight = /** @type {any} */ (OPTIONS)[name];
    if (isRight === undefined || (value !== undefined && !isRight(value)))
      throw new TypeError(
        `the option \`policy\` takes the lists \`allow\` and \`deny\`, \`readOnly\`, and the function \`hook\`; \`${name}\` is none of them, or of another type`,
      );
  }
}

/** Decides for one page. */
export class Policy {
  #options;
  /** @type {Set<any>} */
  #denied = new Set(ESCAPES);
  /** The steps that go on from an object on the way to an allowed path: no others may be taken. @type {WeakMap<object, Steps>} */
  #gates = new WeakMap();
  /** The steps that go on from an object on the way to a denied path: the last one may not be taken. @type {WeakMap<object, Steps>} */
  #deniedSteps = new WeakMap();

  /** @param {PolicyOptions} options */
  constructor(options) {
    check(options);
    this.#options = options;
    if (options.allow !== undefined) this.#walk(this.#gates, globalThis, tree(options.allow));
    if (options.deny === undefined) return;
    this.#walk(this.#deniedSteps, globalThis, tree(options.deny));
    for (const path of options.deny) this.#deny(steps(path));
  }

  /** Marks an object, and what is now below it, with the steps that go on from it. @param {WeakMap<object, Steps>} marks @param {any} holder @param {Steps} tree */
  #walk(marks, holder, tree) {
    if (!isObject(holder) || marks.get(holder) === tree) return;
    marks.set(holder, tree);
    for (const [step, below] of tree) if (below.size > 0) this.#walk(marks, holder[step], below);
  }

  /** @param {string[]} path */
  #deny(path) {
    const [holder, key] = follow(path);
    if (holder === undefined || holder === null) return;
    const descriptor = find(holder, key);
    if (descriptor === undefined) return;
    for (const secret of [descriptor.get, descriptor.set]) if (secret !== undefined) this.#denied.add(secret);
    const value = holder[key];
    if (isObject(value)) this.#denied.add(value);
  }

  /** Gets a property, if that is allowed. @param {any} target @param {PropertyKey} key */
  get(target, key) {
    this.checkGet(target, key);
    const value = target[key];
    for (const marks of [this.#gates, this.#deniedSteps]) {
      const below = marks.get(target)?.get(String(key));
      if (below !== undefined && below.size > 0) this.#walk(marks, value, below);
    }
    return value;
  }

  /** @param {any} target @param {PropertyKey} key */
  checkGet(target, key) {
    const gate = this.#gates.get(target);
    if (gate !== undefined && !gate.has(String(key))) refuse(`\`${String(key)}\` is not allowed`);
    this.#checkKey(target, key);
    this.#ask({ kind: 'get', target, key });
  }

  /** @param {any} target @param {PropertyKey} key */
  #checkKey(target, key) {
    for (let owner = target; isObject(owner); owner = Object.getPrototypeOf(owner)) {
      if (this.#deniedSteps.get(owner)?.get(String(key))?.size === 0) refuse(`\`${String(key)}\` is denied`);
    }
  }

  /** @param {any} target @param {PropertyKey} key */
  checkWrite(target, key) {
    if (this.#options.readOnly) refuse(`\`${String(key)}\` is made read-only`);
    if (this.#gates.has(target)) refuse(`\`${String(key)}\` cannot be changed on an object that is allowed in part`);
    this.#checkKey(target, key);
  }

  /** @param {any} target @param {PropertyKey} key @param {any} value */
  checkSet(target, key, value) {
    this.checkWrite(target, key);
    this.#ask({ kind: 'set', target, key, args: [value] });
  }

  /** Checks an operation that tells of all properties at once. @param {any} target */
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
      if (isObject(value) && this.#gates.has(value) && REFLECTION.has(target))
        refuse(`\`${target.name}\` of an object that is allowed in part is denied`);
      if (REFLECTION.has(target) && isObject(value) && this.#deniedSteps.has(value))
        refuse(`\`${target.name}\` of an object that is denied in part is denied`);
      if (this.#options.readOnly && WRITERS.has(target))
        refuse(`\`${target.name}\` changes an object that is made read-only`);
    }
    this.#ask({ kind: 'call', target, args });
  }

  /** @param {any} target @param {string | symbol} path */
  checkPath(target, path) {
    let value = target;
    for (const step of typeof path === 'string' ? steps(path) : [path]) {
      if (value === undefined || value === null) return;
      value = isObject(value) ? this.get(value, step) : value[step];
      this.checkValue(value);
    }
  }

  checkEvaluate() {
    refuse('`ffi.evaluate` is denied');
  }

  /** Nothing that is denied, and nothing of another page's realm, is handed out. @param {any} value */
  checkValue(value) {
    if (!isObject(value)) return;
    if (this.#denied.has(value)) refuse(`${typeof value === 'function' ? `\`${value.name}\`` : 'an object'} is denied`);
    if (isForeign(value)) refuse('an object of another window or frame is denied');
  }

  /** @param {{ kind: 'get' | 'set' | 'call', target: any, key?: PropertyKey, args?: any[] }} operation */
  #ask(operation) {
    if (this.#options.hook?.(operation) === false) {
      const name = String(operation.key ?? operation.target?.name);
      throw new Refused(`${operation.kind} \`${name}\` is refused by the \`hook\` of the page's policy`);
    }
  }
}

/** Functions that read or write the properties of their arguments. */
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
  Object.assign,
  Object.defineProperty,
  Object.defineProperties,
  Object.setPrototypeOf,
  Object.freeze,
  Reflect.set,
  Reflect.defineProperty,
  Reflect.deleteProperty,
  Reflect.setPrototypeOf,
  /** @type {any} */ (prototype).__defineGetter__,
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

/** The steps that may follow on an object; the last step of a path has nothing below it. @typedef {Map<string, any>} Steps */

/** @param {string[]} paths @returns {Steps} */
function tree(paths) {
  /** @type {Steps} */
  const root = new Map();
  // Of two paths the shorter says it all.
  for (const path of paths.map(steps).sort((one, other) => one.length - other.length)) {
    let node = root;
    for (const step of path) {
      if (node.get(step)?.size === 0) break;
      if (!node.has(step)) node.set(step, new Map());
      node = node.get(step);
    }
  }
  return root;
}

/** The object that has the last step of a path, and that step. @param {string[]} path @returns {[any, string]} */
function follow(path) {
  const last = path.at(-1) ?? '';
  return [path.slice(0, -1).reduce((value, step) => value?.[step], /** @type {any} */ (globalThis)), last];
}
