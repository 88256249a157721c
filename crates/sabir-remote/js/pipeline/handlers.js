// @ts-check
// The traps of a pipeline: those whose result is known beforehand do not wait.

import { KindHandler } from '../end/kinds.js';
import * as operations from '../end/operations.js';
import { FunctionHandler } from '../end/proxies.js';
import { isObject } from '../values/tags.js';
import { INTERFACES } from './operations.js';
import { FIRST, NEW, NOTHING, SAME, SECOND, distinguish, rulesOf } from './rules.js';

/** @typedef {import('./pipeline.js').Pipeline} Pipeline */

export class PipelinedHandler extends KindHandler {
  /** Attributes that are the same object always. @type {Map<PropertyKey, any> | undefined} */
  _same;

  /** @param {Pipeline} pipeline @param {number} type @param {number} handle @param {import('../end/kinds.js').Kind} kind */
  constructor(pipeline, type, handle, kind) {
    super(pipeline.end, handle, kind);
    this.type = type;
    this.pipeline = pipeline;
  }

  /** @override @param {object} target @param {PropertyKey} key */
  get(target, key) {
    const known = this.kind.methods.get(key) ?? this._same?.get(key);
    if (known !== undefined) return known;
    return this._ruleOf(key) === SAME ? this._getSame(key) : super.get(target, key);
  }

  /** @param {PropertyKey} key */
  _ruleOf(key) {
    const { kind } = this;
    kind.rules ??= rulesOf(this.end.request(INTERFACES, this.handle));
    return kind.rules.get(key);
  }

  /** @param {PropertyKey} key */
  _getSame(key) {
    const { types } = this.pipeline;
    const by = `${this.type} ${String(key)}`;
    const type = types.get(by);
    let value = type === undefined ? undefined : this.pipeline.make(type, operations.GET, this.handle, key);
    if (value === undefined) {
      value = this.end.request(operations.GET, this.handle, key);
      const found = this.pipeline.typeOf(value);
      if (found === undefined) return value;
      types.set(by, found);
    }
    (this._same ??= new Map()).set(key, this.end.borrowed.outlive(value));
    return value;
  }

  /** @override @param {PropertyKey} key @param {any} method */
  keep(key, method) {
    super.keep(key, method);
    const rule = this._ruleOf(key);
    if (rule !== undefined)
      this.pipeline.methods.set(/** @type {number} */ (this.end.handleOf(method)), { name: String(key), rule });
  }

  /** @override @param {object} target @param {PropertyKey} key @param {any} value */
  set(target, key, value) {
    if (this.kind.methods.has(key)) return super.set(target, key, value);
    return this.pipeline.send(operations.SET, this.handle, key, value) || super.set(target, key, value);
  }
}

export class PipelinedMethod extends FunctionHandler {
  /** @override @param {object} target @param {any} self @param {any[]} args */
  apply(target, self, args) {
    const pipeline = /** @type {Pipeline} */ (this.end.pipeline);
    const method = pipeline.methods.get(this.handle);
    if (method === undefined) return super.apply(target, self, args);
    const { name, rule } = method;
    if (rule === NEW) return this._make(pipeline, name, self, args) ?? super.apply(target, self, args);
    const given = rule === FIRST || rule === SECOND ? args[rule] : undefined;
    const isKnown = rule === NOTHING || this.end.isProxy(given);
    if (isKnown && pipeline.send(operations.APPLY, this.handle, self, args)) return given;
    return super.apply(target, self, args);
  }

  /** What a method makes; undefined if it has to be waited for. @param {Pipeline} pipeline @param {string} name @param {any} self @param {any[]} args */
  _make(pipeline, name, self, args) {
    if (args.some((arg) => isObject(arg) && !this.end.isProxy(arg))) return undefined;
    const like = name === 'cloneNode' ? self : name === 'importNode' ? args[0] : undefined;
    if (like !== undefined) {
      const type = pipeline.typeOf(like);
      return type === undefined ? undefined : pipeline.make(type, operations.APPLY, this.handle, self, args);
    }
    const by = distinguish(name, args);
    if (by === undefined) return undefined;
    return this._makeBy(pipeline, `${pipeline.typeOf(self)} ${by}`, operations.APPLY, self, args);
  }

  /** @override @param {object} _ @param {any[]} args */
  construct(_, args) {
    const pipeline = /** @type {Pipeline} */ (this.end.pipeline);
    // Its functions may be called at once.
    const isPlain = args.every((arg) => !isObject(arg) || this.end.isProxy(arg));
    const made = isPlain ? this._makeBy(pipeline, `new ${this.handle}`, operations.CONSTRUCT, args) : undefined;
    return made ?? super.construct(_, args);
  }

  /**
   * Makes what is of one kind each time; the first time tells of which.
   * @param {Pipeline} pipeline @param {string} by @param {operations.Operation} operation @param {any} first @param {any} [second]
   */
  _makeBy(pipeline, by, operation, first, second) {
    const type = pipeline.types.get(by);
    if (type !== undefined) return pipeline.make(type, operation, this.handle, first, second);
    const value = this.end.request(operation, this.handle, first, second);
    const found = pipeline.typeOf(value);
    if (found !== undefined) pipeline.types.set(by, found);
    return value;
  }
}
