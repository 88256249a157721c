// The declarations that JavaScript is checked with say what wasm-bindgen exports: no less, no more. Checked, never run.
import * as behaviours from '../../target/npm/glue/behaviours.js';
import * as bench from '../../target/npm/glue/bench.js';
import * as demo from '../../target/npm/glue/demo.js';
import * as core from '../../target/npm/wasm/core.js';
import type * as declaredBench from '../../bench/wasm/page/pkg/bench.js';
import type * as declaredDemo from '../../crates/sabir-demo/page/pkg/demo.js';
import type * as declaredCore from '../../crates/sabir-remote/js/core.js';
import type * as declaredBehaviours from '../behaviours/page/pkg/behaviours.js';

export const asDeclared: typeof declaredCore = core;
export const pagesAsDeclared: [typeof declaredBehaviours, typeof declaredBench, typeof declaredDemo] = [
  behaviours,
  bench,
  demo,
];

/** Members of `Made` that are not declared; `init` fetches the wasm by its URL, and nobody uses that. */
type Undeclared<Made, Declared> = Exclude<keyof Made, keyof Declared | 'default'>;
/** Those of a page; its workers' programs, and the channel of their window, are called by their names in Rust. */
type UndeclaredOfPage<Made, Declared> = Exclude<
  Undeclared<Made, Declared>,
  'initSync' | 'SabirChannel' | `__sabir_${string}`
>;
type All =
  | Undeclared<typeof core, typeof declaredCore>
  | Undeclared<core.SabirChannel, declaredCore.SabirChannel>
  | Undeclared<typeof core.SabirChannel, typeof declaredCore.SabirChannel>
  | UndeclaredOfPage<typeof behaviours, typeof declaredBehaviours>
  | UndeclaredOfPage<typeof bench, typeof declaredBench>
  | UndeclaredOfPage<typeof demo, typeof declaredDemo>;
export const none: [All] extends [never] ? true : All = true;
