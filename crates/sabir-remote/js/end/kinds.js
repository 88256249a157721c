// @ts-check
// Kinds of objects: those of one prototype of the platform's have the same methods and classes. A worker that knows an object's
// kind asks for neither again, so that `element.setAttribute(…)` is one trip and not two.

import { isNative } from '../native.js';
import { FIRST_KIND, OBJECT_TYPE } from '../values/tags.js';
import { GET_OF_KIND } from './operations.js';
import { Handler } from './proxies.js';

/** A type is one byte. */
const MOST_KINDS = 0x100 - FIRST_KIND;

/** Whether an object has a property of its own in the place of one that its kind has. @param {object} value @param {object} prototype */
function hasOwnMethod(value, prototype) {
  // The items of a list, which may be many, are no methods' names.
  if ('item' in prototype) return false;
  return Object.getOwnPropertyNames(value).some((name) => name in prototype);
}

/** The page's numbers of kinds. */
export class Kinds {
  /** @type {WeakMap<object, number>} */
  #types = new WeakMap();
  #count = 0;

  /** The type of an object: its kind's, if it has one. @param {object} value */
  typeOf(value) {
    let prototype;
    try {
      prototype = Object.getPrototypeOf(value);
    } catch {
      // A proxy of the page's own.
    }
    if (typeof prototype !== 'object' || prototype === null) return OBJECT_TYPE;
    let type = this.#types.get(prototype);
    if (type === undefined) this.#types.set(prototype, (type = this.#typeOfNew(prototype)));
    return type !== OBJECT_TYPE && hasOwnMethod(value, prototype) ? OBJECT_TYPE : type;
  }

  /** @param {any} prototype */
  #typeOfNew(prototype) {
    if (prototype === Object.prototype || this.#count === MOST_KINDS) return OBJECT_TYPE;
    const constructor = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    if (typeof constructor !== 'function' || !isNative(constructor)) return OBJECT_TYPE;
    return FIRST_KIND + this.#count++;
  }
}

/** A worker's knowledge of one kind. */
export class Kind {
  /** Methods, by their names. @type {Map<PropertyKey, any>} */
  methods = new Map();
  /** Whether its objects are instances of the class of a name. @type {Map<string, boolean>} */
  instances = new Map();

  /** That of an object which has left it. */
  without() {
    return new Kind();
  }
}

/** The traps of an object whose kind is known. @template {Kind} [Known=Kind] */
export class KindHandler extends Handler {
  /** @param {import('./end.js').LinkEnd} end @param {number} handle @param {Known} kind */
  constructor(end, handle, kind) {
    super(end, handle);
    this.kind = kind;
  }

  /** @param {object} _ @param {PropertyKey} key */
  get(_, key) {
    const { end } = this;
    const { methods } = this.kind;
    const known = methods.get(key);
    if (known !== undefined) return known;
    const value = end.request(GET_OF_KIND, this.handle, key);
    if (end.cacheable) this.keep(key, value);
    return value;
  }

  /** @param {PropertyKey} key @param {any} method */
  keep(key, method) {
    this.kind.methods.set(key, this.end.borrowed.outlive(method));
  }

  /** @override @param {object} target @param {PropertyKey} key @param {any} value @param {any} receiver */
  set(target, key, value, receiver) {
    this.leaveKind(key);
    return super.set(target, key, value, receiver);
  }

  /** @override @param {object} target @param {PropertyKey} key @param {PropertyDescriptor} descriptor */
  defineProperty(target, key, descriptor) {
    this.leaveKind(key);
    return super.defineProperty(target, key, descriptor);
  }

  /** An object whose method is replaced has it no more in common with others. @param {PropertyKey} key */
  leaveKind(key) {
    if (this.kind.methods.has(key)) this.kind = /** @type {Known} */ (this.kind.without());
  }
}
