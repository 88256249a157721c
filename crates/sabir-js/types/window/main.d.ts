import type { Ffi, MainOptions, OwnOptions, Policy, SabirWorker, Trace, Transfer } from '../types.d.ts';

export * from '../types.js';

/** As `main`, and its workers reach `window`, as far as the policy lets them. */
declare function sabir(
  options?: MainOptions & {
    policy?: Policy;
    reflected_ffi_timeout?: number;
    /** The function behind `window.import`; by default it imports relative to the page. */
    import?: (specifier: string) => Promise<any>;
  },
): {
  Worker: new (url: string | URL, options?: OwnOptions) => SabirWorker & { ffi: Ffi };
  native: boolean;
  transfer: Transfer;
  trace: Trace;
};
declare namespace sabir {
  const trace: Trace;
}
export default sabir;
