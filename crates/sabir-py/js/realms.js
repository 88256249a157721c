// @ts-check
// The page's workers that run Python: started, found by name, called, and ended.

import { Lending } from '../end/lending.js';
import { workerClass } from '../main.js';
import { interpreterUrl, load, readCode, readConfig } from './config.js';
import { Output } from './output.js';
import { failed, failureOf, pack, packCall, toldBy, unpack, unpackCall } from './values.js';

/** The time limit, in ms, for a name that no worker has yet. */
export const NAME_MS = 10_000;

/** Options of every worker, as Sabir's `Worker` and its factory have them, unless its tag says otherwise. @type {Record<string, any>} */
export const defaults = {};

/** @typedef {import('./config.js').Interpreter} Interpreter */

/**
 * @typedef {object} Wanted a worker to be
 * @property {Interpreter} interpreter
 * @property {string} [code]
 * @property {string | null} [src]
 * @property {string | null} [config]
 * @property {string | null} [name]
 * @property {string | null} [serviceWorker]
 * @property {boolean} [async]
 * @property {Output} [output]
 * @property {Record<string, any>} [options] of Sabir's `Worker`
 */

/** @type {PyRealm[]} */
const realms = [];
/** Named workers, and the callbacks that wait for names. @type {Map<string, PyRealm>} */
const named = new Map();
/** @type {Map<string, ((realm: PyRealm) => void)[]>} */
const wanted = new Map();

/** A worker that runs Python. */
export class PyRealm {
  id;
  name;
  output;
  /** Resolves once its code has run, with a payload: why it failed, if it did. @type {Promise<string | undefined>} */
  ready;
  /** @type {Set<string>} */
  exports = new Set();
  isReady = false;
  /** @type {(failure: string | undefined) => void} */
  #settled = () => {};
  /** @type {any} */
  #worker;
  /** @type {Map<string, (...payload: any[]) => any>} */
  #exposed = new Map();
  #ended = '';
  #opened;
  /** @type {((event: MessageEvent) => void) | undefined} */
  onmessage;

  /** @param {Wanted} wanted */
  constructor(wanted) {
    this.id = realms.push(this) - 1;
    this.name = wanted.name ?? undefined;
    this.output = wanted.output ?? new Output(undefined, {});
    this.ready = new Promise((resolve) => (this.#settled = resolve));
    void this.ready.then((failure) => {
      this.isReady = true;
      if (failure !== undefined) this.output.fail(this.#told(failure));
    });
    this.#opened = this.#open(wanted).catch((error) => this.#settled(failureOf(error)));
  }

  /** @param {string} failure */
  #told(failure) {
    const { name, text, traceback, module } = toldBy(failure);
    const where = this.name === undefined ? 'a worker' : `the worker \`${this.name}\``;
    return `${where} failed: ${module === 'js' || traceback === '' ? `${name}: ${text}` : traceback}`;
  }

  /** @param {Wanted} wanted */
  async #open({ interpreter, code, src, config: given, serviceWorker, async = true, options }) {
    const config = await readConfig(given);
    const job = {
      interpreter,
      url: interpreterUrl(interpreter, config),
      ...config,
      page: document.baseURI,
      ...(await readCode({ src, code }, this.name)),
      async,
      noWindow: config.config.sync_main_only
        ? 'the page has no `window` for this worker: its configuration has `sync_main_only`'
        : '',
    };
    if (this.#ended) return;
    const { policy, ...ofLink } = defaults;
    const Worker = workerClass({ transfer: false, policy }, config.config.sync_main_only ? undefined : Lending);
    const ofTag = Object.fromEntries(Object.entries({ name: this.name, serviceWorker }).filter(([, value]) => value));
    const worker = new Worker(scriptUrl(), { ...ofLink, ...options, ...ofTag });
    this.#worker = worker;
    // A worker that never starts, or ends during its start.
    void worker.link.ended.then((/** @type {Error} */ error) => this.#settled(failureOf(error)));
    Object.assign(worker.proxy, this.#served(job));
    for (const [name, exposed] of this.#exposed) worker.proxy[`py.${name}`] = exposed;
    worker.addEventListener('message', (/** @type {MessageEvent} */ event) => {
      const { type, stream, line } = event.data ?? {};
      if (type === 'sabir-py:line') this.output.show(stream, line);
      else this.onmessage?.(event);
    });
    worker.addEventListener('error', (/** @type {ErrorEvent} */ event) => {
      this.#settled(failureOf(event.error ?? new Error(event.message ?? `the script ${scriptUrl()} cannot be loaded`)));
    });
  }

  /** The worker's requests to the page. @param {object} job */
  #served(job) {
    return {
      program: () => job,
      exported: (/** @type {string} */ name) => void this.exports.add(name),
      ready: () => this.#settled(undefined),
      failed: (/** @type {string} */ failure) => this.#settled(failure),
      unexposed: (/** @type {string} */ name) => this.#unexposed(name),
      input: (/** @type {string} */ prompt) => this.output.ask(prompt),
      fetchNow: async (/** @type {string} */ url) => pack(await load(new URL(url, document.baseURI).href, 'the URL')),
      target: () => this.output.target(),
      report: (/** @type {string} */ traceback) => this.output.fail(traceback),
      later: (/** @type {number} */ number, /** @type {string} */ what, /** @type {any[]} */ ...args) =>
        void this.#later(number, what, args),
      missing: (/** @type {number} */ id, /** @type {string} */ name) => realms[id]?.missing(name) ?? '',
      terminate: (/** @type {number} */ id) => realms[id]?.terminate(),
      interrupt: (/** @type {number} */ id) => realms[id]?.interrupt(),
    };
  }

  /** @param {number} number @param {string} what @param {any[]} args */
  async #later(number, what, args) {
    const asks = {
      find,
      ask: (/** @type {number} */ id, /** @type {string} */ name, /** @type {any[]} */ ...payload) =>
        realms[id].ask(name, payload),
      createNamed,
    };
    const answer = await /** @type {any} */ (asks)[what](...args);
    await this.#worker.proxy.settle(number, answer).catch(() => {});
  }

  /** @param {string} name */
  #unexposed(name) {
    const known = [...this.#exposed.keys()].map((known) => `\`${known}\``).join(', ') || 'nothing';
    return `the page has given this worker no function \`${name}\`; what it has: ${known}`;
  }

  /** Lets the worker call a function by payloads. @param {string} name @param {(...payload: any[]) => any} exposed */
  expose(name, exposed) {
    this.#exposed.set(name, exposed);
    if (this.#worker !== undefined) this.#worker.proxy[`py.${name}`] = exposed;
  }

  /** Why there is no such function in the worker; nothing if there may be one. @param {string} name */
  missing(name) {
    if (!this.isReady || this.exports.has(name)) return '';
    const known = [...this.exports].map((known) => `\`${known}\``).join(', ') || 'nothing';
    return `\`${name}\` is not exported by ${this.name === undefined ? 'the worker' : `the worker \`${this.name}\``}; the exports are: ${known}`;
  }

  /** Calls the worker; the promise is never rejected, its payload may be a failure. @param {string} name @param {any[]} payload @returns {Promise<any>} */
  async ask(name, payload) {
    await this.#opened;
    const failure = this.exports.has(name) ? undefined : await this.ready;
    if (failure !== undefined) return failure;
    const missing = this.missing(name);
    if (missing !== '') return failed('builtins', 'AttributeError', missing);
    if (this.#ended) return failed('js', 'Closed', `the worker was ended: ${this.#ended}`);
    try {
      return await this.#worker.proxy[`py.${name}`](...payload);
    } catch (error) {
      return failureOf(error);
    }
  }

  interrupt() {
    this.output.takeBack();
    this.#worker?.interrupt();
  }

  terminate() {
    if (this.#ended) return;
    this.#ended = 'it was terminated';
    this.output.takeBack();
    this.#worker?.terminate();
    if (this.name !== undefined && named.get(this.name) === this) named.delete(this.name);
    this.#settled(failed('js', 'Closed', 'the worker was terminated before its code had run'));
  }

  /** Sends a message of the platform's own, once the worker's code could add a listener. @param {any} value */
  async postMessage(value) {
    await this.ready;
    this.#worker?.postMessage(value);
  }

  get transport() {
    return this.#worker?.transport;
  }

  get passedOver() {
    return this.#worker?.passedOver;
  }
}

/** The realm of a number. @param {number} id */
export const realmOf = (id) => realms[id];

/** Ends every worker that runs Python. */
export function terminateAll() {
  for (const realm of realms) realm.terminate();
}

/** Starts a worker. @param {Wanted} wantedRealm @throws {Error} if its name is taken */
export function spawn(wantedRealm) {
  const { name } = wantedRealm;
  if (name && named.has(name)) throw new Error(`there is a worker named \`${name}\` already: names are for one each`);
  const realm = new PyRealm(wantedRealm);
  if (name) {
    named.set(name, realm);
    for (const found of wanted.get(name) ?? []) found(realm);
    wanted.delete(name);
  }
  return realm;
}

/** The number of a named worker, once it is ready; a failure, if it cannot be. @param {string} name @returns {Promise<any>} */
export async function find(name) {
  const realm = named.get(name) ?? (await appears(name));
  if (realm === undefined) {
    const known = [...named.keys()].map((known) => `\`${known}\``).join(', ') || 'none';
    return failed(
      'builtins',
      'KeyError',
      `no worker named \`${name}\` has appeared within ${NAME_MS / 1000} s; known: ${known}`,
    );
  }
  return (await realm.ready) ?? realm.id;
}

/** @param {string} name @returns {Promise<PyRealm | undefined>} */
function appears(name) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), NAME_MS);
    const found = (/** @type {PyRealm} */ realm) => {
      clearTimeout(timer);
      resolve(realm);
    };
    wanted.set(name, [...(wanted.get(name) ?? []), found]);
  });
}

/** Starts a named worker, as a tag would. @param {string} src @param {string} name @param {string | undefined} config @param {string} type @returns {Promise<any>} */
export async function createNamed(src, name, config, type) {
  try {
    const interpreter = interpreterOf(type);
    spawn({ src, name, config, interpreter });
    return await find(name);
  } catch (error) {
    return failureOf(error);
  }
}

/** @param {string} type @returns {Interpreter} */
export function interpreterOf(type) {
  const known = { py: 'pyodide', pyodide: 'pyodide', mpy: 'micropython', micropython: 'micropython' };
  const interpreter = /** @type {Record<string, any>} */ (known)[type];
  if (interpreter === undefined)
    throw new TypeError(`\`${type}\` is no type of worker: it is \`py\` or \`pyodide\`, \`mpy\` or \`micropython\``);
  return interpreter;
}

/** The functions of a worker, for JavaScript: calls reach the worker's functions, assigned functions are exported to it. @param {PyRealm} realm */
export const functionsOf = (realm) =>
  new Proxy(Object.create(null), {
    get: (_, name) =>
      typeof name === 'symbol' || name === 'then'
        ? undefined
        : async (/** @type {any[]} */ ...args) => unpack(await realm.ask(name, packCall(args))),
    set(_, name, value) {
      // Without a promise the answer goes at once, not after the microtasks.
      realm.expose(String(name), (...payload) => {
        try {
          const result = value(...unpackCall(payload));
          return typeof result?.then === 'function'
            ? Promise.resolve(result).then(pack).catch(failureOf)
            : pack(result);
        } catch (error) {
          return failureOf(error);
        }
      });
      return true;
    },
  });

/** The worker's script; from another origin it is started through a Blob, which has the page's. */
function scriptUrl() {
  const url = new URL('./worker.js', import.meta.url);
  if (url.origin === location.origin) return url;
  return (elsewhere ??= URL.createObjectURL(
    new Blob([`import ${JSON.stringify(url.href)};`], { type: 'text/javascript' }),
  ));
}

/** @type {string | undefined} */
let elsewhere;
