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
    scope: Scopes;
    /** Gives objects of the page back: later uses of them are `BadHandle`. */
    release(...objects: object[]): void;
  }
>;
/** Has an object of the page outlive a scope; gives it. */
export type Keep = <T>(value: T) => T;

/** The worker's event loop gives back what was collected. A program that never returns to it needs scopes. */
export interface Scopes {
  /**
   * Runs `body`, then gives back the page's objects that it was given: later uses of them are `BadHandle`.
   * Objects that `body` keeps stay; so do those that it returns, alone or in an array or a plain object.
   */
  <T>(body: (keep: Keep) => T): T;
  /** The same for a block: `using here = scope();`. */
  (): Disposable & { keep: Keep };
}

declare namespace sabir {
  const trace: Trace;
}
export default sabir;
