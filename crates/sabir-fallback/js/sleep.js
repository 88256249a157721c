// @ts-check
// A sleep that blocks, without shared memory between realms.

/** Memory that is shared with nobody: to wait for its word works without COOP/COEP, where SharedArrayBuffer does not exist. */
const word = new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer);

/** Blocks this worker. @param {number} ms */
export const sleep = (ms) => Atomics.wait(word, 0, 0, ms);
