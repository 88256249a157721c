// @ts-check
// MicroPython, and additions to its FFI, where its wasm meets JavaScript: errors that JavaScript throws become exceptions, and
// a computation can be interrupted.

import { writeFile } from './filesystem.js';
import { PACKED, failureOf, textOf } from './values.js';

/** @typedef {import('./interpreters.js').Python} Python */

/** Bytes of Python's stack: enough for a thousand calls in one another. */
const STACK_BYTES = 256 * 1024;
/** Bytes of its heap at first; with the megabyte that is its own default a hot call collects garbage too often. */
const HEAP_BYTES = 4 * 1024 * 1024;
/** How many operations there are between two looks for an interrupt. */
const LOOKS = 1023;

/** @implements {Python} */
export class MicroPython {
  type = 'mpy';
  #micropython;
  #hooks;

  /** @param {any} micropython @param {Hooks} hooks */
  constructor(micropython, hooks) {
    this.#micropython = micropython;
    this.#hooks = hooks;
  }

  /** @param {import('./interpreters.js').Start} start */
  static async start({ url, stdout, stderr }) {
    const { loadMicroPython } = await import(/* @vite-ignore */ url);
    const hooks = new Hooks();
    const options = {
      url: new URL('micropython.wasm', url).href,
      stdout,
      stderr,
      pystack: STACK_BYTES,
      heapsize: HEAP_BYTES,
    };
    const micropython = await hooks.during(() => loadMicroPython(options));
    return new MicroPython(micropython, hooks);
  }

  /** @param {string} name @param {any} module */
  module(name, module) {
    if (name === '_sabir') {
      module.copyOut = (/** @type {number} */ address, /** @type {number} */ length) =>
        this.#hooks.bytes(address, length).slice();
      module.copyIn = (/** @type {Uint8Array} */ bytes, /** @type {number} */ address) =>
        this.#hooks.bytes(address, bytes.length).set(bytes);
      module.thrown = () => this.#hooks.take();
    }
    this.#micropython.registerJsModule(name, module);
  }

  /** @param {string} path @param {string | Uint8Array} content */
  write(path, content) {
    writeFile(this.#micropython.FS, path, content);
  }

  /** @param {string[]} names */
  async install(names) {
    if (names.length > 0)
      throw new Error(
        `MicroPython has no packages: ${names.join(', ')}; list their modules in \`files\`, or use \`py\``,
      );
  }

  /** @returns {never} */
  unpackArchive() {
    throw new Error('MicroPython unpacks no archives: list their files one by one, or use `py`');
  }

  /** @param {string} code */
  evaluate(code) {
    this.#micropython.runPython(code);
    const { globals } = this.#micropython;
    const result = globals.get('result');
    globals.delete('result');
    return result;
  }

  /** Has errors of JavaScript raised in Python from now on. */
  begin() {
    this.#hooks.raiser = this.evaluate('from pyscript._micropython import Raise\nresult = Raise()');
  }

  /** @param {string} code @param {string} file @param {boolean} isAsync */
  async run(code, file, isAsync) {
    const micropython = this.#micropython;
    // A loop of nothing never leaves wasm, where it could be interrupted.
    const interruptible = code.replaceAll(/^(\s*while\b[^:\n]*:\s*)pass\b/gm, '$1id(0)');
    try {
      await (isAsync ? micropython.runPythonAsync(interruptible) : micropython.runPython(interruptible));
    } catch (error) {
      if (error instanceof Error) error.message = error.message.replaceAll('"<stdin>"', `"${file}"`);
      return failureOf(error);
    }
  }

  /** Its FFI has integers of 32 bits, and two values for none. @param {any} payload */
  toPython(payload) {
    if (payload === undefined) return null;
    if (Number.isInteger(payload) && (payload | 0) !== payload) return PACKED + payload;
    return payload;
  }

  /** @param {() => boolean} taken */
  interruptBy(taken) {
    this.#hooks.taken = taken;
  }

  interruption() {
    return Object.assign(new Error('interrupted'), { name: 'Interrupted' });
  }
}

/** The layer between MicroPython's wasm and the functions that it imports. */
class Hooks {
  /** A Python object whose `__iter__` raises what `take` gives; Python keeps it for as long as it is kept here. @type {any} */
  raiser;
  /** @type {() => boolean} */
  taken = () => false;
  /** @type {any} */
  #thrown;
  /** @type {any} */
  #exports;

  /** Stands between while `load` compiles the wasm. @template T @param {() => Promise<T>} load @returns {Promise<T>} */
  async during(load) {
    const { instantiate, instantiateStreaming } = WebAssembly;
    const through =
      (/** @type {Function} */ compile) => async (/** @type {any} */ source, /** @type {any} */ imports) => {
        const isOurs = imports?.env?.proxy_js_free_obj !== undefined;
        const made = await compile.call(
          WebAssembly,
          source,
          isOurs ? { ...imports, env: this.#between(imports.env) } : imports,
        );
        if (isOurs) this.#exports = (made.instance ?? made).exports;
        return made;
      };
    Object.assign(WebAssembly, {
      instantiate: through(instantiate),
      instantiateStreaming: through(instantiateStreaming),
    });
    try {
      return await load();
    } finally {
      Object.assign(WebAssembly, { instantiate, instantiateStreaming });
    }
  }

  /** MicroPython's memory, which moves when it grows. @param {number} address @param {number} length */
  bytes(address, length) {
    return new Uint8Array(this.#exports.memory.buffer, address, length);
  }

  /** The error thrown last, in Python's form. */
  take() {
    const error = this.#thrown;
    this.#thrown = undefined;
    if (error?.type !== undefined) return { name: error.type, message: textOf(String(error.message)), python: true };
    return error instanceof Error ? error : new Error(String(error));
  }

  /** @param {Record<string, any>} env */
  #between(env) {
    const entries = Object.entries(env).map(([name, value]) => {
      if (WATCHED.has(name)) return [name, this.#watched(value)];
      return [name, CALLS.has(name) ? this.#caught(value) : value];
    });
    return Object.fromEntries(entries);
  }

  /** Looks for an interrupt now and then. @param {Function} invoke */
  #watched(invoke) {
    let entries = 0;
    /** @type {Entry} */
    const watched = (a, b, c, d, e) => {
      if ((++entries & LOOKS) === 0 && this.taken()) this.#exports.mp_sched_keyboard_interrupt();
      return invoke(a, b, c, d, e);
    };
    return watched;
  }

  /** Raises JavaScript's errors in Python. @param {Function} call */
  #caught(call) {
    // As many parameters as any has: to gather them would make each entry slower.
    /** @type {Entry} */
    const caught = (a, b, c, d, e, f, g, h) => {
      try {
        return call(a, b, c, d, e, f, g, h);
      } catch (error) {
        // Emscripten's longjmp is a number that is thrown.
        if (typeof error === 'number' || this.raiser === undefined) throw error;
        this.#thrown = error;
        // To ask for its iterator is the one export that lets an exception through to the Python that called us.
        return this.#exports.proxy_c_to_js_get_iter(this.raiser._ref);
      }
    };
    return caught;
  }
}

/** An import of the wasm's, all of whose parameters are numbers. @typedef {(a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => any} Entry */

/**
 * Emscripten's entries into calls that may unwind, for operations on two values, steps of loops, and calls. There are as many
 * others; they stay as fast as they are.
 */
const WATCHED = new Set(['invoke_iiii', 'invoke_iiiii']);

/** The imports by which Python enters JavaScript's objects. */
const CALLS = new Set([
  'call0',
  'call1',
  'call2',
  'calln',
  'call0_kwarg',
  'calln_kwarg',
  'lookup_attr',
  'store_attr',
  'has_attr',
  'js_subscr_load',
  'js_subscr_store',
  'js_get_iter',
  'js_iter_next',
  'js_reflect_construct',
]);
