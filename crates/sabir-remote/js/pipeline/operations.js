// @ts-check
// Operations that nobody waits for, as they travel, and the page's half of them.

import { NOT_MADE, NotMade } from '../end/handles.js';
import { Kinds } from '../end/kinds.js';
import { operation, operationOf } from '../end/operations.js';
import { close, read, readByte, readUint32 } from '../values/decode.js';
import { write, writeByte, writeUint32 } from '../values/encode.js';
import { isObject } from '../values/tags.js';

/** @typedef {import('../end/end.js').LinkEnd} LinkEnd */
/** @typedef {import('../end/operations.js').Operation} Operation */
/** An operation, the object that it is performed on, and the name of what it makes: 0 for none. @typedef {{ operation: Operation, handle: number, made: number }} Step */

/** One operation that the worker does not wait for. */
export const STEP = operation(31, 'step', {
  /** @param {LinkEnd} end @param {Step} step @param {[first: any, second: any]} operands */
  ask(end, { operation, handle, made }, [first, second]) {
    writeUint32(made);
    writeByte(operation.code);
    writeUint32(handle);
    operation.ask(end, first, second);
  },
  perform(end) {
    const { steps } = end;
    if (steps === undefined) throw new SyntaxError('a step came before the worker had asked for a pipeline');
    const made = readUint32();
    const operation = operationOf(readByte());
    steps.count++;
    try {
      const result = operation.perform(end);
      if (made !== 0) name(end, made, result, operation);
    } catch (error) {
      if (made !== 0) end.lent.name(made, NOT_MADE);
      // What it lacks has failed before.
      if (!(error instanceof NotMade)) steps.fail(error);
    }
  },
});

/** @param {LinkEnd} end @param {number} made @param {any} result @param {Operation} operation */
function name(end, made, result, operation) {
  if (!isObject(result)) throw new TypeError(`\`${operation.name}\` gave no object, but ${String(result)}`);
  end.policy?.checkValue(result);
  end.lent.name(made, result);
}

/** The worker will not wait for steps, and wants to know the kinds of objects. */
export const PIPELINE = operation(32, 'pipeline', {
  ask() {},
  perform(end) {
    readUint32();
    close();
    end.steps ??= new Steps(end);
    end.kinds ??= new Kinds();
  },
});

/** The interfaces of an object, the nearest first. */
export const INTERFACES = operation(33, 'interfaces', {
  ask() {},
  perform(end) {
    let target = end.own(readUint32());
    close();
    const names = [];
    while ((target = Object.getPrototypeOf(target)) !== null) names.push(target[Symbol.toStringTag] ?? '');
    return names;
  },
});

/** The worker waits for all steps. */
export const CATCH_UP = operation(34, 'catch up', {
  ask() {},
  perform() {
    readUint32();
    close();
  },
});

/** A step has failed: the worker's next operation that waits fails so. */
export const FAILED = operation(35, 'failed', {
  /** @param {LinkEnd} _ @param {number} count of the steps until then */
  ask(_, count) {
    write(count);
  },
  perform(end) {
    const count = read();
    close();
    end.pipeline?.failed(count);
  },
  anywhere: true,
});

/** The page's half. */
class Steps {
  /** How many have come. */
  count = 0;
  /** The error of one that failed, which the worker has not heard of. @type {{ error: unknown } | undefined} */
  _failure;
  _end;

  /** @param {LinkEnd} end */
  constructor(end) {
    this._end = end;
  }

  /** @param {unknown} error */
  fail(error) {
    if (this._failure !== undefined) return;
    this._failure = { error };
    this._end.note(FAILED, this.count);
  }

  /** Throws the error of a step that failed before an operation that the worker waits for. @param {Operation} operation */
  check(operation) {
    if (this._failure === undefined || operation === STEP || operation.isNote) return;
    const { error } = this._failure;
    this._failure = undefined;
    throw error;
  }
}
