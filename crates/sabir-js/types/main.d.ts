import type { MainOptions, PageHalf, Trace } from './types.js';

export * from './types.js';

/** Prepares the page for workers whose calls block. What is asked before the wasm is ready waits, in order. */
declare function sabir(options?: MainOptions & { reflected_ffi_timeout?: number }): PageHalf;
declare namespace sabir {
  const trace: Trace;
}
export default sabir;
