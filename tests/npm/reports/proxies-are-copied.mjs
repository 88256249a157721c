// @ts-check
// Frameworks have proxies where one expects objects: they are copied as what they show.
import { same } from '../suite.mjs';

export const source = 'https://github.com/QwikDev/partytown/issues/580';

/** @param {any} worker */
export function page(worker) {
  worker.proxy.echo = (/** @type {any} */ value) => value;
}

/** @param {any} library */
export const run = ({ proxy }) => same(proxy.echo({ state: new Proxy({ a: 1 }, {}) }), { state: { a: 1 } });
