// @ts-check
// CPython in a worker.

import { importModule } from '../shared/python.js';

const SIGINT = 2;

/** @typedef {import('./link.js').Python} Python */

/** @implements {Python} */
export class Pyodide {
  bridge = {};
  #raise = (/** @type {string} */ _name, /** @type {string} */ _message) => {};
  #interruptAwaiting = () => {};

  /** @param {any} interpreter @param {import('./link.js').Link} link */
  constructor(interpreter, link) {
    this.interpreter = interpreter;
    // Python looks at the first item every few instructions, and clears it: a value that it reads is taken already.
    interpreter.setInterruptBuffer({
      get 0() {
        return link.takeInterrupt() ? SIGINT : 0;
      },
      set 0(_) {},
    });
  }

  /** Once Python's modules are there. */
  start() {
    const module = importModule(this.interpreter, '_pyodide');
    this.#raise = module.raise_error;
    this.#interruptAwaiting = module.interrupt_awaiting;
  }

  interruptAwaiting() {
    this.#interruptAwaiting();
  }

  /** An exception of Python's, which it raises again when it gets it back. @param {string} name @param {string} message */
  makeError(name, message) {
    try {
      this.#raise(name, message);
    } catch (error) {
      return error;
    }
  }
}
