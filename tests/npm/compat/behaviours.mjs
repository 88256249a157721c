// @ts-check
// Behaviours that users of coincident rely on, and others beyond it: one function each, in a worker of its own.
// `differences.json` lists those in which coincident does something else, with the reason.

import { outcomeOf } from '../suite.mjs';
import { callbacks } from './callbacks.mjs';
import { calls } from './calls.mjs';
import { faults } from './faults.mjs';
import { order } from './order.mjs';
import { options, optionsOf } from './options.mjs';
import { values } from './values.mjs';
import { ffi, pageObjects } from './window.mjs';

/** Each gets the library of its worker. @typedef {Record<string, (library: any) => any>} Behaviours */
/** @type {Behaviours} */
export const behaviours = {
  ...values,
  ...calls,
  ...callbacks,
  ...order,
  ...faults,
  ...options,
  ...pageObjects,
  ...ffi,
};

/** The workers' parts of the page's own tests. @type {Behaviours} */
const programs = {
  'program: asks for ever': ({ proxy }) => void setTimeout(() => proxy.forever()),
  'program: hears events': ({ window }) =>
    void window.document.addEventListener('heard', (/** @type {any} */ event) => event.detail),
  'program: answers': ({ proxy }) =>
    void Object.assign(proxy, {
      double: (/** @type {number} */ value) => 2 * value,
      text: (/** @type {any} */ value) => JSON.stringify(value),
      sum: (/** @type {Uint8Array} */ bytes) => bytes.reduce((sum, byte) => sum + byte, 0),
    }),
};

/** Runs the behaviour that this worker's URL names. @param {any} factory of the library */
export async function run(factory) {
  const name = decodeURIComponent(location.search.slice(1));
  const library = await factory(await optionsOf(name));
  const outcome = await outcomeOf(() => (behaviours[name] ?? programs[name])(library));
  postMessage({ outcome: outcome.toWellFormed() });
}
