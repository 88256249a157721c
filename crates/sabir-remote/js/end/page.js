// @ts-check
// The ends of pages: they must not block, and events wait for their listeners in workers.

import { requestFromPage } from './at-once.js';
import { Listeners } from './listeners.js';

/** Makes an end a page's. @param {import('./end.js').LinkEnd} end */
export function actAsPage(end) {
  const listeners = new Listeners(end);
  end.request = (operation, handle, first, second) => requestFromPage(end, operation, handle, first, second);
  end.callerOf = (handle) => listeners.proxyOf(handle);
}
