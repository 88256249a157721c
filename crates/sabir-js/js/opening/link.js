// @ts-check
// Constants of both ends of a link.

import { guard } from '../border.js';
import { SabirChannel, initSync } from '../core.js';
import { startProving } from '../stack.js';
import { bindMemory } from '../values/memory.js';

/** Page and worker have to run the same. */
export const VERSION = '0.1.0';

/** Bytes of each of a link's two rings: larger values are streamed. */
export const RING_BYTES = 1 << 20;

/** The same where memory is not shared: what one packet carries at most. */
export const TUNNEL_BYTES = 1 << 20;

/** The most that a packet has: those bytes, and what it says of itself. */
export const PACKET_BYTES = TUNNEL_BYTES + 1024;

/** Whether a realm is woken by a message, as it cannot be by atomics. */
export const byMessage = typeof Atomics.waitAsync !== 'function';

guard(SabirChannel);

/** Starts this realm's wasm; gives its module. @param {WebAssembly.Module} module */
export function startWasm(module) {
  initSync({ module });
  startProving();
  bindMemory(SabirChannel.wasmMemory());
  return module;
}
