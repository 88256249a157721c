import type { Exports, Ffi, Joined, PageWindow, Trace, WorkerOptions } from '../types.js';

export * from '../types.js';

/** Joins the page that started this worker, whose `window` is at hand. */
declare function sabir<Theirs = Exports, Ours = Exports>(
  options?: WorkerOptions,
): Promise<
  Joined<Theirs, Ours> & {
    /** The page's global object; `window.import(specifier)` imports a module there. */
    window: PageWindow;
    /** Whether a value stands for one of the page's. */
    isWindowProxy(value: any): boolean;
    ffi: Ffi;
  }
>;
declare namespace sabir {
  const trace: Trace;
}
export default sabir;
