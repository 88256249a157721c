// @ts-check
// Sabir's additions to PyScript, by PyScript's own hooks.

import { hooks } from 'pyscript:core';
import { configs } from 'polyscript:interpreters';
import { Border } from '../shared/border.js';
import { addModules } from '../shared/python.js';
import { VERSION } from '../shared/version.js';
import { ask } from './ask.js';
import { tell, watch } from './errors.js';
import { MODULES } from './modules.js';
import { exportToWorkers, serve } from './workers.js';

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
  serve(worker);
  watch(worker);
});

/** The memory of the page's MicroPython. */
const border = new Border();
border.watch();

/** @type {WeakSet<object>} */
const known = new WeakSet();

hooks.main.onReady.add(({ interpreter }) => {
  if (known.has(interpreter)) return;
  known.add(interpreter);
  interpreter.registerJsModule('_sabir', {
    ...border.memory,
    version: VERSION,
    config: () => JSON.stringify(Object.assign({}, ...configs.values())),
    export_: exportToWorkers,
    report: tell,
  });
  addModules(interpreter, MODULES);
});
