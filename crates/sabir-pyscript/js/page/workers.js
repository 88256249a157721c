// @ts-check
// Other workers, and functions of the page's Python, for workers that ask the page for them.

import { workers } from 'polyscript:workers';
import { CREATE, FIND, RELAY } from '../shared/messages.js';
import { linkNames } from './xworker.js';

/** Functions of the page's Python that every worker may call. @type {Map<string, Function>} */
const exported = new Map();
/** @type {Set<WeakRef<any>>} */
const started = new Set();

/** @param {string} name */
const find = (name) => workers[name].promise;

/** Gives a worker what it may ask for. @param {any} worker */
export function serve(worker) {
  started.add(new WeakRef(worker));
  Object.assign(worker.sync, Object.fromEntries(exported), {
    [FIND]: async (/** @type {string} */ name) => linkNames.get(await find(name)),
    [RELAY]: async (/** @type {string} */ name, /** @type {string} */ key, /** @type {any[]} */ ...args) =>
      (await find(name)).sync[key](...args),
    [CREATE]: create,
  });
}

/** Lets every worker call a function of the page's Python. @param {string} name @param {Function} call */
export function exportToWorkers(name, call) {
  exported.set(name, call);
  for (const worker of started) {
    const { sync } = worker.deref() ?? {};
    if (sync === undefined) started.delete(worker);
    else sync[name] = call;
  }
}

/** Adds the tag of a named worker. @param {string} src @param {string} name @param {string | null} config @param {string} type */
function create(src, name, config, type) {
  const tag = Object.assign(document.createElement('script'), { type, src });
  tag.toggleAttribute('worker', true);
  tag.setAttribute('name', name);
  if (config) tag.setAttribute('config', config);
  document.body.append(tag);
}
