import type { Exports, Joined, Trace, WorkerOptions } from './types.js';

export * from './types.js';

/** Joins the page that started this worker. */
declare function sabir<Theirs = Exports, Ours = Exports>(options?: WorkerOptions): Promise<Joined<Theirs, Ours>>;
declare namespace sabir {
  const trace: Trace;
}
export default sabir;
