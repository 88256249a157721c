// @ts-check
// A pipeline for interpreters: a look at each new object would be a wait. Nodes, styles and methods of one kind look alike.

import { Pipeline } from '/sabir/pipeline/pipeline.js';
import { PipelinedFunction, PipelinedHandler } from '/sabir/pipeline/handlers.js';
import { SAME } from '/sabir/pipeline/rules.js';
import { GETS, HAS, OWNS } from '/sabir/end/glance.js';
import { LASTING, SELF, glancing, quietly } from './glances.js';

/** @typedef {import('./glances.js').Glance} Glance */

/** Classes whose objects have no names of a program's, but for nodes. Firefox has the last two. */
const ALIKE = ['DOMTokenList', 'CSSStyleDeclaration', 'CSSStyleProperties', 'CSS2Properties'];

/** The first glance at one object of each kind. @type {WeakMap<object, Glance>} */
const ofKinds = new WeakMap();

/** The prototype of each kind. @type {WeakMap<object, object | null>} */
const prototypes = new WeakMap();

/** Has glances at an object, its constructor and its prototypes hold for ever. @param {Glance} seen @param {any} borrowed */
function last(seen, borrowed) {
  for (const value of seen.got.values()) borrowed.outlive(value);
  const shown = seen.got.get('constructor')?.[SELF]?.seen;
  if (shown !== undefined) shown.trip = LASTING;
  seen.trip = LASTING;
  lastAbove(seen, borrowed);
}

/** Has glances at the prototypes of an object of the platform's hold for ever. @param {Glance} seen @param {any} borrowed */
function lastAbove(seen, borrowed) {
  for (let { prototype } = seen; prototype; ) {
    /** @type {Glance} */
    const above = borrowed.outlive(prototype)[SELF].seen;
    if (above.trip === LASTING) return;
    above.trip = LASTING;
    prototype = above.prototype;
  }
}

class GlancingKind extends glancing(PipelinedHandler) {
  /** Whether the worker has given it a property that interpreters ask for. */
  isSpecial = false;

  /** @override */
  fresh() {
    const seen = super.fresh();
    return seen !== undefined || !this.isMade || this.isSpecial ? seen : ofKinds.get(this.kind);
  }

  /** @override */
  glance() {
    const seen = super.glance();
    if (seen === undefined) return undefined;
    if (this.isMade && !this.isSpecial && quietly(this.end, () => this._looksAlike(seen))) {
      last(seen, this.end.borrowed);
      ofKinds.set(this.kind, seen);
    } else lastAbove(seen, this.end.borrowed);
    return seen;
  }

  /** The names of a form's elements are its properties, but for those nodes all have the same. @param {Glance} seen */
  _looksAlike(seen) {
    return this._ruleOf('childNodes') === SAME || ALIKE.includes(seen.got.get(Symbol.toStringTag));
  }

  /** @override @returns {object | null} */
  getPrototypeOf() {
    const known = prototypes.get(this.kind);
    if (known !== undefined) return known;
    const prototype = this.end.borrowed.outlive(super.getPrototypeOf());
    prototypes.set(this.kind, prototype);
    return prototype;
  }

  /** @override @param {object} target @param {object | null} prototype */
  setPrototypeOf(target, prototype) {
    this.kind = this.kind.without();
    this._setApart();
    return super.setPrototypeOf(target, prototype);
  }

  /** @override @param {PropertyKey} key @param {any} method */
  keep(key, method) {
    super.keep(key, method);
    method?.[SELF]?.lastGlance();
  }

  /** @override @param {object} target @param {PropertyKey} key @param {any} value @param {any} receiver */
  set(target, key, value, receiver) {
    if (key === HAS || GETS.includes(key) || OWNS.includes(/** @type {string} */ (key))) this._setApart();
    return super.set(target, key, value, receiver);
  }

  _setApart() {
    this.isSpecial = true;
    this.seen = undefined;
  }
}

/** Interpreters call methods by `call`, of the object that has given them. */
class CalledFunction extends PipelinedFunction {
  /** @override @param {any} target @param {PropertyKey} key */
  get(target, key) {
    if (key !== 'call') return super.get(target, key);
    return (/** @type {any} */ self, /** @type {any[]} */ ...args) => this.apply(target, self, args);
  }
}

class GlancingFunction extends glancing(CalledFunction) {
  isMethod = false;

  /** It is a method of the platform's. */
  lastGlance() {
    this.isMethod = true;
  }

  /** @override */
  glance() {
    const seen = super.glance();
    if (seen !== undefined && this.isMethod) last(seen, this.end.borrowed);
    return seen;
  }
}

/** @param {import('/sabir/end/end.js').LinkEnd} end @param {import('/sabir/pipeline/pipeline.js').PipelineOptions} options */
export function start(end, options) {
  new Pipeline(end, options, { object: GlancingKind, function: GlancingFunction });
}
