// @ts-check
// Kinds of objects: those of one prototype of the platform's have the same methods and classes. A worker that knows an object's
// kind asks for neither again, so that `element.setAttribute(…)` is one trip and not two.

import { GET_OF_KIND } from '../end/operations.js';
import { isNative } from '../end/native.js';
import { Handler } from '../end/proxies.js';
import { FIRST_KIND, OBJECT_TYPE } from '../values/tags.js';

/** A type is one byte. */
const MOST_KINDS = 0x100 - FIRST_KIND;

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
    return type;
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
}

/** The traps of an object whose kind is known. */
export class KindHandler extends Handler {
  /** @param {import('../end/end.js').LinkEnd} end @param {number} handle @param {Kind} kind */
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
    if (end.cacheable) methods.set(key, value);
    return value;
  }
}
