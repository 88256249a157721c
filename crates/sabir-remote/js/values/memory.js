// @ts-check
// The memory in which messages are: that of this realm's wasm.

/** @type {{ readonly buffer: ArrayBuffer }} */
export let wasmMemory;

/** Whether there is no wasm yet. */
export let isEarly = true;

/** @param {WebAssembly.Memory} memory of this realm's instance */
export const bindMemory = (memory) => {
  wasmMemory = memory;
  isEarly = false;
};

/** Outboxes while there is no wasm yet. @type {ArrayBuffer[]} */
const early = [];
/** Where a message stands in one: 0 would say that there is none. */
const START = 8;
/** How many bytes one has at first. */
const FIRST_BYTES = 4096;

/** What the wasm does, before it does. */
export const earlyOutboxes = {
  /** @param {number} depth @param {number} len */
  growOutbox(depth, len) {
    const outbox = early[depth];
    if (outbox === undefined || outbox.byteLength < START + len) {
      const grown = new ArrayBuffer(START + Math.max(2 * len, FIRST_BYTES));
      if (outbox !== undefined) new Uint8Array(grown).set(new Uint8Array(outbox));
      early[depth] = grown;
    }
    wasmMemory = { buffer: early[depth] };
    return START;
  },

  /** @param {number} depth */
  outboxBytes: (depth) => early[depth].byteLength - START,
};
