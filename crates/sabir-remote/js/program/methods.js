// @ts-check
// Methods of the page's that a Rust program calls in a batch: the results of some are known beforehand.

import { KindHandler } from '../end/kinds.js';
import { FunctionHandler } from '../end/proxies.js';

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
    const result = end.batches.isOpen ? end.results.get(this.handle) : undefined;
    if (result === undefined) return super.apply(target, self, args);
    end.batches.withoutResult(() => super.apply(target, self, args));
    return result === FIRST ? args[0] : undefined;
  }
}

/** The traps of an object whose kind is known, which notes the results of methods. */
export class ProgramHandler extends KindHandler {
  /** @override @param {PropertyKey} key @param {any} method */
  keep(key, method) {
    super.keep(key, method);
    const end = /** @type {import('./program.js').ProgramEnd} */ (this.end);
    const result = RESULTS.get(key);
    // The method is kept with its kind: so is its handle.
    if (result !== undefined) end.results.set(/** @type {number} */ (end.handleOf(method)), result);
  }
}
