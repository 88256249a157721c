// @ts-check
// A worker's half of a pipeline: it goes on while the page performs what gives nothing, or what can be named beforehand.
//
// Promise pipelining is Cap'n Proto's (https://capnproto.org/rpc.html). There a call names the answer of another one; here the
// worker names the objects.

import { NAMED } from '../end/handles.js';
import { Kind } from '../end/kinds.js';
import { objectProxy } from '../end/proxies.js';
import { AGAIN_WHOLE, abort, hasCargo } from '../values/encode.js';
import { FIRST_KIND } from '../values/tags.js';
import { PipelinedHandler, PipelinedMethod } from './handlers.js';
import { CATCH_UP, PIPELINE, STEP } from './operations.js';

/** @typedef {import('../end/end.js').LinkEnd} LinkEnd */
/** @typedef {import('../end/operations.js').Operation} Operation */
/** @typedef {import('./rules.js').Rule} Rule */

/** How many steps the worker is ahead of the page at most: some 200 KB, of a ring of 1 MB. */
const MOST_AHEAD = 2048;
/** How many stacks are kept, which is more than can fail. */
const STACKS = 2 * MOST_AHEAD;

/** The most that are named before the names would be those of released objects. */
const NAMES = 0x7fff_fffe;

/** @typedef {{ stacks?: boolean }} PipelineOptions `stacks`: errors have the stack of the step that failed, which costs time for each */

export class Pipeline {
  /** What methods give, by their handles. @type {Map<number, { name: string, rule: Rule }>} */
  methods = new Map();
  /** The types of what is made, by who makes it. @type {Map<string, number>} */
  types = new Map();
  /** @type {Kind[]} */
  _kinds = [];
  /** @type {WeakMap<object, number>} */
  _typesOf = new WeakMap();
  _named = 0;
  _sent = 0;
  /** How many had been sent when the worker waited last. */
  _done = 0;
  /** @type {Error[] | undefined} */
  _stacks;
  /** The number of the step that has failed, if the worker has not heard of its error. @type {number | undefined} */
  _failed;

  /** @param {LinkEnd} end @param {PipelineOptions} options */
  constructor(end, { stacks = false }) {
    this.end = end;
    if (stacks) this._stacks = [];
    end.request(PIPELINE, 0);
    end.handlers = { ...end.handlers, function: PipelinedMethod };
    end.proxyOfObject = (_, type, handle) => this._proxyOf(type, handle);
    end.pipeline = this;
  }

  /** @param {number} type @param {number} handle */
  _proxyOf(type, handle) {
    if (type < FIRST_KIND) return objectProxy(this.end, type, handle);
    const kind = (this._kinds[type] ??= new Kind());
    const proxy = new Proxy({}, new PipelinedHandler(this, type, handle, kind));
    this._typesOf.set(proxy, type);
    return proxy;
  }

  /** The type of an object's kind, if it is known. @param {any} value */
  typeOf(value) {
    return this._typesOf.get(value);
  }

  /**
   * Has the page perform a step; false if it has to be waited for.
   * @param {Operation} operation @param {number} handle @param {any} first @param {any} second @param {number} [made]
   */
  send(operation, handle, first, second, made = 0) {
    const { end } = this;
    if (end.ended !== undefined) throw end.ended;
    if (end.isBatching) return false;
    try {
      end.composeFree(STEP, { operation, handle, made }, [first, second]);
    } catch (error) {
      if (error === AGAIN_WHOLE) return false;
      throw error;
    }
    // What comes beside the message would come too late.
    if (hasCargo()) {
      abort();
      return false;
    }
    end.trips++;
    end.post(STEP);
    this._sent++;
    if (this._stacks !== undefined) this._stacks[this._sent % STACKS] = new Error();
    if (this._sent - this._done === MOST_AHEAD) this.catchUp();
    return true;
  }

  /**
   * Has the page make an object of a kind; undefined if it has to be waited for.
   * @param {number} type @param {Operation} operation @param {number} handle @param {any} first @param {any} [second]
   */
  make(type, operation, handle, first, second) {
    if (this._named === NAMES) return undefined;
    const made = NAMED + this._named++;
    return this.send(operation, handle, first, second, made) ? this.end.borrow(type, made) : undefined;
  }

  /** Waits until the page has performed all steps. @throws the error of one that failed */
  catchUp() {
    this._done = this._sent;
    this.end.request(CATCH_UP, 0);
  }

  /** A step has failed. @param {number} count of the steps until then */
  failed(count) {
    this._failed = count;
    // A call that waits fails so; if none does, the program hears of it as of other errors that nobody has caught.
    if (this.end.blocked === 0) setTimeout(() => this._failed === count && this._report());
  }

  _report() {
    try {
      this.catchUp();
    } catch (error) {
      reportError(error);
    }
  }

  /** Adds to the error of a step where the program made it. @param {any} error */
  explain(error) {
    const count = this._failed;
    if (count === undefined) return;
    this._failed = undefined;
    const { stack = '' } = this._stacks?.[count % STACKS] ?? {};
    const where = stack.slice(stack.indexOf('\n') + 1) || '    (the option `pipeline: { stacks: true }` tells)';
    if (error instanceof Error)
      error.stack += `\n    ---- of step ${count}, for which nobody waited, from ----\n${where}`;
  }
}
