// @ts-check
// The tests' workers: each does as it is told, over the transports that the page's URL names.
import sabir from '/sabir/window/main.js';
import { collect, computeFor, pause } from '../suite.mjs';

Object.assign(globalThis, { collect, computeFor });

const parameters = new URLSearchParams(location.search);
/** The transports of all workers; the best one, by default. */
export const settings = {
  transports: /** @type {any[] | undefined} */ (parameters.get('transports')?.split(',')),
  serviceWorker: '/sw.js',
};
/** True if workers share memory with the page. */
export const shared = globalThis.crossOriginIsolated && settings.transports === undefined;
/** Without shared memory trips cost a hundred times more: tests make hundreds of them instead of thousands. */
export const scale = globalThis.crossOriginIsolated ? 1 : 0.01;
/** How many objects a turn that never yields meets: `?objects=1000000` takes longer than the usual limit. */
export const objects = Number(parameters.get('objects') ?? 20_000 * scale);
/** The script of workers that do as they are told. */
export const url = new URL('./worker.mjs', import.meta.url);

/** The workers of the current test. @type {Set<any>} */
export const workers = new Set();

/** A worker of any script of this folder. @param {string | URL} script @param {any} [options] @returns {any} */
export function launch(script, options) {
  const worker = new (sabir(settings).Worker)(new URL(script, import.meta.url), options);
  workers.add(worker);
  return worker;
}

/** A worker that starts in this way: see `starting-worker.mjs`. @param {string} how @param {any} [options] */
export const starting = (how, options) => launch(`./starting-worker.mjs?how=${encodeURIComponent(how)}`, options);

/** A worker that runs the page's functions, by `run`. @param {any} [options] @param {URL} [script] */
export function start(options, script = url) {
  const worker = new (sabir({ ...settings, ...options }).Worker)(script);
  workers.add(worker);
  return Object.assign(worker, {
    run: (/** @type {Function | string} */ body, /** @type {any[]} */ ...args) =>
      worker.proxy.run(String(body), ...args),
  });
}

/** A worker that passes these options to the library. @param {any} own @param {any} [options] of the page's */
export function startWith(own, options) {
  const script = new URL(url);
  script.searchParams.set('options', JSON.stringify(own));
  return start(options, script);
}

/** Every worker of the page, also those that the library starts for itself. @type {Worker[]} */
export const allWorkers = [];
/** Those that were terminated. @type {Set<Worker>} */
export const ended = new Set();
globalThis.Worker = class extends Worker {
  /** @param {string | URL} url @param {WorkerOptions} [options] */
  constructor(url, options) {
    super(url, options);
    allWorkers.push(this);
  }

  terminate() {
    ended.add(this);
    super.terminate();
  }
};

/** Lets go of a worker. @param {any} worker */
export function forget(worker) {
  workers.delete(worker);
  ended.delete(worker);
  allWorkers.splice(allWorkers.indexOf(worker), 1);
}

/** Collects, and lets finalizers run: on the page, or sent to a worker. */
export async function collected() {
  collect();
  await new Promise((resolve) => setTimeout(resolve, 30));
}

/** The names of the files of all mailboxes. */
export async function mailboxFiles() {
  const root = await navigator.storage.getDirectory();
  const folder = /** @type {any} */ (await root.getDirectoryHandle('sabir', { create: true }));
  const names = [];
  for await (const name of folder.keys()) names.push(name);
  return names;
}

/** The uncaught errors while `body` ran. @param {() => Promise<any>} body */
export async function uncaughtDuring(body) {
  /** @type {string[]} */
  const found = [];
  const note = (/** @type {PromiseRejectionEvent} */ event) => {
    event.preventDefault();
    found.push(String(event.reason));
  };
  addEventListener('unhandledrejection', note);
  try {
    await body();
    await pause(50);
  } finally {
    removeEventListener('unhandledrejection', note);
  }
  return found;
}

/** As the platform has it: a test may have another throw. */
const { setTimeout: later } = globalThis;
/** The outcome of a promise, or a note that it hangs. @param {Promise<any>} promise @returns {Promise<any>} */
export const settled = (promise) =>
  new Promise((resolve) => {
    later(() => resolve('hangs'), 20_000);
    promise.then(resolve, resolve);
  });
