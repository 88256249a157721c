// @ts-check
// Named workers of the page, as this worker reaches them: by a link of its own, or through the page where no memory is shared.

import { callLater } from 'sabir:workers-end';
import { FIND, RELAY } from '../shared/messages.js';

/** Interpreters look for these on whatever they are given. */
const PROBES = new Set(['__dict__', 'constructor', 'get', 'has', 'includes', 'next', 'set', 'then']);

/** The worker's exports as async functions. @param {import('./link.js').Link} link @param {string} name */
export async function findWorker(link, name) {
  const linked = await link.later(FIND, [name]);
  const call = await caller(link, name, linked);
  return new Proxy(Object.create(null), {
    get: (_, key) =>
      typeof key !== 'string' || PROBES.has(key) ? undefined : (/** @type {any[]} */ ...args) => call(key, args),
  });
}

/** @param {import('./link.js').Link} link @param {string} name @param {string} linked */
async function caller(link, name, linked) {
  if (!link.members.native)
    return (/** @type {string} */ key, /** @type {any[]} */ args) => link.later(RELAY, [name, key, ...args]);
  const peer = await link.peerOf(linked);
  return (/** @type {string} */ key, /** @type {any[]} */ args) => callLater(peer, key, args);
}
