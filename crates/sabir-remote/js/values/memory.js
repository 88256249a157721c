// @ts-check
// The memory in which messages are: that of this realm's wasm, or, before it runs, of JavaScript's own.

import * as border from '../border.js';

/** @type {{ readonly buffer: ArrayBuffer }} */
export let wasmMemory;

/** Whether the wasm does not run yet. */
let isEarly = true;

/** @param {WebAssembly.Memory} memory of this realm's instance */
export const bindMemory = (memory) => {
  wasmMemory = memory;
  isEarly = false;
};

/** Outboxes before the wasm runs. @type {ArrayBuffer[]} */
const early = [];
/** Where a message stands in one: 0 would say that there is none. */
const START = 8;
/** How many bytes one has at first. */
const FIRST_BYTES = 4096;

/** Makes room in the outbox of `depth`; gives its address, 0 if there is no memory. @param {number} depth @param {number} len */
export function growOutbox(depth, len) {
  if (!isEarly) return border.growOutbox(depth, len);
  const outbox = early[depth];
  if (outbox === undefined || outbox.byteLength < START + len) {
    const grown = new ArrayBuffer(START + Math.max(2 * len, FIRST_BYTES));
    if (outbox !== undefined) new Uint8Array(grown).set(new Uint8Array(outbox));
    early[depth] = grown;
  }
  wasmMemory = { buffer: early[depth] };
  return START;
}

/** @param {number} depth */
export const outboxBytes = (depth) => (isEarly ? early[depth].byteLength - START : border.outboxBytes(depth));
