// @ts-check
// Our end of the link in a worker. Bundled by itself: private members of the package get short names in it.

import join from '/sabir/window/worker.js';
import { joined } from '/sabir/opening/worker.js';
import { GLANCING } from './glances.js';

/**
 * What `sabir` gives a worker, and the ends of its links.
 * @param {any} options
 */
export async function joinPage(options) {
  const { end, channel, peers } = await joined;
  end.handlers = GLANCING;
  return { members: await join(options), end, channel, peers };
}
