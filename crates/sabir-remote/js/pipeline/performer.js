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
import { close, readByte, readUint32 } from '../values/decode.js';
import { isObject } from '../values/tags.js';
import { NamingLent, NotMade } from './names.js';
import * as pipelined from './operations.js';
import { keeps } from './rules.js';

/** @typedef {import('../end/end.js').LinkEnd} LinkEnd */
/** @typedef {import('../end/operations.js').Operation} Operation */

const { serve } = operations;

/** Operations that no program waits for: they fail for no other's error. */
const UNAWAITED = new Set([pipelined.PIPELINED, operations.RELEASE, operations.AHEAD, ABORT, AWAIT]);

export class Performer {
  _end;
  _lent;
  _count = 0;
  /** The first error that the worker has not heard of. @type {{ error: unknown, count: number } | undefined} */
  _failure;

  /** @param {LinkEnd} end */
  constructor(end) {
    this._end = end;
    this._lent = end.lent = new NamingLent(end.lent);
    end.kinds ??= new Kinds();
  }

  /** Performs the operation of the open message. */
  perform() {
    this._count++;
    const made = readUint32();
    try {
      const operation = operations.operationOf(readByte(), true);
      const result = operation.perform(this._end);
      if (operation === operations.SET && !result) throw new TypeError('the property cannot be set: it is read-only');
      if (made !== 0) this._name(made, result);
    } catch (error) {
      if (made !== 0) this._lent.fail(made);
      // An object that was not made: that error comes first.
      if (!(error instanceof NotMade)) this._fail(error);
    }
  }

  /** @param {number} made @param {any} result */
  _name(made, result) {
    if (!isObject(result)) throw new TypeError(`an object was expected, not ${String(result)}`);
    this._end.lending?.lend(result);
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
  if (end.performer === undefined) throw new SabirError('the worker has begun no pipeline');
  /** @type {Performer} */ (end.performer).perform();
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
