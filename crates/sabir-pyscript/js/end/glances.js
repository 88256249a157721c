// @ts-check
// Proxies for interpreters, which inspect each object that an expression gives. The first look brings all common answers in
// one trip. They hold until the realm's next trip: before it the interpreter cannot notice a change. Some last for ever.

import { GETS, HAS, OWNS } from '/sabir/end/glance.js';
import { FunctionHandler, Handler } from '/sabir/end/proxies.js';
import * as operations from '/sabir/end/operations.js';

/**
 * @typedef {object} Glance
 * @property {number} trip its time, in trips of the realm; `LASTING` if it holds after others as well
 * @property {Map<PropertyKey, any>} got
 * @property {number} [owned] which of `OWNS` the object owns, as bits
 * @property {object | null} [prototype]
 * @property {boolean} [has]
 * @property {Map<PropertyKey, PropertyDescriptor | undefined>} [own] descriptors, if it lasts
 */

/** The key by which a proxy gives its handler. */
export const SELF = Symbol('handler');

export const LASTING = Infinity;

/** A look of the interpreter's: it ignores errors, which may be those of operations before it. @template T @param {import('/sabir/end/end.js').LinkEnd} end @param {() => T} look */
export const quietly = ({ pipeline }, look) => (pipeline === undefined ? look() : pipeline.look(look));

/** @template {new (...args: any[]) => Handler} B @param {B} Base */
export const glancing = (Base) =>
  class extends Base {
    /** @type {Glance | undefined} */
    seen;

    /** The glance at the object since the last trip; without one, a new glance. */
    look() {
      return this.fresh() ?? this.glance();
    }

    /** @returns {Glance | undefined} */
    fresh() {
      return this.seen !== undefined && this.seen.trip >= this.end.trips ? this.seen : undefined;
    }

    /** @returns {Glance | undefined} */
    glance() {
      const { end } = this;
      const told = quietly(end, () => end.request(operations.GLANCE, this.handle));
      if (told.length === 0) return undefined;
      const [trip, rest] = [end.trips, told.splice(GETS.length)];
      const got = new Map(GETS.map((key, index) => [key, told[index]]));
      const [name, has] = rest.splice(0, 2);
      const prototypes = rest.splice((rest.length + 1) / 2);
      got.get('constructor')?.[SELF]?.remember({ trip, got: new Map([['name', name]]) });
      prototypes.forEach((/** @type {any} */ prototype, /** @type {number} */ index) => {
        const above = prototypes[index + 1] ?? null;
        prototype[SELF]?.remember({ trip, got: new Map(), owned: rest[index + 1], prototype: above });
      });
      return (this.seen = { trip, got, owned: rest[0], prototype: prototypes[0] ?? null, has });
    }

    /** @param {Glance} seen */
    remember(seen) {
      if (this.seen?.trip !== LASTING) this.seen = seen;
    }

    /** @param {object} target @param {PropertyKey} key */
    get(target, key) {
      if (key === SELF) return this;
      const isAsked = GETS.includes(key);
      const got = (isAsked ? this.look() : this.fresh())?.got;
      if (got?.has(key)) return got.get(key);
      return isAsked ? this.aside(() => super.get(target, key)) : super.get(target, key);
    }

    /** @param {object} target @param {PropertyKey} key */
    has(target, key) {
      return (key === HAS ? this.look()?.has : undefined) ?? super.has(target, key);
    }

    getPrototypeOf() {
      const prototype = this.look()?.prototype;
      return prototype === undefined ? this.aside(() => super.getPrototypeOf()) : prototype;
    }

    /** @param {object} target @param {PropertyKey} key */
    getOwnPropertyDescriptor(target, key) {
      const bit = OWNS.indexOf(/** @type {string} */ (key));
      if (bit < 0) return super.getOwnPropertyDescriptor(target, key);
      const seen = this.look();
      if (seen?.owned !== undefined && ((seen.owned >> bit) & 1) === 0) {
        Reflect.deleteProperty(target, key);
        return undefined;
      }
      const known = seen?.own?.get(key);
      if (known !== undefined) return { ...known };
      const descriptor = this.aside(() => super.getOwnPropertyDescriptor(target, key));
      if (seen?.trip === LASTING) (seen.own ??= new Map()).set(key, descriptor);
      return descriptor;
    }

    /** One more look, which takes a trip but keeps the glance. @template T @param {() => T} look @returns {T} */
    aside(look) {
      const { trips } = this.end;
      try {
        return quietly(this.end, look);
      } finally {
        this.end.trips = trips;
      }
    }
  };

/** The classes of proxies that are made for an interpreter. */
export const GLANCING = { object: glancing(Handler), function: glancing(FunctionHandler) };
