// @ts-check
// What Sabir adds to PyScript, by PyScript's own hooks.

import { hooks } from 'pyscript:core';
import { ask } from './ask.js';
import { watch } from './errors.js';

const INSTALL = 'import sabir._install';

// This function travels as a text; with one parameter, that of its minified form would be taken for a method.
hooks.worker.onReady.add((wrap, worker) =>
  /** @type {any} */ (globalThis)[Symbol.for('sabir-pyscript')].ready(wrap, worker),
);
hooks.worker.codeBeforeRun.add(INSTALL);
hooks.worker.codeBeforeRunAsync.add(INSTALL);
hooks.main.onWorker.add((_, worker) => {
  // By PyScript's own name: a terminal replaces it.
  worker.sync.pyterminal_read = (/** @type {string} */ prompt) => ask(worker, prompt);
  watch(worker);
});
