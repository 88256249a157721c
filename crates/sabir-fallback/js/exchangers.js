// @ts-check
// The worker's half of each transport that can block. They are in the worker's one file: it may run from a Blob, from
// where nothing more can be loaded.

import * as mailbox from './mailbox.js';
import * as serviceWorker from './service-worker.js';

/** How long the page, busy as it may be, has to answer the worker's first question, in ms. */
const TRIAL_MS = 10_000;

/** Each takes what the page offers, and fails if it cannot. @type {Record<string, (offer: any, post: (packet: Uint8Array) => void) => Promise<import('./carrier').Exchange>>} */
export const EXCHANGERS = {
  mailbox: mailbox.exchanger,
  async 'service-worker'(offer) {
    const exchange = serviceWorker.exchanger(offer);
    exchange(undefined, TRIAL_MS);
    return exchange;
  },
};
