// @ts-check
// Errors of workers, shown on the page as PyScript shows its own, each with the tag that it is of.

import { REPORT } from '../shared/messages.js';
import { describe, tagOf } from './tags.js';

/** The first worker of each name. @type {Map<string, WeakRef<object>>} */
const named = new Map();

/** @param {string} text */
async function show(text) {
  // PyScript has loaded it, also where a configuration switches it off: then it shows nothing.
  const { notify } = await import('pyscript:error');
  notify(text);
}

/** Tells an exception of the page's Python that no code has caught. @param {string} text */
export function tell(text) {
  console.error(text);
  void show(text);
}

/** Shows an error of a worker. @param {object} worker @param {string} text */
const showOf = (worker, text) => show(`${describe(worker)}: ${text}`);

/** Watches a worker that begins. @param {any} worker */
export function watch(worker) {
  worker.sync[REPORT] = (/** @type {string} */ text) => showOf(worker, text);
  // Of a timer or a listener, or of an operation for which nobody has waited.
  worker.addEventListener('error', (/** @type {ErrorEvent} */ { message }) => void showOf(worker, message));
  worker.ready.catch((/** @type {any} */ error) => showOf(worker, error?.message ?? String(error)));
  // A worker belongs to its tag only after this hook.
  queueMicrotask(() => {
    checkName(worker);
    watchSource(worker);
  });
}

/** @param {object} worker */
function checkName(worker) {
  const name = tagOf(worker)?.getAttribute('name');
  if (!name) return;
  const first = named.get(name)?.deref();
  if (first === undefined) named.set(name, new WeakRef(worker));
  else if (first !== worker) void showOf(worker, 'another worker has this name: this one cannot be reached by it');
}

/** polyscript's worker waits for ever for a program that cannot be loaded. @param {object} worker */
function watchSource(worker) {
  const src = tagOf(worker)?.getAttribute('src');
  if (!src) return;
  const { href } = new URL(src, document.baseURI);
  const observer = new PerformanceObserver((list) => {
    const [entry] = list.getEntriesByName(href).slice(-1);
    if (entry === undefined) return;
    observer.disconnect();
    const { responseStatus } = /** @type {PerformanceResourceTiming} */ (entry);
    if (responseStatus >= 400) void showOf(worker, `${href} cannot be loaded: ${responseStatus}`);
  });
  observer.observe({ type: 'resource' });
}
