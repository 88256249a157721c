// @ts-check
// The traps of a pipeline: operations whose results are known beforehand do not wait.

import { GONE } from '../end/handles.js';
import { KindHandler } from '../end/kinds.js';
import { APPLY, CONSTRUCT, GET, SET } from '../end/operations.js';
import { FunctionHandler, Handler, mayStay } from '../end/proxies.js';
import { isObject } from '../values/tags.js';
import { INTERFACES, IS_INTERFACE, METHOD, METHOD_OF_KIND, PLACE, STEP } from './operations.js';
import { FIRST, NEW, NOTHING, SAME, distinguish, rulesOf } from './rules.js';
import { HARMLESS, STEPS, Site, Tree } from './trees.js';

/** @typedef {import('./pipeline.js').Pipeline} Pipeline */
/** @typedef {import('./pipeline.js').PipelinedKind} PipelinedKind */

/** The traps of an object whose kind is known. @extends {KindHandler<PipelinedKind>} */
export class PipelinedHandler extends KindHandler {
  /** Attributes that are the same object each time. @type {Map<PropertyKey, PipelinedHandler> | undefined} */
  _same;
  /** The object whose attribute it is: as long as one is known, so is the other. @type {PipelinedHandler | undefined} */
  _owner;
  /** Whether it was got by a way that is not pipelined. */
  isStray = false;
  /** Whether it was made for the worker: nobody had its attributes before. */
  isMade = false;
  /** @type {Site | undefined} */
  site;

  /** @param {Pipeline} pipeline @param {number} type @param {number} handle @param {PipelinedKind} kind */
  constructor(pipeline, type, handle, kind) {
    super(pipeline.end, handle, kind);
    this.type = type;
    this.pipeline = pipeline;
  }

  /** @override @param {object} target @param {PropertyKey} key */
  get(target, key) {
    const known = this.kind.methods.get(key);
    if (known !== undefined) return known;
    const same = this._same?.get(key);
    if (same !== undefined && same.handle !== GONE) return same.proxy;
    const { site } = this;
    if (site?.tree?.isIntact && STEPS.has(key)) return this._step(site.tree, site.place, /** @type {string} */ (key));
    const rule = this._ruleOf(key);
    if (rule === SAME) return this._getSame(target, key);
    // Others are remembered for as long as the page says.
    const value = rule === undefined && this.end.memoMs >= 0 ? this.remembered(key) : this._getOfKind(key);
    if (site !== undefined && typeof value === 'object' && value !== null) site.tree?.end();
    return value;
  }

  /** @param {PropertyKey} key */
  _getOfKind(key) {
    const value = this.end.request(METHOD_OF_KIND, this.handle, key);
    if (this.end.cacheable && !this.kind.assigned.has(key)) this.keep(key, value);
    return value;
  }

  /** Gives the node that a step leads to. @param {Tree} tree @param {string} place of this node @param {string} step */
  _step(tree, place, step) {
    const { nodes, pattern, root } = tree;
    const { pipeline, end, handle } = this;
    const from = `${place} ${step}`;
    const known = pattern?.get(from);
    const there = known && nodes.get(known.place);
    if (there !== undefined && there.handle !== GONE) return there.proxy;
    const made = known && pipeline.make(step, known.type, STEP, handle, step, known.type);
    const value = made ?? this._getOfKind(step);
    const handler = pipeline.handlerOf(value);
    if (handler === undefined) return value;
    const to = known?.place ?? (root === undefined ? '' : end.request(PLACE, root.handle, value));
    if (to === undefined) return value;
    handler.site = Object.assign(handler.site ?? new Site(), { tree, place: to });
    if (pattern === undefined) return value;
    if (known === undefined) pattern.set(from, { place: to, type: handler.type });
    nodes.set(to, handler);
    return value;
  }

  /** Notes that `copy` is one of this node, with all that is in it. @param {any} copy */
  noteCopy(copy) {
    const { site, pipeline } = this;
    if (!site?.tree?.isIntact) return;
    const root = /** @type {PipelinedHandler} */ (pipeline.handlerOf(copy));
    root.site = new Site(new Tree(root, (site.pattern ??= new Map())));
  }

  /** @param {PropertyKey} key */
  _ruleOf(key) {
    const { kind } = this;
    kind.rules ??= rulesOf(this.end.request(INTERFACES, this.handle));
    return kind.rules.get(key);
  }

  /** @param {object} target @param {PropertyKey} key */
  _getSame(target, key) {
    const { pipeline, kind } = this;
    const type = kind.types.get(key)?.get('');
    const canName = this.isMade && type !== undefined && pipeline.kindOf(type).strays === 0;
    const value =
      (canName ? pipeline.make(key, type, GET, this.handle, key) : undefined) ??
      Handler.prototype.get.call(this, target, key);
    const handler = pipeline.handlerOf(value);
    if (handler === undefined) return value;
    kind.types.set(key, new Map([['', handler.type]]));
    if (handler.isStray) {
      handler.isStray = false;
      handler.kind.strays--;
    }
    handler._owner = this;
    this._noteSame(key, handler);
    (this._same ??= new Map()).set(key, handler);
    return value;
  }

  /** @param {PropertyKey} key of an attribute @param {PipelinedHandler} handler of the object that it always is */
  _noteSame(key, handler) {
    if (key !== 'content') {
      if (!HARMLESS.has(key)) this.site?.tree?.end();
    } else if (this.isMade) {
      this.site ??= new Site();
      if (this.site.content === undefined) this.site.renew();
      handler.site = this.site.content;
    }
  }

  /** @override @param {PropertyKey} key @param {any} method */
  keep(key, method) {
    super.keep(key, method);
    const handle = this.end.handleOf(method);
    if (handle === undefined) return;
    this.kind.handles.set(key, handle);
    const rule = this._ruleOf(key);
    if (rule !== undefined && rule !== SAME) this.pipeline.methods.set(handle, String(key));
  }

  /** @override @param {object} target @param {PropertyKey} key @param {any} value @param {any} receiver */
  set(target, key, value, receiver) {
    const { kind, pipeline } = this;
    if (this.site !== undefined && !HARMLESS.has(key)) this._noteChange(this.site, key);
    kind.assigned.add(key);
    const isNoted = pipeline.isPlain(value) && !mayStay(this.end, value);
    if (!isNoted || kind.methods.has(key) || receiver !== this.proxy) return super.set(target, key, value, receiver);
    this.memo = undefined;
    return pipeline.send(key, SET, this.handle, key, value) || super.set(target, key, value, receiver);
  }

  /** @param {Site} site @param {PropertyKey} key that is assigned */
  _noteChange(site, key) {
    // A search of the content, or a list of its nodes, may give nodes of the new content too.
    const isNew = key === 'innerHTML' && site.content?.tree?.isIntact;
    site.touch();
    if (isNew) site.renew();
  }

  /** @override @param {PropertyKey} key */
  leaveKind(key) {
    const { kind } = this;
    this.site?.touch();
    if (!kind.methods.has(key) && kind.rules?.get(key) !== SAME) return;
    this._same = undefined;
    this.kind = kind.without();
  }
}

/** The type of a copy in another document. An element may be a custom one there. @param {PipelinedHandler | undefined} source */
const importedType = (source) => (source?._ruleOf('setAttribute') === undefined ? source?.type : undefined);

/** The traps of a function. */
export class PipelinedFunction extends FunctionHandler {
  /** Whether it is the constructor of one of the platform's interfaces. @type {boolean | undefined} */
  _isInterface;
  /** The type of what it constructs. @type {number | undefined} */
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
    return this.end.request(APPLY, this.handle, self, args);
  }

  /** @override @param {object} _ @param {any} self @param {any[]} args */
  apply(_, self, args) {
    const pipeline = /** @type {Pipeline} */ (this.end.pipeline);
    const name = pipeline.methods.get(this.handle);
    const owner = name === undefined ? undefined : pipeline.handlerOf(self);
    if (name === undefined || owner?.kind.handles.get(name) !== this.handle) return this._wait(self, args);
    // Kinds have methods in common, but not their results.
    const rule = owner.kind.rules?.get(name);
    if (rule === undefined) return this._wait(self, args);
    if (owner.site !== undefined && name !== 'cloneNode' && !HARMLESS.has(name)) owner.site.touch();
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
    if (name === 'cloneNode') {
      const copy = this._makeOf(owner.type, name, owner, args);
      if (copy !== undefined && args[0] === true) owner.noteCopy(copy);
      return copy;
    }
    if (name === 'importNode') return this._makeOf(importedType(pipeline.handlerOf(args[0])), name, owner, args);
    for (const arg of args) if (isObject(arg)) return undefined;
    let types = kind.types.get(name);
    if (types === undefined) kind.types.set(name, (types = new Map()));
    const by = distinguish(name, args);
    const type = types.get(by);
    if (type !== undefined) return this._makeOf(type, name, owner, args);
    // A custom element is of any class.
    if (by.includes('-')) return undefined;
    // The first one tells of which kind the others are.
    const value = this._wait(owner.proxy, args);
    const found = pipeline.handlerOf(value);
    if (found === undefined) return value;
    types.set(by, found.type);
    found.isMade = true;
    return value;
  }

  /** @param {number | undefined} type @param {string} name @param {PipelinedHandler} owner @param {any[]} args */
  _makeOf(type, name, { pipeline, handle }, args) {
    return type && pipeline.make(name, type, METHOD, handle, { handle: this.handle, rule: NEW }, args);
  }

  /** @override @param {object} target @param {any[]} args @param {Function} Class that is constructed */
  construct(target, args, Class) {
    const pipeline = /** @type {Pipeline} */ (this.end.pipeline);
    const isPlain = args.every((arg) => typeof arg !== 'function' && pipeline.isPlain(arg));
    if (!isPlain || this.end.handleOf(Class) !== this.handle) return super.construct(target, args, Class);
    this._isInterface ??= this.end.request(IS_INTERFACE, this.handle);
    if (!this._isInterface) return super.construct(target, args, Class);
    const type = this._constructed;
    const made = type && pipeline.make('new', type, CONSTRUCT, this.handle, args);
    if (made !== undefined) return made;
    const value = super.construct(target, args, Class);
    this._constructed = pipeline.handlerOf(value)?.type;
    return value;
  }
}

/** The classes of a pipeline's proxies: of objects whose kinds are known, and of functions. */
export const PIPELINED = { object: PipelinedHandler, function: PipelinedFunction };
