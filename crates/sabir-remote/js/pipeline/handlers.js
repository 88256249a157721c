// @ts-check
// The traps of a pipeline: operations whose results are known beforehand do not wait.

import { GONE } from '../end/handles.js';
import { KindHandler } from '../end/kinds.js';
import * as operations from '../end/operations.js';
import { FunctionHandler, Handler } from '../end/proxies.js';
import { isObject } from '../values/tags.js';
import { INTERFACES, IS_INTERFACE, METHOD, METHOD_OF_KIND } from './operations.js';
import { CONSTANT, FIRST, NEW, NOTHING, SAME, distinguish, rulesOf } from './rules.js';

/** @typedef {import('./pipeline.js').Pipeline} Pipeline */
/** @typedef {import('./pipeline.js').PipelinedKind} PipelinedKind */
/** @typedef {import('./pipeline.js').Made} Made */

/** The traps of an object whose kind is known. @extends {KindHandler<PipelinedKind>} */
export class PipelinedHandler extends KindHandler {
  /** Attributes that are the same object each time. @type {Map<PropertyKey, PipelinedHandler> | undefined} */
  _same;
  /** The object whose attribute it is: as long as one is known, so is the other. @type {PipelinedHandler | undefined} */
  _owner;
  /** @type {any} */
  proxy;
  /** Whether it was got by a way that is not pipelined. */
  isStray = false;
  /** Attributes that never change, for all objects that were made alike. @type {Map<PropertyKey, any>} */
  constants = new Map();

  /** @param {Pipeline} pipeline @param {number} type @param {number} handle @param {PipelinedKind} kind */
  constructor(pipeline, type, handle, kind) {
    super(pipeline.end, handle, kind);
    this.type = type;
    this.pipeline = pipeline;
  }

  /** @override @param {object} target @param {PropertyKey} key */
  get(target, key) {
    const { kind } = this;
    const known = kind.methods.get(key);
    if (known !== undefined) return known;
    const same = this._same?.get(key);
    if (same !== undefined && same.handle !== GONE) return same.proxy;
    const rule = this._ruleOf(key);
    if (rule === SAME) return this._getSame(target, key);
    if (rule === CONSTANT) return this._getConstant(target, key);
    // Others are remembered for as long as the page says.
    if (rule === undefined && this.end.memoMs >= 0) return this.remembered(key);
    const value = this.end.request(METHOD_OF_KIND, this.handle, key);
    if (this.end.cacheable && !kind.assigned.has(key)) this.keep(key, value);
    return value;
  }

  /** @param {PropertyKey} key */
  _ruleOf(key) {
    const { kind } = this;
    kind.rules ??= rulesOf(this.end.request(INTERFACES, this.handle));
    return kind.rules.get(key);
  }

  /** @param {object} target @param {PropertyKey} key */
  _getConstant(target, key) {
    let value = this.constants.get(key);
    if (value !== undefined) return value;
    value = Handler.prototype.get.call(this, target, key);
    this.constants.set(key, value);
    return value;
  }

  /** @param {object} target @param {PropertyKey} key */
  _getSame(target, key) {
    const { pipeline, kind } = this;
    const made = kind.made.get(key)?.get('');
    const canName = made !== undefined && pipeline.kindOf(made.type).strays === 0;
    const value =
      (canName ? pipeline.make(key, made, operations.GET, this.handle, key) : undefined) ??
      Handler.prototype.get.call(this, target, key);
    const handler = pipeline.handlerOf(value);
    if (handler === undefined) return value;
    if (made === undefined) kind.made.set(key, new Map([['', asMade(handler)]]));
    if (handler.isStray) {
      handler.isStray = false;
      handler.kind.strays--;
    }
    handler._owner = this;
    (this._same ??= new Map()).set(key, handler);
    return value;
  }

  /** @override @param {PropertyKey} key @param {any} method */
  keep(key, method) {
    super.keep(key, method);
    const handle = /** @type {number} */ (this.end.handleOf(method));
    this.kind.handles.set(key, handle);
    const rule = this._ruleOf(key);
    if (rule !== undefined && rule !== SAME && rule !== CONSTANT)
      this.pipeline.methods.set(handle, { name: String(key), rule });
  }

  /** @override @param {object} target @param {PropertyKey} key @param {any} value */
  set(target, key, value) {
    const { kind, pipeline } = this;
    kind.assigned.add(key);
    if (kind.methods.has(key) || !pipeline.isPlain(value)) return super.set(target, key, value);
    this.memo = undefined;
    return pipeline.send(key, operations.SET, this.handle, key, value) || super.set(target, key, value);
  }

  /** @override @param {PropertyKey} key */
  leaveKind(key) {
    const { kind } = this;
    if (!kind.methods.has(key) && kind.rules?.get(key) !== SAME) return;
    this._same = undefined;
    this.kind = kind.without();
  }
}

/** The traps of a function. */
export class PipelinedFunction extends FunctionHandler {
  /** Whether it is the constructor of one of the platform's interfaces. @type {boolean | undefined} */
  _isInterface;
  /** The first that it has constructed. @type {Made | undefined} */
  _constructed;

  /** @override @param {any} target @param {PropertyKey} key */
  get(target, key) {
    // A function that is applied explicitly may be another one than its object's.
    if (key === 'apply') return (/** @type {any} */ self, /** @type {any[]} */ args) => this._wait(self, args ?? []);
    if (key === 'call') return (/** @type {any} */ self, /** @type {any[]} */ ...args) => this._wait(self, args);
    return super.get(target, key);
  }

  /** @param {any} self @param {any[]} args */
  _wait(self, args) {
    return this.end.request(operations.APPLY, this.handle, self, args);
  }

  /** @override @param {object} _ @param {any} self @param {any[]} args */
  apply(_, self, args) {
    const pipeline = /** @type {Pipeline} */ (this.end.pipeline);
    const method = pipeline.methods.get(this.handle);
    const owner = method && pipeline.handlerOf(self);
    if (owner === undefined || owner.kind.handles.get(method?.name ?? '') !== this.handle)
      return this._wait(self, args);
    const { name, rule } = /** @type {{ name: string, rule: number }} */ (method);
    for (const arg of args) if (!pipeline.isPlain(arg)) return this._wait(self, args);
    if (rule === NEW) return this._make(name, owner, args) ?? this._wait(self, args);
    const given = rule === NOTHING ? undefined : args[rule - FIRST];
    const isKnown = rule === NOTHING || (isObject(given) && this.end.isProxy(given));
    if (!isKnown) return this._wait(self, args);
    if (pipeline.send(name, METHOD, owner.handle, { handle: this.handle, rule }, args)) return given;
    if (!this.end.batches.isOpen) return this._wait(self, args);
    this.end.batches.withoutResult(() => this._wait(self, args));
    return given;
  }

  /** The stand-in for a method's result; undefined if it has to be waited for. @param {string} name @param {PipelinedHandler} owner @param {any[]} args */
  _make(name, owner, args) {
    const { pipeline, kind } = owner;
    if (name === 'cloneNode') return this._makeAs(owner, name, owner, args);
    if (name === 'importNode') return this._makeAs(pipeline.handlerOf(args[0]), name, owner, args);
    for (const arg of args) if (isObject(arg)) return undefined;
    let all = kind.made.get(name);
    if (all === undefined) kind.made.set(name, (all = new Map()));
    const by = distinguish(name, args);
    const made = all.get(by);
    if (made !== undefined) return this._makeAs(made, name, owner, args);
    // A custom element is of any class.
    if (by.includes('-')) return undefined;
    // The first one tells of which kind the others are.
    const value = this._wait(owner.proxy, args);
    const found = pipeline.handlerOf(value);
    if (found !== undefined) all.set(by, asMade(found));
    return value;
  }

  /** @param {Made | undefined} made before, and alike @param {string} name @param {PipelinedHandler} owner @param {any[]} args */
  _makeAs(made, name, { pipeline, handle }, args) {
    return made && pipeline.make(name, made, METHOD, handle, { handle: this.handle, rule: NEW }, args);
  }

  /** @override @param {object} target @param {any[]} args @param {Function} Class that is constructed */
  construct(target, args, Class) {
    const pipeline = /** @type {Pipeline} */ (this.end.pipeline);
    const isPlain = args.every((arg) => typeof arg !== 'function' && pipeline.isPlain(arg));
    if (!isPlain || this.end.handleOf(Class) !== this.handle) return super.construct(target, args, Class);
    this._isInterface ??= this.end.request(IS_INTERFACE, this.handle);
    if (!this._isInterface) return super.construct(target, args, Class);
    const before = this._constructed;
    const made = before && pipeline.make('new', before, operations.CONSTRUCT, this.handle, args);
    if (made !== undefined) return made;
    const value = super.construct(target, args, Class);
    const found = pipeline.handlerOf(value);
    this._constructed = found && asMade(found);
    return value;
  }
}

/** What objects that are made alike have in common, without the first of them. @param {Made} first @returns {Made} */
const asMade = ({ type, constants }) => ({ type, constants });
