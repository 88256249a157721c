// @ts-check
// CPython.

import { writeFile } from './filesystem.js';

/** @typedef {import('./interpreters.js').Python} Python */

const RUN = `
from pyscript import _program
import __main__

async def run(code, file, is_async):
    from pyodide.code import eval_code, eval_code_async
    try:
        if is_async:
            await eval_code_async(code, __main__.__dict__, filename=file)
        else:
            eval_code(code, __main__.__dict__, filename=file)
    except BaseException as error:
        return _program.failure(error)

result = run
`;

/** A package's name as indexes have it: <https://packaging.python.org/en/latest/specifications/name-normalization>. @param {string} name */
const canonical = (name) => name.toLowerCase().replaceAll(/[-_.]+/g, '-');

/** True if a package's name is the place of its file. @param {string} name */
const isPlace = (name) => /\.whl$|^\w+:|\//.test(name);

/** @implements {Python} */
export class Pyodide {
  type = 'py';
  #pyodide;
  /** @type {any} */
  #run;

  /** @param {any} pyodide */
  constructor(pyodide) {
    this.#pyodide = pyodide;
  }

  /** @param {import('./interpreters.js').Start} start */
  static async start({ url, stdout, stderr }) {
    const { loadPyodide } = await import(/* @vite-ignore */ url);
    return new Pyodide(await loadPyodide({ indexURL: new URL('.', url).href, stdout, stderr }));
  }

  /** @param {string} name @param {object} module */
  module(name, module) {
    this.#pyodide.registerJsModule(name, module);
  }

  /** @param {string} path @param {string | Uint8Array} content */
  write(path, content) {
    writeFile(this.#pyodide.FS, path, content);
  }

  /** @param {string[]} names */
  async install(names) {
    if (names.length === 0) return;
    const pyodide = this.#pyodide;
    /** @type {string[]} */
    const told = [];
    const locked = (/** @type {string} */ name) => pyodide.lockfile?.packages?.[canonical(name)] !== undefined;
    const bundled = names.filter((name) => isPlace(name) || locked(name));
    const others = names.filter((name) => !bundled.includes(name));
    await pyodide.loadPackage(bundled, { errorCallback: (/** @type {string} */ line) => told.push(line) });
    const loaded = new Set(Object.keys(pyodide.loadedPackages).map(canonical));
    const missing = bundled.filter((name) => !isPlace(name) && !loaded.has(canonical(name)));
    if (told.length > 0 || missing.length > 0)
      throw new Error(`packages cannot be loaded: ${[...missing, ...told].join('; ')}`);
    if (others.length > 0) await this.#installFromIndex(others);
  }

  /** Installs packages that Pyodide does not have from PyPI. @param {string[]} names */
  async #installFromIndex(names) {
    const pyodide = this.#pyodide;
    try {
      await pyodide.loadPackage('micropip', { messageCallback: () => {}, errorCallback: () => {} });
      await pyodide.pyimport('micropip').install(names);
    } catch (error) {
      const why = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error);
      throw new Error(`packages cannot be installed: ${names.join(', ')} (${why})`, { cause: error });
    }
  }

  /** @param {Uint8Array} content @param {string} format @param {string} folder */
  unpackArchive(content, format, folder) {
    this.#pyodide.unpackArchive(content, format, { extractDir: folder });
  }

  /** Its FFI raises errors of JavaScript by itself. */
  begin() {}

  /** @param {string} code */
  evaluate(code) {
    const scope = this.#pyodide.toPy({});
    this.#pyodide.runPython(code, { globals: scope });
    const result = scope.get('result');
    scope.destroy();
    return result;
  }

  /** @param {string} code @param {string} file @param {boolean} isAsync */
  async run(code, file, isAsync) {
    this.#run ??= this.evaluate(RUN);
    return this.#run(code, file, isAsync);
  }

  /** @param {any} payload */
  toPython(payload) {
    return payload === null ? undefined : payload;
  }

  /** @param {() => boolean} taken */
  interruptBy(taken) {
    // Pyodide looks at the first item every few instructions, and clears it: a value that it reads is taken already.
    this.#pyodide.setInterruptBuffer({
      get 0() {
        return taken() ? SIGINT : 0;
      },
      set 0(_) {},
    });
  }

  interruption() {
    try {
      this.#pyodide.runPython('raise KeyboardInterrupt');
    } catch (error) {
      return /** @type {Error} */ (error);
    }
    throw new TypeError('Python did not raise');
  }
}

const SIGINT = 2;
