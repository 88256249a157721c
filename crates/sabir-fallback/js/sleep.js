// @ts-check
// A sleep that blocks, without shared memory between realms.

/** Memory that is shared with nobody: to wait for its word works without COOP/COEP, where SharedArrayBuffer does not exist. @type {Int32Array | undefined} */
let word;

/** Blocks this worker. @param {number} ms */
export function sleep(ms) {
  word ??= new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer);
  Atomics.wait(word, 0, 0, ms);
}
