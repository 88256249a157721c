// @ts-check
// Kinds of objects: those of one prototype of the platform's have the same methods and classes. A worker that knows an object's
// kind asks for neither again, so that `element.setAttribute(…)` is one trip and not two.

import { GET_OF_KIND } from '../end/operations.js';
import { isNative } from '../native.js';
import { FunctionHandler, Handler } from '../end/proxies.js';
import { FIRST_KIND, OBJECT_TYPE } from '../values/tags.js';

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

const NOTHING = Symbol('nothing');
const FIRST = Symbol('the first argument');

/** Methods that give nothing, whatever class of the platform's has them. */
const SILENT =
  'setAttribute setAttributeNS removeAttribute removeAttributeNS append prepend replaceChildren replaceWith insertAdjacentHTML ' +
  'insertAdjacentText addEventListener removeEventListener setProperty setItem removeItem setSelectionRange ' +
  'beginPath closePath moveTo lineTo bezierCurveTo quadraticCurveTo arc arcTo ellipse rect roundRect fillRect strokeRect clearRect ' +
  'stroke save restore fillText strokeText drawImage putImageData setLineDash setTransform resetTransform';

/** What methods give where that is known beforehand: in a batch their calls wait. @type {Map<PropertyKey, symbol>} */
const RESULTS = new Map();
for (const name of SILENT.split(' ')) RESULTS.set(name, NOTHING);
for (const name of ['appendChild', 'insertBefore']) RESULTS.set(name, FIRST);

/** The traps of a function of the page's, which in a batch may know its result beforehand. */
export class MethodHandler extends FunctionHandler {
  /** @override @param {object} target @param {any} self @param {any[]} args */
  apply(target, self, args) {
    const end = /** @type {import('./program.js').ProgramEnd} */ (this.end);
    const result = end.isBatching ? end.results.get(this.handle) : undefined;
    if (result === undefined) return super.apply(target, self, args);
    end.withoutResult(() => super.apply(target, self, args));
    return result === FIRST ? args[0] : undefined;
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
  /** @param {import('./program.js').ProgramEnd} end @param {number} handle @param {Kind} kind */
  constructor(end, handle, kind) {
    super(end, handle);
    this.program = end;
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
    this.kind.methods.set(key, this.program.borrowed.outlive(method));
    const result = RESULTS.get(key);
    // The method is kept with its kind: so is its handle.
    if (result !== undefined) this.program.results.set(/** @type {number} */ (this.program.handleOf(method)), result);
  }

  /** @override @param {object} target @param {PropertyKey} key @param {any} value */
  set(target, key, value) {
    this.#leaveKind(key);
    return super.set(target, key, value);
  }

  /** @override @param {object} target @param {PropertyKey} key @param {PropertyDescriptor} descriptor */
  defineProperty(target, key, descriptor) {
    this.#leaveKind(key);
    return super.defineProperty(target, key, descriptor);
  }

  /** An object whose method is replaced has it no more in common with others. @param {PropertyKey} key */
  #leaveKind(key) {
    if (this.kind.methods.has(key)) this.kind = new Kind();
  }
}
