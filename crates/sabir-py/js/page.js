// @ts-check
// Python on the page itself: one interpreter of each kind, which all tags of that kind share.

import { gather, query } from '../end/paths.js';
import { VERSION } from '../opening/link.js';
import { importModules } from './config.js';
import { Output } from './output.js';
import { Program } from './program.js';
import { createNamed, find, interpreterOf, realmOf, spawn } from './realms.js';
import { failureOf, given, pack } from './values.js';

/** @type {Map<string, Promise<PagePython>>} */
const started = new Map();

/**
 * The page's interpreter of a kind; the first request starts it.
 * @param {import('./config.js').Interpreter} interpreter @param {string} url @param {import('./config.js').Config} config
 */
export function pagePython(interpreter, url, config) {
  let python = started.get(interpreter);
  if (python === undefined) started.set(interpreter, (python = PagePython.start(interpreter, url, config)));
  return python;
}

class PagePython {
  /** @type {Program} */
  #program = /** @type {any} */ (undefined);
  /** The output of the code that runs, or ran last: an `await` may have changed it. */
  #output = new Output(undefined, {});

  /** @param {import('./config.js').Interpreter} interpreter @param {string} url @param {import('./config.js').Config} config */
  static async start(interpreter, url, { config, base }) {
    const python = new PagePython();
    const write = (/** @type {'stdout' | 'stderr'} */ stream) => (/** @type {string} */ line) =>
      python.#output.write(stream, line);
    const jsModules = await importModules(config.js_modules?.main, base, (name) => import(/* @vite-ignore */ name));
    const job = { interpreter, url, config, base, page: document.baseURI, code: '', file: '<script>', async: true };
    const output = { stdout: write('stdout'), stderr: write('stderr') };
    python.#program = await Program.start(job, { ...python.#bridge(), jsModules }, output);
    return python;
  }

  /** The outcome of each configuration: tags often share one. @type {Map<string, Promise<string | undefined>>} */
  #configured = new Map();

  /** @param {import('./config.js').Config} config */
  configure(config) {
    const text = JSON.stringify(config);
    let configured = this.#configured.get(text);
    if (configured === undefined) this.#configured.set(text, (configured = this.#program.configure(config)));
    return configured;
  }

  /** @param {{ code: string, file: string, async: boolean }} job @param {Output} output */
  run(job, output) {
    this.#output = output;
    return this.#program.run(job);
  }

  /** The module `_sabir` on the page. */
  #bridge() {
    const toPython = (/** @type {any} */ payload) => this.#program.python.toPython(payload);
    return {
      version: VERSION,
      inWorker: false,
      blocking: false,
      noWindow: '',
      window: globalThis,
      document,
      ffi: {
        assign: Object.assign,
        direct: (/** @type {any} */ value) => value,
        gather: (/** @type {any} */ target, /** @type {any[]} */ ...names) => gather(target, names),
        query,
      },
      input: (/** @type {string} */ prompt) => toPython(globalThis.prompt(prompt) ?? ''),
      fetchNow: (/** @type {string} */ url) => toPython(fetchNow(url)),
      resolve: (/** @type {string} */ url) => new URL(url, document.baseURI).href,
      importOnPage: (/** @type {string} */ url) => import(/* @vite-ignore */ new URL(url, document.baseURI).href),
      target: () => this.#output.target(),
      report: (/** @type {string} */ traceback) => this.#output.fail(traceback),
      find: async (/** @type {string} */ name) => toPython(await find(name)),
      ask: async (/** @type {number} */ id, /** @type {string} */ name, /** @type {any[]} */ ...payload) =>
        toPython(await realmOf(id).ask(name, given(payload))),
      missing: (/** @type {number} */ id, /** @type {string} */ name) => realmOf(id).missing(name),
      createNamed: async (/** @type {any[]} */ ...args) =>
        toPython(await createNamed(.../** @type {[string, string, any, string]} */ (given(args)))),
      spawn: (
        /** @type {string} */ src,
        /** @type {string} */ type,
        /** @type {any} */ config,
        /** @type {string} */ options,
        /** @type {any} */ name,
      ) =>
        spawn({
          src,
          interpreter: interpreterOf(type),
          config: config ?? undefined,
          name: name ?? undefined,
          ...serviceWorkerOf(JSON.parse(options)),
          output: this.#output,
        }).id,
      ready: async (/** @type {number} */ id) => toPython(await realmOf(id).ready),
      expose: (/** @type {number} */ id, /** @type {string} */ name) =>
        realmOf(id).expose(name, (...payload) => this.#program.call(`${id} ${name}`, payload)),
      terminate: (/** @type {number} */ id) => realmOf(id).terminate(),
      interrupt: (/** @type {number} */ id) => realmOf(id).interrupt(),
      postMessage: (/** @type {number} */ id, /** @type {any} */ value) => void realmOf(id).postMessage(value),
      onMessage: (/** @type {number} */ id, /** @type {(event: MessageEvent) => void} */ listener) => {
        realmOf(id).onmessage = (event) => listener(event);
      },
    };
  }
}

/** @param {Record<string, any>} options as Python has them */
const serviceWorkerOf = ({ service_worker, serviceWorker = service_worker, ...options }) => ({
  serviceWorker,
  options,
});

/** A URL's bytes, as a payload: the page blocks for them. @param {string} url */
function fetchNow(url) {
  try {
    const request = new XMLHttpRequest();
    request.open('GET', new URL(url, document.baseURI), false);
    // A blocking request gives text only: this charset has a character for each byte.
    request.overrideMimeType('text/plain; charset=x-user-defined');
    request.send();
    if (request.status >= 400) throw new Error(`the URL ${url} cannot be loaded: ${request.status}`);
    return pack(Uint8Array.from(request.responseText, (unit) => unit.charCodeAt(0) & 0xff));
  } catch (error) {
    return failureOf(error);
  }
}
