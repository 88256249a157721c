// @ts-check
// A Python that runs a program, in either realm: its start, its configuration, and calls of the other realm.

import { loadFiles } from './config.js';
import { startPython } from './interpreters.js';
import { sources } from './sources.js';
import { BESIDE, failureOf, given } from './values.js';

/** The folder for the modules of `python/`. */
const LIBRARY = '/sabir';

/**
 * @typedef {object} Job a program to run
 * @property {import('./config.js').Interpreter} interpreter
 * @property {string} url of the interpreter's module
 * @property {Record<string, any>} config
 * @property {string} base URL that the configuration's URLs are relative to
 * @property {string} page URL that the program's URLs are relative to
 * @property {string} code
 * @property {string} file name of the code in tracebacks
 * @property {boolean} async
 */

/** @param {any} value */
const isThenable = (value) =>
  value !== null && (typeof value === 'object' || typeof value === 'function') && typeof value.then === 'function';

/** A Python, and calls of its exports. */
export class Program {
  /** @type {import('./interpreters.js').Python} */
  python;
  #dispatch;
  #configure;
  #export;
  /** Answers of several values, by their calls' tokens. @type {Map<number, any[]>} */
  #beside;
  #next = 1;

  /** @param {import('./interpreters.js').Python} python @param {Map<number, any[]>} beside */
  constructor(python, beside) {
    this.python = python;
    this.#beside = beside;
    const named = (/** @type {string} */ name) =>
      python.evaluate(`from pyscript import _program\nresult = _program.guarded(_program.${name})`);
    this.#dispatch = python.evaluate('from pyscript import _program\nresult = _program.dispatch');
    this.#configure = named('configure');
    this.#export = named('export_program');
    named('install')();
  }

  /**
   * Starts the interpreter of a job, and gives it what its configuration lists.
   * @param {Job} job @param {Record<string, any>} bridge what the module `_sabir` has @param {{ stdout: (line: string) => void, stderr: (line: string) => void }} output
   */
  static async start(job, bridge, output) {
    const python = await startPython(job.interpreter, { url: job.url, ...output });
    /** @type {Map<number, any[]>} */
    const beside = new Map();
    const settle = (/** @type {number} */ token, /** @type {any[]} */ ...values) =>
      void beside.set(token, given(values));
    python.module('_sabir', {
      ...bridge,
      type: python.type,
      file: job.file,
      config: JSON.stringify(job.config),
      jsModuleNames: JSON.stringify(Object.keys(bridge.jsModules)),
      settle,
    });
    for (const [path, text] of Object.entries(sources)) python.write(`${LIBRARY}/${path}`, text);
    python.evaluate(`import sys\nsys.path.insert(0, "${LIBRARY}")\nresult = None`);
    python.begin();
    return new Program(python, beside);
  }

  /** Installs the packages and files of a configuration, and gives Python its adapters and exports; throws the failure. @param {import('./config.js').Config} config */
  async configure(config) {
    await this.python.install(config.config.packages ?? []);
    await loadFiles(this.python, config);
    const { adapters, exports } = config.config;
    if (adapters === undefined && exports === undefined) return undefined;
    return this.#failureOf(this.#configure(JSON.stringify({ adapters, exports })));
  }

  /** Runs code; gives a failure as a payload. @param {Pick<Job, 'code' | 'file' | 'async'>} job @returns {Promise<string | undefined>} */
  async run({ code, file, async }) {
    return this.#failureOf(await this.python.run(code, file, async));
  }

  /** Exports the names in the program's `__export__`; gives a failure as a payload. @returns {string | undefined} */
  exportListed() {
    return this.#failureOf(this.#export());
  }

  /** @param {any} answer */
  #failureOf(answer) {
    return typeof answer === 'string' ? answer : undefined;
  }

  /** Calls an export of Python; gives the answer's payload, or a promise of it. @param {string} name @param {any[]} payload @returns {any} */
  call(name, payload) {
    const token = this.#next++;
    try {
      const answer = this.#dispatch(token, name, ...payload.map((value) => this.python.toPython(value)));
      return isThenable(answer) ? this.#later(answer, token) : this.#whole(answer, token);
    } catch (error) {
      return failureOf(error);
    }
  }

  /** @param {any} answer @param {number} token */
  async #later(answer, token) {
    try {
      return this.#whole(await answer, token);
    } catch (error) {
      return failureOf(error);
    } finally {
      answer.destroy?.();
    }
  }

  /** @param {any} answer @param {number} token */
  #whole(answer, token) {
    if (answer !== BESIDE) return answer ?? undefined;
    const values = this.#beside.get(token);
    this.#beside.delete(token);
    return values;
  }
}
