// @ts-check
// The memory of this realm's wasm, in which messages are.

/** @type {WebAssembly.Memory} */
export let wasmMemory;

/** @param {WebAssembly.Memory} memory of this realm's instance */
export const bindMemory = (memory) => {
  wasmMemory = memory;
};
