// @ts-check
// MicroPython in a worker.

import { importModule } from '../shared/python.js';
import { Border } from '../shared/border.js';

/** Watches from before MicroPython is compiled. */
const border = new Border();
border.watch();

/** @typedef {import('./link.js').Python} Python */

/** @implements {Python} */
export class MicroPython {
  #interruption = (/** @type {boolean} */ _isLoop) => {};

  /** @param {any} interpreter @param {import('./link.js').Link} link */
  constructor(interpreter, link) {
    this.bridge = { ...border.memory, thrown: () => border.take() };
    border.taken = () => link.takeInterrupt();
    this.interpreter = interpreter;
  }

  /** Once Python's modules are there. */
  start() {
    const module = importModule(this.interpreter, '_micropython');
    border.raiser = module.raiser;
    this.#interruption = module.interruption;
  }

  interruptAwaiting() {
    border.interruptAwaiting(this.#interruption);
  }

  /** Its border turns errors into exceptions. */
  makeError() {
    return undefined;
  }
}
