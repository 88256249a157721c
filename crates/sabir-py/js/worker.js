// @ts-check
// A worker that runs Python: it asks the page for its program, and calls and is called by it.

import join from '../window/worker.js';
import { CannotBlock } from '../errors.js';
import { VERSION } from '../opening/link.js';
import { joined } from '../worker.js';
import { GLANCING } from './glances.js';
import { importModules } from './config.js';
import { Program } from './program.js';
import { failed, failureOf, given } from './values.js';

/** @typedef {import('./program.js').Job} Job */

const { end } = await joined();
end.handlers = GLANCING;
const { proxy, sync: blocking, sleep, window, ffi } = await join({ transfer: false });
/** @type {Job & { noWindow: string }} */
const job = await proxy.program();

/** Promises of answers that the page gives later, by their numbers. @type {Map<number, (payload: any) => void>} */
const waiting = new Map();
let asked = 0;
/** @type {Program} */
let program;

const toPython = (/** @type {any} */ payload) => program.python.toPython(payload);

/** Asks the page for a result that takes time; the promise is never rejected, its payload may be a failure. @param {string} what @param {any[]} args @returns {Promise<any>} */
function later(what, ...args) {
  const number = ++asked;
  return new Promise((resolve) => {
    waiting.set(number, (payload) => resolve(toPython(payload)));
    try {
      const sent = proxy.later(number, what, ...given(args));
      sent?.catch?.((/** @type {unknown} */ error) => settle(number, failureOf(error)));
    } catch (error) {
      settle(number, failureOf(error));
    }
  });
}

/** @param {number} number @param {any} payload */
function settle(number, payload) {
  waiting.get(number)?.(payload);
  waiting.delete(number);
}

/** Calls the page, and gives the answer or the failure as a payload. @param {() => any} call */
function attempt(call) {
  try {
    return toPython(call());
  } catch (error) {
    return toPython(failureOf(error));
  }
}

/** The failure of a call of the page's function, as a payload; a promise of it if nothing blocks. @param {string} name @param {any} error */
function whyNot(name, error) {
  if (error?.name !== 'NotExported') return failureOf(error);
  const told = (/** @type {string} */ why) => failed('js', 'NotExported', why);
  return blocking ? told(proxy.unexposed(name)) : proxy.unexposed(name).then(told);
}

/** A function that calls the page's function of a name, and blocks. @param {string} name */
function caller(name) {
  const call = proxy[`py.${name}`];
  return (/** @type {any[]} */ ...payload) => {
    const { python } = program;
    try {
      return python.toPython(call(...given(payload)));
    } catch (error) {
      return whyNot(name, error);
    }
  };
}

/** Without a transport that blocks, Python awaits. @param {string} name @param {any[]} payload */
async function callLater(name, ...payload) {
  try {
    return toPython(await proxy[`py.${name}`](...given(payload)));
  } catch (error) {
    return whyNot(name, error);
  }
}

/** A function that asks the page for a text's answer, and blocks. @param {'input' | 'fetchNow'} what */
const asking = (what) => (/** @type {string} */ text) =>
  attempt(() => {
    if (!blocking) throw new CannotBlock(end.settings.cannotBlock);
    return proxy[what](text);
  });

const noWindow = job.noWindow || (blocking ? '' : end.settings.cannotBlock);
const bridge = {
  version: VERSION,
  inWorker: true,
  blocking,
  noWindow,
  window: noWindow ? undefined : window,
  document: noWindow ? undefined : window.document,
  ffi,
  caller,
  callLater,
  exported: (/** @type {string} */ name) => {
    proxy[`py.${name}`] = (/** @type {any[]} */ ...payload) => program.call(name, payload);
    void proxy.exported(name);
  },
  sleep: (/** @type {number} */ ms) => attempt(() => sleep(ms)),
  input: asking('input'),
  fetchNow: asking('fetchNow'),
  resolve: (/** @type {string} */ url) => new URL(url, job.page).href,
  importOnPage: (/** @type {string} */ url) => window.import(new URL(url, job.page).href),
  target: () => proxy.target(),
  report: (/** @type {string} */ traceback) => void proxy.report(traceback),
  find: (/** @type {string} */ name) => later('find', name),
  ask: (/** @type {number} */ id, /** @type {string} */ name, /** @type {any[]} */ ...payload) =>
    later('ask', id, name, ...payload),
  missing: (/** @type {number} */ id, /** @type {string} */ name) => (blocking ? proxy.missing(id, name) : ''),
  createNamed: (/** @type {any[]} */ ...args) => later('createNamed', ...args),
  terminate: (/** @type {number} */ id) => void proxy.terminate(id),
  interrupt: (/** @type {number} */ id) => void proxy.interrupt(id),
};

/** The page's requests to this worker. */
Object.assign(proxy, { settle });

const write = (/** @type {'stdout' | 'stderr'} */ stream) => (/** @type {string} */ line) => {
  if (stream === 'stderr') console.error(line);
  else console.log(line);
  // Not by the link: a line must not wait for the page.
  postMessage({ type: 'sabir-py:line', stream, line });
};

try {
  const { js_modules: modules } = job.config;
  const load = (/** @type {string} */ url) => import(/* @vite-ignore */ url);
  const jsModules = {
    ...(await importModules(modules?.worker, job.base, load)),
    ...(await importModules(noWindow ? {} : modules?.main, job.base, (url) => window.import(url))),
  };
  program = await Program.start(job, { ...bridge, jsModules }, { stdout: write('stdout'), stderr: write('stderr') });
  const { python } = program;
  if (!noWindow) /** @type {any} */ (globalThis).document = bridge.document;
  python.interruptBy(() => end.carrier.takeInterrupt());
  const { makeError } = end;
  end.makeError = (/** @type {string} */ name, /** @type {string} */ message) =>
    name === 'Interrupted' ? python.interruption() : makeError.call(end, name, message);
  const failure = (await program.configure(job)) ?? (await program.run(job)) ?? program.exportListed();
  await (failure === undefined ? proxy.ready() : proxy.failed(failure));
} catch (error) {
  await proxy.failed(failureOf(error));
}
