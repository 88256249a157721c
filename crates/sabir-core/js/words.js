// @ts-check
// The hot path of a call: what would otherwise cross from wasm to JS once for every word and every look at the ring.
// Measured by `cargo xtask bench -- --engine firefox`; docs/benchmarks.md has the figures with and without it.

/** @type {WebAssembly.Memory} */
let memory;
let wasm = new Int32Array(0);
const pause = Atomics.pause ?? (() => {});

/** @param {WebAssembly.Memory} own the memory of the package's instance in this realm */
export function bind(own) {
  memory = own;
}

/** Growing the memory detaches the view, which is then empty. */
function view() {
  if (wasm.length === 0) wasm = new Int32Array(memory.buffer);
  return wasm;
}

/**
 * Copies words of wasm memory to shared memory.
 * @param {Int32Array} shared @param {number} at @param {number} from @param {number} count all in words
 */
export function write(shared, at, from, count) {
  const words = view();
  for (let index = 0; index < count; index++) shared[at + index] = words[from + index];
}

/**
 * Copies words of shared memory to wasm memory.
 * @param {Int32Array} shared @param {number} at @param {number} to @param {number} count all in words
 */
export function read(shared, at, to, count) {
  const words = view();
  for (let index = 0; index < count; index++) words[to + index] = shared[at + index];
}

/**
 * Publishes a position, and looks whether the other endpoint sleeps.
 * @param {Int32Array} shared @param {number} at @param {number} value @param {number} parked
 */
export function publish(shared, at, value, parked) {
  Atomics.store(shared, at, value);
  return Atomics.load(shared, parked);
}

/**
 * Looks at a word until it changes; false if it did not.
 * @param {Int32Array} shared @param {number} at @param {number} value @param {number} times
 */
export function spin(shared, at, value, times) {
  for (let look = 0; look < times; look++) {
    if (Atomics.load(shared, at) !== value) return true;
    pause();
  }
  return false;
}
