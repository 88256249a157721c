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

/** What the list is after each step. @param {string} id @param {(root: any) => Promise<void>} start */
async function histories(id, start) {
  const root = document.createElement('div');
  root.id = id;
  document.body.append(root);
  try {
    await start(root);
    const states = [];
    for (const [count, step] of STEPS) {
      step(root);
      while (root.querySelectorAll('li').length !== count) await pause(5);
      // Libraries may change more after the list.
      await pause(100);
      states.push([root.innerHTML, shown.get.call(root.querySelector('input'))]);
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
    const theirs = await histories('theirs', () => worker.proxy.start(name));
    same(theirs, await histories('own', programs[name]));
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
