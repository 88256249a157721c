// @ts-check
// CPython.

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
    const known = (/** @type {string} */ name) =>
      /\.whl$/.test(name) || /^\w+:|\//.test(name) || this.#locked(name) !== undefined;
    const bundled = names.filter(known);
    const others = names.filter((name) => !known(name));
    await pyodide.loadPackage(bundled, { errorCallback: (/** @type {string} */ line) => told.push(line) });
    const missing = bundled.filter((name) => (/\.whl$/.test(name) || /\//.test(name) ? false : !this.#isLoaded(name)));
    if (told.length > 0 || missing.length > 0)
      throw new Error(`packages cannot be loaded: ${[...missing, ...told].join('; ')}`);
    if (others.length > 0) await this.#installFromIndex(others);
  }

  /** What Pyodide itself does not have comes from PyPI. @param {string[]} names */
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

  /** @param {string} name */
  #locked(name) {
    const wanted = name.toLowerCase().replaceAll(/[-_.]+/g, '-');
    return this.#pyodide.lockfile?.packages?.[wanted];
  }

  /** @param {string} name */
  #isLoaded(name) {
    const wanted = name.toLowerCase().replaceAll(/[-_.]+/g, '-');
    return Object.keys(this.#pyodide.loadedPackages).some(
      (loaded) => loaded.toLowerCase().replaceAll(/[-_.]+/g, '-') === wanted,
    );
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
    // Pyodide looks at the first item every few instructions, and clears it: what it reads is taken already.
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

/** @param {any} FS emscripten's @param {string} path @param {string | Uint8Array} content */
export function writeFile(FS, path, content) {
  const parts = path.split('/').slice(0, -1);
  for (let depth = 1; depth <= parts.length; depth++) {
    const folder = parts.slice(0, depth).join('/');
    if (folder !== '' && !FS.analyzePath(folder).exists) FS.mkdir(folder);
  }
  FS.writeFile(path, content);
}
