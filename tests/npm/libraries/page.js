// @ts-check
// Programs of libraries in a worker do what they do on the page.
import sabir from '/sabir/window/main.js';
import { pause, runTests, same } from '../suite.mjs';
import { programs } from './programs.mjs';

const LIMIT_MS = 20_000;
const { Worker } = sabir();

/** A person's steps, and how many items there are after each. @type {[number, (root: any) => void][]} */
const STEPS = [
  [1, () => {}],
  [2, (root) => root.querySelector('button').click()],
  [2, (root) => type(root.querySelector('input'), 'two')],
  [3, (root) => root.querySelector('button').click()],
  [2, (root) => root.querySelector('li').click()],
];

/** What a person sees in a field: React gives it an accessor of its own. @type {any} */
const shown = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');

/** @param {HTMLInputElement} input @param {string} text */
function type(input, text) {
  shown.set.call(input, text);
  input.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

/** How long a worker's program may take until the page is as it is expected, in ms. */
const STEP_MS = 5000;

/**
 * The states of the page that a person sees, one for each step.
 * @param {string} id @param {(root: any) => Promise<void>} start @param {string[]} [expected] waited for
 */
async function histories(id, start, expected) {
  const root = document.createElement('div');
  root.id = id;
  document.body.append(root);
  try {
    await start(root);
    const state = () => `${root.innerHTML} ${shown.get.call(root.querySelector('input'))}`;
    const states = [];
    for (const [index, [count, step]] of STEPS.entries()) {
      step(root);
      while (root.querySelectorAll('li').length !== count) await pause(5);
      const end = performance.now() + STEP_MS;
      while (expected !== undefined && state() !== expected[index] && performance.now() < end) await pause(5);
      // Libraries may change more after the list.
      await pause(100);
      states.push(state());
    }
    return states;
  } finally {
    root.remove();
  }
}

/** @param {string} name @param {boolean} pipeline */
async function check(name, pipeline) {
  const url = new URL('./worker.js', import.meta.url);
  url.searchParams.set('pipeline', String(pipeline));
  const worker = new Worker(url);
  try {
    const own = await histories('own', programs[name]);
    same(await histories('theirs', () => worker.proxy.start(name), own), own);
  } finally {
    worker.terminate();
  }
}

/** @type {Record<string, () => Promise<void>>} */
const tests = {};
for (const name of Object.keys(programs)) {
  tests[name] = () => check(name, false);
  tests[`${name}, with a pipeline`] = () => check(name, true);
}
await runTests(tests, { limitMs: LIMIT_MS });
