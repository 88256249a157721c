// @ts-check
// The hot path of a call: what would otherwise cross from wasm to JS once for every word and every look at the ring.
// Measured by `cargo xtask bench -- --engine firefox`; docs/tuning.md has the figures with and without it.

let wasm = new Int32Array(0);
const pause = Atomics.pause ?? (() => {});
/** Looks before the first pause. Chromium reports each `Atomics.pause` to its counter of features: a sixth of a hot call's time. */
const QUICK_LOOKS = 64;

/** @param {WebAssembly.Memory} memory the memory of the package's instance in this realm, at its present size */
export function bind(memory) {
  wasm = new Int32Array(memory.buffer);
}

/**
 * Copies words of wasm memory to shared memory.
 * @param {Int32Array} shared @param {number} at @param {number} from @param {number} count all in words
 */
export function write(shared, at, from, count) {
  for (let index = 0; index < count; index++) shared[at + index] = wasm[from + index];
}

/**
 * Copies words of shared memory to wasm memory.
 * @param {Int32Array} shared @param {number} at @param {number} to @param {number} count all in words
 */
export function read(shared, at, to, count) {
  for (let index = 0; index < count; index++) wasm[to + index] = shared[at + index];
}

/**
 * Copies words of wasm memory to shared memory, publishes a position behind them, and looks whether the other endpoint
 * sleeps.
 * @param {Int32Array} shared @param {number} at @param {number} from @param {number} count all in words
 * @param {number} index @param {number} value @param {number} watched
 */
export function publish(shared, at, from, count, index, value, watched) {
  if (count > 0) write(shared, at, from, count);
  Atomics.store(shared, index, value);
  return Atomics.load(shared, watched);
}

/**
 * Looks at a position until it changes; if it did, copies the words that it passed to wasm memory.
 * @param {Int32Array} shared @param {number} index @param {number} value @param {number} looks
 * @param {number} at @param {number} to @param {number} count all in words
 */
export function receive(shared, index, value, looks, at, to, count) {
  let found = Atomics.load(shared, index);
  let quick = QUICK_LOOKS;
  while (found === value && --looks > 0) {
    if (--quick < 0) pause();
    found = Atomics.load(shared, index);
  }
  if (found !== value) {
    const moved = (found - value) >> 2;
    read(shared, at, to, moved < 0 || moved > count ? count : moved);
  }
  return found;
}
