// @ts-check
// A page's half of a pipeline: it performs operations for which the worker does not wait.

import { goOn, hold } from '../border.js';
import { SabirError } from '../errors.js';
import { isNative } from '../native.js';
import { cacheable } from '../end/answers.js';
import { Kinds } from '../end/kinds.js';
import { isConstant, isMethod } from '../end/lending.js';
import { readList, readOnlyTarget, readTarget, readTargetAnd } from '../end/operands.js';
import * as operations from '../end/operations.js';
import { ABORT } from '../end/signals.js';
import { AWAIT } from '../end/stand-ins.js';
import { policyOf } from '../end/traps.js';
import { close, openIn, read, readByte, readUint32, wordAt } from '../values/decode.js';
import { isObject } from '../values/tags.js';
import { NAMED, NamingLent, NotMade, UNCOUNTED } from './names.js';
import * as pipelined from './operations.js';
import { keeps } from './rules.js';
import { TrackReader } from './track.js';

/** @typedef {import('../end/end.js').LinkEnd} LinkEnd */
/** @typedef {import('../end/operations.js').Operation} Operation */

const { Later, serve } = operations;

/** Operations that no program waits for: they fail for no other's error. */
const UNAWAITED = new Set([pipelined.PIPELINED, pipelined.DRAIN, operations.RELEASE, operations.AHEAD, ABORT, AWAIT]);

/** Operations that do not wait for those before them. */
const SLICED = new Set([pipelined.PIPELINED.code, pipelined.DRAIN.code]);

/** How long the page performs operations before it lets its event loop run, in ms, as the pump does. */
const SLICE_MS = 4;
/**
 * The page draws a worker's turn when it ends, or after so many ms. A framework's table took twice as long when it was drawn while
 * it grew. A task of this length delays no answer to a person (https://web.dev/articles/rail).
 */
const HELD_MS = 50;
/** After that, how long a slice is: a page that draws what grows would else draw most of the time. */
const LONG_SLICE_MS = 16;
/** How much longer than it has performed the page looks for more within a turn, in ms. */
const LOOKING_MS = 0.3;
/** How many are performed before the clock is read. */
const ROUNDS = 32;

/** Whether the person has clicked or typed. Only Chromium tells. @type {() => boolean} */
const isInputPending = () => /** @type {any} */ (globalThis.navigator).scheduling?.isInputPending?.() ?? false;

export class Performer {
  _end;
  _lent;
  _track;
  _count = 0;
  /** Whether the rest is performed in another slice. */
  _isLate = false;
  _goOn = () => {
    this._isLate = false;
    this.performSlice();
  };
  /** How many operations are performed just now, one on behalf of the other. */
  _depth = 0;
  /** Whoever waits until a position is read. @type {{ position: number, resolve: () => void }[]} */
  _drains = [];
  /** The worker's turn. */
  _turn = 0;
  /** How long the page has been at its operations, and looked for more, in ms. */
  _heldMs = 0;
  _lookedMs = 0;
  /** The first error that the worker has not heard of. @type {{ error: unknown, count: number } | undefined} */
  _failure;

  /** @param {LinkEnd} end @param {SharedArrayBuffer} memory */
  constructor(end, memory) {
    this._end = end;
    this._track = new TrackReader(memory);
    this._lent = end.lent = new NamingLent(end.lent);
    end.kinds ??= new Kinds();
    const { serve, readAnswer } = end;
    // Operations that the worker has sent before come first.
    end.serve = (address, len) => {
      if (!SLICED.has(wordAt(address) & 0xff)) this.performAll();
      return serve.call(end, address, len);
    };
    // An answer may not stay where it stands: it is read first.
    end.readAnswer = (len) => {
      try {
        return readAnswer.call(end, len);
      } finally {
        this.performAll();
      }
    };
  }

  /** Performs all that is on the track now: a worker that does not wait may write on for ever. Nothing is performed within another operation. */
  performAll() {
    if (this._depth > 0) return;
    const { written } = this._track;
    while (this._track.isBefore(written)) {
      const at = this._next();
      if (at < 0) return;
      this._performAt(at);
    }
  }

  /** Performs what is on the track, and what the worker adds meanwhile, for a slice; the rest later. */
  performSlice() {
    if (this._depth > 0) return this._performLater();
    const began = performance.now();
    const ended = this._performUntil(began, this._endOfSlice(began));
    this._heldMs += ended - began;
    this._drains = this._drains.filter(({ position, resolve }) => this._track.isBefore(position) || void resolve());
  }

  /** Gives the time when it has ended. @param {number} began @param {number} until */
  _performUntil(began, until) {
    const track = this._track;
    for (let round = 1; ; round++) {
      const at = this._next();
      if (at >= 0) this._performAt(at);
      if (at >= 0 && round % ROUNDS > 0) continue;
      const now = performance.now();
      if (at < 0 && this._end.ended !== undefined) return now;
      if (now > until || (now - began > SLICE_MS && isInputPending())) {
        this._performLater();
        return now;
      }
      if (at >= 0) continue;
      if (track.mayGrow && 2 * this._lookedMs < this._heldMs + now - began + LOOKING_MS) {
        track.look();
        this._lookedMs += performance.now() - now;
      } else if (!track.rest()) return now;
    }
  }

  /** The end of a slice that begins now, on the clock. @param {number} now */
  _endOfSlice(now) {
    const { turn } = this._track;
    if (turn !== this._turn) this._heldMs = this._lookedMs = 0;
    this._turn = turn;
    // Nor do calls on the way end it.
    return Math.max(hold(Math.max(HELD_MS - this._heldMs, LONG_SLICE_MS)), now + SLICE_MS);
  }

  _performLater() {
    if (this._isLate) return;
    this._isLate = true;
    goOn(this._goOn);
  }

  /** Performs all that is on the track now in slices; gives a promise if one is not enough. @returns {Promise<void> | undefined} */
  drain() {
    const position = this._track.written;
    this.performSlice();
    if (!this._track.isBefore(position)) return undefined;
    return new Promise((resolve) => this._drains.push({ position, resolve }));
  }

  /** The page begins to wait for the worker, or no longer does. @param {number} change */
  nest(change) {
    if (this._depth > 0) this._track.nest(change);
  }

  /** The place of the next operation; -1 if there is none, or the link has ended: its worker may write on. */
  _next() {
    return this._end.ended === undefined ? this._track.next() : -1;
  }

  /** @param {number} at */
  _performAt(at) {
    const length = this._track.take(at);
    openIn(this._end, this._track, at + 2, length);
    this._performOne();
  }

  /** Performs the operation of the open message. */
  _performOne() {
    const end = this._end;
    const made = readUint32();
    if (made !== UNCOUNTED) this._count++;
    const count = this._count;
    this._depth++;
    // The worker goes on meanwhile: it waits for nothing.
    end.lending?.begin();
    try {
      const operation = operations.operationOf(readByte(), true);
      const result = operation.perform(end);
      if (operation === operations.SET && !result) throw new TypeError('the property cannot be set: it is read-only');
      if (made >= NAMED) this._name(made, result);
    } catch (error) {
      if (made >= NAMED) this._lent.fail(made);
      // An object that was not made: that error comes first.
      if (!(error instanceof NotMade)) this._fail(error, count);
    } finally {
      this._depth--;
      end.lending?.rest();
    }
  }

  /** @param {number} made @param {any} result */
  _name(made, result) {
    if (!isObject(result)) throw new TypeError(`an object was expected, not ${String(result)}`);
    this._end.lending?.lend(result, this._end);
    this._lent.name(made, result);
  }

  /** @param {unknown} error @param {number} count of operations until the one that has failed */
  _fail(error, count) {
    if (this._failure !== undefined) return;
    this._failure = { error, count };
    this._end.note(pipelined.FAILED, count, false);
  }

  /** Throws the error of an operation that has failed, in the place of one that the worker waits for. @param {Operation} operation */
  check(operation) {
    if (this._failure === undefined || UNAWAITED.has(operation)) return;
    const { error, count } = this._failure;
    this._failure = undefined;
    this._end.note(pipelined.FAILED, count, true);
    throw error;
  }
}

serve(pipelined.PIPELINED, (end) => {
  close();
  /** @type {Performer | undefined} */ (end.performer)?.performSlice();
});

serve(pipelined.DRAIN, (end) => {
  readOnlyTarget(end);
  const drained = /** @type {Performer} */ (end.performer).drain();
  return drained && new Later(drained, pipelined.DRAIN.name);
});

serve(pipelined.METHOD, (end) => {
  const target = readTarget(end);
  const expected = end.own(readUint32());
  const rule = readByte();
  const args = readList();
  close();
  const { lending } = end;
  const method = lending?.get(target, expected.name);
  const result = lending?.apply(end, method, target, args);
  if (method !== expected && !keeps(rule, result, args)) throw new SabirError(replaced(expected.name, result));
  return result;
});

/** @param {string} name @param {unknown} result */
const replaced = (name, result) =>
  `the page has replaced \`${name}\` by a function that gives another result, ${typeof result}; ` +
  'replace it before the worker calls it first, or start the worker without `pipeline`';

serve(pipelined.INTERFACES, (end) => {
  const names = [];
  let target = readOnlyTarget(end);
  while ((target = Object.getPrototypeOf(target)) !== null) names.push(target[Symbol.toStringTag] ?? '');
  return names;
});

serve(pipelined.STEP, (end) => {
  const [target, key, type] = [readTarget(end), read(), readByte()];
  close();
  const node = end.lending?.get(target, key);
  if (!isObject(node) || end.kinds?.typeOf(node) !== type) throw new SabirError(changed(key));
  return node;
});

/** @param {string} step */
const changed = (step) =>
  `\`${step}\` of a copy is another kind of node than in the copy before it: the template's content has changed; ` +
  'change it in its worker only, or start the worker without `pipeline`';

serve(pipelined.PLACE, (end) => {
  const [root, node] = readTargetAnd(end);
  const place = [];
  let at = node;
  for (; at !== root && at.parentNode !== null; at = at.parentNode) place.unshift(indexOf(at));
  return at === root ? place.join() : undefined;
});

/** How many nodes come before one. @param {Node} node */
const indexOf = (node) => Array.prototype.indexOf.call(/** @type {Node} */ (node.parentNode).childNodes, node);

serve(
  pipelined.METHOD_OF_KIND,
  (end) => {
    const [target, key] = readTargetAnd(end);
    const value = end.lending?.get(target, key);
    const isOfAll = policyOf(end) === undefined && isConstant(target, key);
    return { value, cacheable: isMethod(target, key, value) || isOfAll };
  },
  cacheable,
);

serve(pipelined.IS_INTERFACE, (end) => {
  const target = readOnlyTarget(end);
  return isNative(target) && typeof target.prototype?.[Symbol.toStringTag] === 'string';
});

serve(pipelined.CATCH_UP, (end) => void readOnlyTarget(end));
