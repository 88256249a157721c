import type { Ffi, Joined, Trace, WorkerOptions } from '../types.d.ts';

export * from '../types.js';

/** Joins the page that started this worker, whose `window` is at hand. */
declare function sabir(options?: WorkerOptions): Promise<
  Joined & {
    /** The page's global object; `window.import(specifier)` imports a module there. */
    window: any;
    /** Whether a value stands for one of the page's. */
    isWindowProxy(value: any): boolean;
    ffi: Ffi;
  }
>;
declare namespace sabir {
  const trace: Trace;
}
export default sabir;
