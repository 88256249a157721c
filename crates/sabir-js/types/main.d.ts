import type { Exports, MainOptions, OwnOptions, SabirWorker, Trace, Transfer } from './types.js';

export * from './types.js';

/** Prepares the page for workers whose calls block. What is asked before the wasm is ready waits, in order. */
declare function sabir(options?: MainOptions & { reflected_ffi_timeout?: number }): {
  Worker: new <Theirs = Exports, Ours = Exports>(url: string | URL, options?: OwnOptions) => SabirWorker<Theirs, Ours>;
  /** Whether memory can be shared: the page is cross-origin isolated. */
  native: boolean;
  transfer: Transfer;
  trace: Trace;
};
declare namespace sabir {
  const trace: Trace;
}
export default sabir;
