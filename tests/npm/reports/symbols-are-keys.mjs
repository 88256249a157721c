// @ts-check
// Properties whose keys are symbols are reached, and an object can be made a text.
import { same } from '../suite.mjs';

export const source = 'https://github.com/GoogleChromeLabs/comlink/issues/349';

/** @param {any} library */
export function run({ window }) {
  window.eval('globalThis.keyed = { [Symbol.for("key")]: "registered", [Symbol.toPrimitive]: () => "a text" }');
  same([window.keyed[Symbol.for('key')], `${window.keyed}`], ['registered', 'a text']);
}
