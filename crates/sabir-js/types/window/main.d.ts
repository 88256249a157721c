import type { Ffi, MainOptions, PageHalf, Policy, Trace } from '../types.js';

export * from '../types.js';

/** As `main`, and its workers reach `window`, as far as the policy lets them. */
declare function sabir(
  options?: MainOptions & {
    policy?: Policy;
    reflected_ffi_timeout?: number;
    /** The function behind `window.import`; by default it imports relative to the page. */
    import?: (specifier: string) => Promise<any>;
  },
): PageHalf<{ ffi: Ffi }>;
declare namespace sabir {
  const trace: Trace;
}
export default sabir;
