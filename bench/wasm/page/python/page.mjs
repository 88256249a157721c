// @ts-check
// The page that the benchmark of Python drives: PyScript on Sabir and on coincident, the same code and interpreters.

const at = (/** @type {string} */ path) => new URL(path, import.meta.url).href;
const CODE = at('operations.py');
const ROWS = at('rows.py');

/** The URL of each interpreter, PyScript's worker class for it, and the type of its tags. */
const INTERPRETERS = {
  pyodide: { version: at('../node_modules/pyodide/pyodide.mjs'), class: 'PyWorker', type: 'py' },
  micropython: {
    version: at('../node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs'),
    class: 'MPWorker',
    type: 'mpy',
  },
};
const CORES = {
  sabir: at('../sabir-pyscript/dist/core.js'),
  pyscript: at('../node_modules/@pyscript/core/dist/core.js'),
};

/** PyScript's exports and its document: of two on one page, the second one would be the first. @param {string} core */
async function load(core) {
  const frame = document.createElement('iframe');
  frame.src = at(`library.html?core=${encodeURIComponent(core)}`);
  const shown = new Promise((resolve) => (frame.onload = resolve));
  document.body.append(frame);
  await shown;
  const window = /** @type {any} */ (frame.contentWindow);
  const exports = await window.loaded;
  // Its worker classes have the module `pyscript` from then on.
  for (const name of ['py-script', 'mpy-script']) await window.customElements.whenDefined(name);
  return { exports, document: window.document };
}

/** Lets a worker's Python call the page, and tests the operations before they are measured. @param {any} worker @param {Document} document */
async function joined(worker, { title, body }) {
  worker.sync.f = (/** @type {number} */ value) => value;
  delete body.dataset.x;
  await worker.sync.check(title);
  if (body.dataset.x !== title) throw new Error('the dataset was not written');
  return worker;
}

/** Runs the rows' code in the page's own interpreter; gives its function. @param {Document} document @param {string} type */
async function onPage(document, type) {
  const script = document.createElement('script');
  script.type = type;
  script.textContent = `${await (await fetch(ROWS)).text()}\nfrom pyscript import window\nwindow.rows_${type} = rows\n`;
  const done = new Promise((resolve) => document.addEventListener(`${type}:done`, resolve, { once: true }));
  document.body.append(script);
  await done;
  return /** @type {any} */ (document.defaultView)[`rows_${type}`];
}

/** @type {Record<string, Record<string, any>>} */
const workers = { sabir: {}, pipelined: {}, pyscript: {} };
/** @type {Record<string, (seconds: number) => number>} */
const pages = {};
let state = 'ready';
try {
  const config = { files: { [ROWS]: './rows.py' } };
  for (const [library, core] of Object.entries(CORES)) {
    const { exports, document } = await load(core);
    for (const [interpreter, { version, class: name, type }] of Object.entries(INTERPRETERS)) {
      const start = async (/** @type {object} */ own) =>
        joined(await exports[name](CODE, { version, config: { ...config, ...own } }), document);
      workers[library][interpreter] = await start({});
      if (library === 'pyscript') continue;
      workers.pipelined[interpreter] = await start({ pipeline: true });
      pages[interpreter] = await onPage(document, type);
    }
  }
} catch (error) {
  state = String(error);
}

/** How often a second a statement runs. @param {string} library @param {string} interpreter @param {any[]} call */
const run = (library, interpreter, ...call) => workers[library][interpreter].sync.run(...call);

/** How many rows a second are built. @param {string} place @param {string} interpreter @param {number} seconds */
const rows = (place, interpreter, seconds) =>
  place === 'page' ? pages[interpreter](seconds) : workers[place][interpreter].sync.rows(seconds);

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

Object.assign(globalThis, { run, rows, framesKept, interrupted });
/** @type {HTMLElement} */ (document.querySelector('#state')).textContent = state;
