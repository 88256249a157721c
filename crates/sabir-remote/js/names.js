// @ts-check
// Numbers by which calls name functions, and their time limits.

import { internName } from './border.js';

/** @type {Map<PropertyKey, number>} */
const unlimited = new Map();
/** Of an event loop's calls, by the limit in ms. @type {Map<number, number>} */
const ofLoop = new Map();
/** By the limit, in ms. @type {Map<number, Map<PropertyKey, number>>} */
const limited = new Map();

/**
 * The number by which a call names what it calls, with its time limit: one for all links of this realm. Each is kept, so limits
 * that are computed anew for every call make as many as there are whole ms.
 * @param {PropertyKey} name @param {number} [timeoutMs] below 0 there is none
 */
export function numberOf(name, timeoutMs = -1) {
  const numbers = timeoutMs < 0 ? unlimited : numbersWithin(Math.trunc(timeoutMs));
  let number = numbers.get(name);
  if (number === undefined) numbers.set(name, (number = internName(String(name), timeoutMs, false)));
  return number;
}

/** The number by which this realm's event loop calls a function, as for an event. @param {number} timeoutMs below 0 there is none */
export function numberOfLoop(timeoutMs) {
  let number = ofLoop.get(timeoutMs);
  if (number === undefined) ofLoop.set(timeoutMs, (number = internName('listener', timeoutMs, true)));
  return number;
}

/** @param {number} ms */
function numbersWithin(ms) {
  let numbers = limited.get(ms);
  if (numbers === undefined) limited.set(ms, (numbers = new Map()));
  return numbers;
}
