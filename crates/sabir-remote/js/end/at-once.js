// @ts-check
// Operations that a page performs on a worker's values. The platform's code that a worker has called waits for the answer.

import { TimedOut } from '../errors.js';
import { numberOf } from '../names.js';
import { finish } from '../values/encode.js';
import { AT_ONCE } from './operations.js';
import { NEEDED, NOT_NEEDED, nameOfWork, needOf } from './work.js';

/** @typedef {import('./end.js').LinkEnd} LinkEnd */
/** @typedef {import('./operations.js').Operation} Operation */

/** How long the page stands still for an answer, in ms. A comparator takes microseconds, a worker without a core some frames. */
export const LIMIT_MS = 1000;
/** What `callWithin` gives where no answer came. */
const LATE = -2;

/**
 * Performs an operation on a value of a worker: gives the answer to the platform's code, and a promise of it to other code.
 * @param {LinkEnd} end @param {Operation} operation @param {number} handle @param {any} first @param {any} second
 */
export function requestFromPage(end, operation, handle, first, second) {
  const need = needOf(end);
  if (need === NOT_NEEDED) return requestPromise(end, operation, handle, first, second);
  end.compose(operation, handle, first, second, AT_ONCE);
  const { late, answer } = askWithin(end, operation, operation.namesKey ? first : operation.name, LIMIT_MS);
  if (late && need === NEEDED) throw tooLate(answer);
  return answer;
}

/**
 * Sends the message that was written, and serves the other end until it has answered; gives a promise if that takes longer.
 * @param {LinkEnd} end @param {Operation} operation @param {PropertyKey} name @param {number} limitMs @param {number} [number]
 * @returns {{ late: false, answer: any } | { late: true, answer: Promise<any> }}
 */
export function askWithin(end, operation, name, limitMs, number = numberOf(operation.name)) {
  end.trips++;
  const outer = end.blocked;
  const [token, answer] = end.pending.begin(name);
  end.blocked = outer + 1;
  end.performer?.nest(1);
  let len;
  try {
    len = end.carrier.callWithin(number, finish(), token, limitMs);
  } finally {
    end.performer?.nest(-1);
    end.blocked = outer;
  }
  if (len === LATE) return { late: true, answer };
  end.pending.take(token);
  if (len < 0) throw end.carrier.takeError();
  return { late: false, answer: end.readAnswer(len) };
}

/** Gives a promise, whatever code asks. @param {LinkEnd} end @param {Operation} operation @param {number} handle @param {any} [first] @param {any} [second] */
function requestPromise(end, operation, handle, first, second) {
  end.compose(operation, handle, first, second);
  const name = operation.namesKey ? first : operation.name;
  return end.ask(numberOf(operation.name, end.timeoutMs), operation, name, []);
}

/** @param {Promise<any>} answer of which nobody hears */
function tooLate(answer) {
  answer.catch(() => {});
  return new TimedOut(`${nameOfWork()} waited ${LIMIT_MS} ms for an answer of the worker, and gave it up`);
}
