// The declarations that JavaScript is checked with say what wasm-bindgen exports: no less, no more. Checked, never run.
import * as core from '../../target/npm/wasm/core.js';
import * as rules from '../../target/npm/wasm/rules.js';
import type * as declaredCore from '../../crates/sabir-remote/js/core.js';
import type * as declaredRules from '../../crates/sabir-py/js/rules.js';

export const asDeclared: [typeof declaredCore, typeof declaredRules] = [core, rules];

/** Members of `Made` that are not declared; `init` fetches the wasm by its URL, and nobody uses that. */
type Undeclared<Made, Declared> = Exclude<keyof Made, keyof Declared | 'default'>;
type All =
  | Undeclared<typeof core, typeof declaredCore>
  | Undeclared<core.Channel, declaredCore.Channel>
  | Undeclared<typeof core.Channel, typeof declaredCore.Channel>
  | Undeclared<typeof rules, typeof declaredRules>;
export const none: [All] extends [never] ? true : All = true;
