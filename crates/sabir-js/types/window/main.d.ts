import type { Exports, Ffi, MainOptions, OwnOptions, Policy, SabirWorker, Trace, Transfer } from '../types.js';

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
  Worker: new <Theirs = Exports, Ours = Exports>(
    url: string | URL,
    options?: OwnOptions,
  ) => SabirWorker<Theirs, Ours> & { ffi: Ffi };
  native: boolean;
  transfer: Transfer;
  trace: Trace;
};
declare namespace sabir {
  const trace: Trace;
}
export default sabir;
