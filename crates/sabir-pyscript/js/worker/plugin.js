// @ts-check
// Sabir's additions to PyScript's workers, from its hook on.

import { addModules } from '../shared/python.js';
import { configs } from 'polyscript:interpreters';
import { misspelt } from '../shared/keys.js';
import { CREATE, INTERRUPT, REPORT } from '../shared/messages.js';
import { VERSION } from '../shared/version.js';
import { settings } from '../shared/options.js';
import { flushConsole } from './console.js';
import { link } from './coincident.js';
import { MicroPython } from './micropython.js';
import { Pyodide } from './pyodide.js';
import { findWorker } from './workers.js';

/** @type {MicroPython | Pyodide | undefined} */
let python;

/** Called by PyScript before the program runs. @param {{ interpreter: any, type: string, io: any }} wrap */
export function ready({ interpreter, type, io }) {
  if (link === undefined) throw new Error('polyscript has not joined the page');
  const { sleep, blocking, members, page } = link;
  python =
    type === 'mpy' || type === 'micropython' ? new MicroPython(interpreter, link) : new Pyodide(interpreter, link);
  interpreter.registerJsModule('_sabir', {
    ...python.bridge,
    version: VERSION,
    config: () => JSON.stringify(Object.assign({}, ...configs.values())),
    export_: (/** @type {string} */ name, /** @type {Function} */ call) => (page[name] = call),
    findWorker: (/** @type {string} */ name) => findWorker(/** @type {import('./link.js').Link} */ (link), name),
    createWorker: (/** @type {any[]} */ ...args) => link?.later(CREATE, args),
    flush: flushConsole,
    report: tell,
    sleep: (/** @type {number} */ ms) => sleep(ms),
    checkBlocking(/** @type {string} */ what) {
      if (!blocking)
        throw Object.assign(new Error(`${what} cannot block: ${reasons(members)}`), { name: 'CannotBlock' });
    },
  });
  addModules(interpreter, settings.modules);
  python.start();
  link.python = python;
  const { stderr } = io;
  io.stderr = (/** @type {any[]} */ ...told) => {
    stderr(...told);
    if (told[0] instanceof Error) report(told[0].message);
  };
  for (const config of configs.values()) misspelt(config).forEach(report);
}

/** Tells an exception that no code has caught. @param {string} text */
function tell(text) {
  console.error(text);
  report(text);
}

/** Shows an error on the page. @param {string} text */
function report(text) {
  try {
    link?.page[REPORT](text)?.catch?.(() => {});
  } catch {
    // The page has no more ears.
  }
}

/** @param {{ passedOver: Record<string, string> }} members */
const reasons = ({ passedOver }) =>
  Object.entries(passedOver)
    .map((reason) => reason.join(': '))
    .join('; ');

// A program that awaits looks for no interrupt: the page tells it.
addEventListener('message', (event) => {
  if (event.data?.type !== INTERRUPT) return;
  event.stopImmediatePropagation();
  if (link?.takeInterrupt()) python?.interruptAwaiting();
});
