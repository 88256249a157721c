// @ts-check
// The limit of bursts: a number there and back through shared words, by the best way to wait that was found for it.
// It sleeps at once until a burst has lasted; then one long spin lets the system part page and worker; then it spins a little.
import { ANSWERED, ASKED, ASLEEP, PARKED } from './bare-words.mjs';
import { serve } from './operations.mjs';

/** Calls of a burst before the long spin. */
const LASTING = 128;
/** How long the spins are, in ms. */
const [LONG_MS, SHORT_MS] = [2, 0.2];
/** A call that comes later than this after the last one begins a burst, in ms. */
const GAP_MS = 0.1;
const MOST_FAILURES = 6;

/** @type {Int32Array} */
let words;
let calls = 0;
let ended = 0;
let inBurst = 0;
let isApart = false;
let failures = 0;
let tryAt = LASTING;

/** How long this call may spin, in ms. */
function patience() {
  if (performance.now() - ended > GAP_MS) [inBurst, failures, tryAt] = [0, 0, LASTING];
  inBurst++;
  if (isApart) return SHORT_MS;
  return inBurst >= tryAt ? LONG_MS : 0;
}

/** Whether the answer comes within so many ms. @param {number} call @param {number} ms */
function comesWithin(call, ms) {
  const began = performance.now();
  for (let looks = 1; Atomics.load(words, ANSWERED) !== call; looks++) {
    if (looks % 64 === 0 && performance.now() - began > ms) return false;
    /** @type {any} */ (Atomics).pause?.();
  }
  return true;
}

/** @param {number} call */
function sleep(call) {
  Atomics.store(words, ASLEEP, 1);
  while (Atomics.load(words, ANSWERED) !== call) Atomics.wait(words, ANSWERED, call - 1);
  Atomics.store(words, ASLEEP, 0);
}

/** @param {number} value */
function echo(value) {
  const call = ++calls;
  Atomics.store(words, ASKED, call);
  if (Atomics.load(words, PARKED) === 1) Atomics.notify(words, ASKED);
  const ms = patience();
  const came = ms > 0 && comesWithin(call, ms);
  if (!came) sleep(call);
  if (ms > 0 && !came) tryAt = inBurst + LASTING * 2 ** (failures = Math.min(failures + 1, MOST_FAILURES));
  if (ms > 0) isApart = came;
  ended = performance.now();
  return value;
}

addEventListener('message', ({ data }) => {
  words = data;
  serve({ echo });
});
