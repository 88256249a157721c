// @ts-check
// Stand-ins for iterators and promises of the other end.

import { SabirError } from '../errors.js';
import { ASYNC_ITERATOR_TYPE, PROMISE_TYPE, isThenable } from '../values/tags.js';
import { close, read } from '../values/decode.js';
import { write } from '../values/encode.js';
import { reference } from './answers.js';
import { readOnlyTarget, readTarget } from './operands.js';
import { Later, nothing, operation } from './operations.js';

/** @typedef {import('./end.js').LinkEnd} LinkEnd */
/** A step of an iterator: the method by its name. @typedef {(method: 'next' | 'return' | 'throw', value: any) => any} Step */

const { getPrototypeOf } = Object;
/** Iterators of these have the platform's `map`, `take` and the like. */
const ofIterators = getPrototypeOf(getPrototypeOf([].values()));
const ofAsyncIterators = getPrototypeOf(getPrototypeOf(getPrototypeOf((async function* () {})())));

/** @param {LinkEnd} end @param {number} type @param {number} handle */
export function standIn(end, type, handle) {
  if (type === PROMISE_TYPE) return promised(end, handle);
  const isLater = type === ASYNC_ITERATOR_TYPE;
  /** @type {Step} */
  const step = (method, value) => {
    const answer = isLater ? end.requestLater(STEP, handle, method, value) : end.request(STEP, handle, method, value);
    return isThenable(answer) ? answer.then(toResult) : toResult(answer);
  };
  const made = withSteps(isLater || !end.blocking ? ofAsyncIterators : ofIterators, step);
  // A call that blocks, or an answer at once, gives the next value now.
  const atOnce = { value: () => withSteps(ofIterators, (...args) => hadAtOnce(step(...args))) };
  return isLater || end.blocking ? made : Object.defineProperty(made, Symbol.iterator, atOnce);
}

/** @param {LinkEnd} end @param {number} handle */
function promised(end, handle) {
  const { promise, resolve, reject } = Promise.withResolvers();
  // The message that has it is still being read.
  const answer = Promise.resolve().then(() => end.requestLater(AWAIT, handle));
  answer.then(resolve, (error) => end.pending.refuse({ promise, reject }, error));
  return promise;
}

/** @param {[done: boolean, value: any]} answer */
const toResult = ([done, value]) => ({ done, value });

/** @param {any} result */
function hadAtOnce(result) {
  if (!isThenable(result)) return result;
  result.then(undefined, () => {});
  throw new SabirError('an iterator of a worker answers later: use `for await (... of ...)` on the page');
}

/** @param {object} prototype @param {Step} step */
const withSteps = (prototype, step) =>
  Object.assign(Object.create(prototype), {
    next: step.bind(undefined, 'next'),
    return: step.bind(undefined, 'return'),
    throw: step.bind(undefined, 'throw'),
  });

/** A step of an iterator: its result is `done` and the value. */
export const STEP = operation(31, 'iterator', {
  ask(_, method, value) {
    write(method);
    write(value);
  },
  perform(end) {
    const [target, method, value] = [readTarget(end), read(), read()];
    close();
    const { lending } = end;
    const step = lending === undefined ? target[method] : lending.get(target, method);
    // Only `return` may be lacking without harm.
    if (step === undefined && method === 'return') return [true, value];
    lending?.policy?.checkApply(step, target, [value]);
    // An async iterator takes promises of a worker's answers.
    lending?.works(Symbol.asyncIterator in target ? undefined : step);
    const result = Reflect.apply(step, target, [value]);
    return isThenable(result) ? new Later(result.then(partsOf), method) : partsOf(result);
  },
  anywhere: true,
  mayWait: true,
});

/** @param {any} result of a step */
const partsOf = ({ done, value }) => [Boolean(done), value];

/** The value of a promise. */
export const AWAIT = operation(30, 'await', {
  ask: nothing,
  perform: (end) => new Later(readOnlyTarget(end), 'await'),
  answer: reference,
  anywhere: true,
  mayWait: true,
});
