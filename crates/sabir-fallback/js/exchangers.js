// @ts-check
// The worker's half of each transport that can block. They are in the worker's one file: it may run from a Blob, from
// where nothing more can be loaded.

import * as mailbox from './mailbox.js';
import * as serviceWorker from './service-worker.js';

/** How long the page, busy as it may be, has to answer a trial, in ms. */
const TRIAL_MS = 3000;

/** @typedef {import('./carrier').SwapPackets} SwapPackets */
/** @type {Record<string, (offer: any, post: (packet: Uint8Array) => void) => SwapPackets | Promise<SwapPackets>>} */
const EXCHANGERS = { mailbox: mailbox.exchanger, 'service-worker': serviceWorker.exchanger };

/**
 * Takes what the page offers, and tries it; nothing if the transport cannot block.
 * @param {string} transport @param {any} offer @param {(packet: Uint8Array) => void} post
 * @throws if the page does not hear of the trial, or is not heard
 */
export async function exchanger(transport, offer, post) {
  const swapPackets = await EXCHANGERS[transport]?.(offer, post);
  if (swapPackets !== undefined && swapPackets(new Uint8Array(), TRIAL_MS) === undefined)
    throw new Error(`this browser, or a page that computes, did not answer a trial of it within ${TRIAL_MS} ms`);
  return swapPackets;
}
