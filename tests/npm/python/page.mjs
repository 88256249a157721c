// @ts-check
// Python in workers, by subject: the examples of PyScript's documentation, and beyond them; each test has tags of its own.
import { runTests } from '../suite.mjs';
import { terminateAll } from '/sabir/dist/py/main.js';
import { awaiting } from './awaiting.mjs';
import { bursts } from './bursts.mjs';
import { calls } from './calls.mjs';
import { examples } from './examples.mjs';
import { faults } from './faults.mjs';
import { platform } from './platform.mjs';
import { LIMIT_MS, printed, transports } from './start.mjs';

const blocking = { ...examples, ...calls, ...bursts, ...faults, ...platform };
await runTests(transports?.includes('message') ? awaiting : blocking, {
  limitMs: 2 * LIMIT_MS,
  after() {
    printed.length = 0;
    terminateAll();
    document.body.replaceChildren();
  },
});
