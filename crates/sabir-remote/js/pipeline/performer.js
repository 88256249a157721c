// @ts-check
// A page's half of a pipeline: it performs operations for which the worker does not wait.

import { SabirError } from '../errors.js';
import { isNative } from '../native.js';
import { cacheable } from '../end/answers.js';
import { Kinds } from '../end/kinds.js';
import { isMethod } from '../end/lending.js';
import { readList, readOnlyTarget, readTarget, readTargetAnd } from '../end/operands.js';
import * as operations from '../end/operations.js';
import { ABORT } from '../end/signals.js';
import { AWAIT } from '../end/stand-ins.js';
import { close, openIn, readByte, readUint32, wordAt } from '../values/decode.js';
import { isObject } from '../values/tags.js';
import { NamingLent, NotMade } from './names.js';
import * as pipelined from './operations.js';
import { keeps } from './rules.js';
import { TrackReader } from './track.js';

/** @typedef {import('../end/end.js').LinkEnd} LinkEnd */
/** @typedef {import('../end/operations.js').Operation} Operation */

const { serve } = operations;

/** Operations that no program waits for: they fail for no other's error. */
const UNAWAITED = new Set([pipelined.PIPELINED, operations.RELEASE, operations.AHEAD, ABORT, AWAIT]);

/** How long the page performs operations before it lets its event loop run, as the pump does. */
const SLICE_MS = 4;
/** How many are performed before the clock is read. */
const ROUNDS = 32;

const { port1: sender, port2: receiver } = new MessageChannel();
/** @type {(() => void)[]} */
const tasks = [];
receiver.onmessage = () => tasks.shift()?.();

/** Runs a task after those that wait now: a timer may take 4 ms. @param {() => void} task */
function afterTasks(task) {
  tasks.push(task);
  sender.postMessage(0);
}

export class Performer {
  _end;
  _lent;
  _track;
  _count = 0;
  /** Whether the rest is performed in a task of its own. */
  _isLate = false;
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
      if ((wordAt(address) & 0xff) !== pipelined.PIPELINED.code) this.perform(Infinity);
      return serve.call(end, address, len);
    };
    // An answer may not stay where it stands: it is read first.
    end.readAnswer = (len) => {
      try {
        return readAnswer.call(end, len);
      } finally {
        this.perform(Infinity);
      }
    };
  }

  /** Performs what is on the track, for about so many ms; the rest later. @param {number} ms */
  perform(ms) {
    const [end, track] = [this._end, this._track];
    const until = ms === Infinity ? ms : performance.now() + ms;
    for (let round = 1; end.ended === undefined; round++) {
      const at = track.next();
      if (at < 0) return;
      if (round % ROUNDS === 0 && performance.now() > until) return this._performLater();
      const length = track.take(at);
      openIn(end, track, at + 2, length);
      this._performOne();
    }
  }

  _performLater() {
    if (this._isLate) return;
    this._isLate = true;
    afterTasks(() => {
      this._isLate = false;
      this.perform(SLICE_MS);
    });
  }

  /** Performs the operation of the open message. */
  _performOne() {
    const end = this._end;
    this._count++;
    const made = readUint32();
    // The worker goes on meanwhile: it waits for nothing.
    end.lending?.begin();
    try {
      const operation = operations.operationOf(readByte(), true);
      const result = operation.perform(end);
      if (operation === operations.SET && !result) throw new TypeError('the property cannot be set: it is read-only');
      if (made !== 0) this._name(made, result);
    } catch (error) {
      if (made !== 0) this._lent.fail(made);
      // An object that was not made: that error comes first.
      if (!(error instanceof NotMade)) this._fail(error);
    } finally {
      end.lending?.rest();
    }
  }

  /** @param {number} made @param {any} result */
  _name(made, result) {
    if (!isObject(result)) throw new TypeError(`an object was expected, not ${String(result)}`);
    this._end.lending?.lend(result, this._end);
    this._lent.name(made, result);
  }

  /** @param {unknown} error */
  _fail(error) {
    if (this._failure !== undefined) return;
    this._failure = { error, count: this._count };
    this._end.note(pipelined.FAILED, this._count, false);
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
  /** @type {Performer | undefined} */ (end.performer)?.perform(SLICE_MS);
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

serve(
  pipelined.METHOD_OF_KIND,
  (end) => {
    const [target, key] = readTargetAnd(end);
    const value = end.lending?.get(target, key);
    return { value, cacheable: isMethod(target, key, value) };
  },
  cacheable,
);

serve(pipelined.IS_INTERFACE, (end) => {
  const target = readOnlyTarget(end);
  return isNative(target) && typeof target.prototype?.[Symbol.toStringTag] === 'string';
});

serve(pipelined.CATCH_UP, (end) => void readOnlyTarget(end));
