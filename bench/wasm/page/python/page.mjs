// @ts-check
// The page that the benchmark of Python drives: each library runs the same code, in workers of the same interpreters.
import * as pyscript from '../node_modules/@pyscript/core/dist/core.js';
import * as sabir from '/sabir/dist/py/main.js';

const at = (/** @type {string} */ path) => new URL(path, import.meta.url).href;
const CODE = at('operations.py');

/** The URL of each interpreter, and PyScript's worker class for it. */
const INTERPRETERS = {
  pyodide: { interpreter: at('../node_modules/pyodide/pyodide.mjs'), Theirs: pyscript.PyWorker },
  micropython: {
    interpreter: at('../node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs'),
    Theirs: pyscript.MPWorker,
  },
};
const { title, body } = document;

/** Lets a worker's Python call the page, and tests the operations before they are measured. @param {any} worker */
async function joined(worker) {
  worker.sync.f = (/** @type {number} */ value) => value;
  delete body.dataset.x;
  await worker.sync.check(title);
  if (body.dataset.x !== title) throw new Error('the dataset was not written');
  return worker;
}

/** @type {Record<string, Record<string, any>>} */
const workers = { sabir: {}, pyscript: {} };
let state = 'ready';
try {
  for (const [type, { interpreter, Theirs }] of Object.entries(INTERPRETERS)) {
    workers.sabir[type] = await joined(await new sabir.PyWorker(CODE, { type, config: { interpreter } }).ready);
    workers.pyscript[type] = await joined(await Theirs(CODE, { version: interpreter }));
  }
} catch (error) {
  state = String(error);
}

/** How often a second a statement runs. @param {string} library @param {string} interpreter @param {any[]} call */
const run = (library, interpreter, ...call) => workers[library][interpreter].sync.run(...call);

const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** How many frames a second the page draws until something has happened. @param {Promise<any>} end */
async function framesUntil(end) {
  const start = performance.now();
  let [frames, ended] = [0, false];
  void end.then(() => (ended = true));
  for (; !ended; frames++) await new Promise((resolve) => requestAnimationFrame(resolve));
  return (1000 * frames) / (performance.now() - start);
}

/** The part of its frames that the page keeps while a worker computes. @param {number} seconds */
async function framesKept(seconds) {
  const idle = await framesUntil(pause(2000));
  return (await framesUntil(workers.sabir.pyodide.sync.sieve(seconds))) / idle;
}

/** How long what runs in a worker takes to end by an interrupt, in ms. @param {string} interpreter @param {string} how */
async function interrupted(interpreter, how) {
  const worker = workers.sabir[interpreter];
  worker.sync.slow = () => new Promise(() => {});
  const ended = worker.sync.endless(how);
  // It runs by then.
  await pause(200);
  const start = performance.now();
  worker.interrupt();
  await ended;
  return performance.now() - start;
}

Object.assign(globalThis, { run, framesKept, interrupted });
/** @type {HTMLElement} */ (document.querySelector('#state')).textContent = state;
