import type { Joined, Trace, WorkerOptions } from './types.d.ts';

export * from './types.js';

/** Joins the page that started this worker. */
declare function sabir(options?: WorkerOptions): Promise<Joined>;
declare namespace sabir {
  const trace: Trace;
}
export default sabir;
