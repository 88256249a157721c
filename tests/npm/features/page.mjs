// @ts-check
// Features beyond coincident, by subject: each test is a function of the page, with workers of its own.
import { runTests } from '../suite.mjs';
import { callbacks } from './callbacks.mjs';
import { calls } from './calls.mjs';
import { copies } from './copies.mjs';
import { expandos } from './expandos.mjs';
import { foreign } from './foreign.mjs';
import { globals } from './globals.mjs';
import { handles } from './handles.mjs';
import { inheritance } from './inheritance.mjs';
import { iterators } from './iterators.mjs';
import { lifecycle } from './lifecycle.mjs';
import { links } from './links.mjs';
import { overflows } from './overflows.mjs';
import { pipelines } from './pipelines.mjs';
import { platform } from './platform.mjs';
import { policies } from './policies.mjs';
import { objects, shared, workers } from './start.mjs';
import { unawaited } from './unawaited.mjs';
import { timers } from './timers.mjs';
import { transports } from './transports.mjs';
import { values } from './values.mjs';
import { withheld } from './withheld.mjs';

const parameters = new URLSearchParams(location.search);
/** `?workers=1000` starts more workers, one after the other, than fit into the usual limit. */
const LIMIT_MS = 200_000 + 500 * Number(parameters.get('workers') ?? 0) + objects;

const tests = {
  ...calls,
  ...callbacks,
  ...handles,
  ...values,
  ...iterators,
  ...inheritance,
  ...expandos,
  ...globals,
  ...platform,
  ...pipelines,
  ...copies,
  ...policies,
  ...links,
  ...lifecycle,
  ...transports,
  ...withheld,
};
/** These replace functions within the package's modules. */
const INNER = [
  'foreign: a panic of the wasm closes the links of its realm, and all learn why',
  'foreign: a reply that is empty or cut short is an error of its call',
  'foreign: a stack overflow on the page is a RangeError, and then all is as before',
  'foreign: memory that is refused is an error of the call',
  'notes: handles that are given back take no interrupt',
  'timers: objects of a worker that has ended set none when they are collected',
];

// Over other transports the border is the same, and trips take too long for so many.
if (shared) Object.assign(tests, unawaited, overflows, timers, foreign);
// The bundles that users load have no names for them.
if (parameters.has('published')) for (const name of INNER) Reflect.deleteProperty(tests, name);

await runTests(tests, { limitMs: LIMIT_MS, workers });
