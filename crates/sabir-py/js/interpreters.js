// @ts-check
// The two Pythons, behind one interface.

import { MicroPython } from './micropython.js';
import { Pyodide } from './pyodide.js';

/**
 * @typedef {object} Python an interpreter that has started
 * @property {string} type `py` or `mpy`
 * @property {(name: string, module: object) => void} module makes an object a module of Python
 * @property {(path: string, content: string | Uint8Array) => void} write writes a file, and makes its folders
 * @property {() => void} begin completes it, once our modules are there to be imported
 * @property {(names: string[]) => Promise<void>} install loads packages
 * @property {(content: Uint8Array, format: string, folder: string) => void} unpackArchive
 * @property {(code: string, file: string, isAsync: boolean) => Promise<string | undefined>} run runs a program; gives its failure
 * @property {(code: string) => any} evaluate runs a line of ours, and gives the variable `result`
 * @property {(payload: any) => any} toPython a payload in the FFI's form
 * @property {(taken: () => boolean) => void} interruptBy raises KeyboardInterrupt in a computation once `taken` gives true
 * @property {() => Error} interruption an error that is a KeyboardInterrupt once thrown into Python
 */

/**
 * @typedef {object} Start
 * @property {string} url of the interpreter's module
 * @property {(line: string) => void} stdout
 * @property {(line: string) => void} stderr
 */

/** Starts an interpreter. @param {'pyodide' | 'micropython'} interpreter @param {Start} start @returns {Promise<Python>} */
export async function startPython(interpreter, start) {
  try {
    return await (interpreter === 'pyodide' ? Pyodide : MicroPython).start(start);
  } catch (error) {
    throw new Error(
      `${interpreter === 'pyodide' ? 'Pyodide' : 'MicroPython'} cannot be started from ${start.url}; name another place by ` +
        `\`interpreter\` in the configuration, or by an import map (${error instanceof Error ? error.message : String(error)})`,
      { cause: error },
    );
  }
}
