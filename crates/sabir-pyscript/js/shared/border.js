// @ts-check
// The border between MicroPython's wasm and JavaScript: errors that JavaScript throws become exceptions, and a computation can be
// interrupted.

/** How many operations there are between two looks for an interrupt. */
const LOOKS = 1023;

/** The layer between MicroPython's wasm and the functions that it imports. */
export class Border {
  /** A Python object whose `__iter__` raises what `take` gives; Python keeps it for as long as it is kept here. @type {any} */
  raiser;
  /** @type {() => boolean} */
  taken = () => false;
  /** @type {any} */
  #thrown;
  /** @type {any} */
  #exports;

  /** Stands between from the next MicroPython on that this realm compiles. */
  watch() {
    const { instantiate, instantiateStreaming } = WebAssembly;
    const restore = () => Object.assign(WebAssembly, { instantiate, instantiateStreaming });
    const through =
      (/** @type {Function} */ compile) => async (/** @type {any} */ source, /** @type {any} */ imports) => {
        if (imports?.env?.proxy_js_free_obj === undefined) return compile.call(WebAssembly, source, imports);
        const made = await compile.call(WebAssembly, source, { ...imports, env: this.#between(imports.env) });
        this.#exports = (made.instance ?? made).exports;
        restore();
        return made;
      };
    Object.assign(WebAssembly, {
      instantiate: through(instantiate),
      instantiateStreaming: through(instantiateStreaming),
    });
  }

  /** Copies between Python's memory, which moves when it grows, and arrays of JavaScript's. */
  memory = {
    copyOut: (/** @type {number} */ address, /** @type {number} */ length) => this.#bytes(address, length).slice(),
    copyIn: (/** @type {Uint8Array} */ bytes, /** @type {number} */ address) =>
      this.#bytes(address, bytes.length).set(bytes),
  };

  /** @param {number} address @param {number} length */
  #bytes(address, length) {
    return new Uint8Array(this.#exports.memory.buffer, address, length);
  }

  /** The error thrown last. */
  take() {
    const error = this.#thrown;
    this.#thrown = undefined;
    return error instanceof Error ? error : new Error(String(error));
  }

  /** @param {Record<string, any>} env */
  #between(env) {
    const entries = Object.entries(env).map(([name, value]) => {
      if (WATCHED.has(name)) return [name, this.#watched(value)];
      return [name, CALLS.has(name) ? this.#caught(value) : value];
    });
    return { ...Object.fromEntries(entries), ...this.#awaited(env) };
  }

  /** Ends what coroutines await; `reason` is an exception of Python's. @param {(isLoop: boolean) => any} reason */
  interruptAwaiting(reason) {
    if (this.#awaiting === 0) return;
    const { reject } = this.#interrupted;
    this.#interrupted = interruption();
    reject(reason(this.#isLoop));
  }

  /** How many promises coroutines await. */
  #awaiting = 0;
  /** Whether one of them is that of Python's own event loop, which has one at a time. */
  #isLoop = false;
  #interrupted = interruption();

  /** Each coroutine goes on when its promise settles, or at an interrupt. @param {Record<string, any>} env */
  #awaited({ create_promise: createPromise, js_then_continue: awaitPromise }) {
    return {
      create_promise: (/** @type {any[]} */ ...args) => {
        this.#isLoop = true;
        return createPromise(...args);
      },
      js_then_continue: (/** @type {any[]} */ ...args) => {
        const { then } = Promise.prototype;
        const isLoop = this.#isLoop;
        const over = (/** @type {any} */ settle) => (/** @type {any} */ value) => {
          this.#awaiting--;
          if (isLoop) this.#isLoop = false;
          return settle(value);
        };
        // The promise is known by a number only, and the one call that it gets is this.
        const once = (/** @type {Promise<any>} */ promise, /** @type {any} */ resolve, /** @type {any} */ reject) => {
          Promise.prototype.then = then;
          this.#awaiting++;
          return Promise.race([promise, this.#interrupted.promise]).then(over(resolve), over(reject));
        };
        Promise.prototype.then = /** @type {any} */ (
          function (/** @type {any} */ resolve, /** @type {any} */ reject) {
            return once(this, resolve, reject);
          }
        );
        try {
          return awaitPromise(...args);
        } finally {
          Promise.prototype.then = then;
        }
      },
    };
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

/** A promise that an interrupt rejects. @returns {PromiseWithResolvers<never>} */
function interruption() {
  const made = Promise.withResolvers();
  made.promise.catch(() => {});
  return /** @type {any} */ (made);
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
