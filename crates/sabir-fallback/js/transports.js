// @ts-check
// Which transport a link has: the fastest that the browser, the page's headers and the user allow.

import { native } from './sharing.js';

/** Every transport, in order of preference. */
const ORDER = ['atomics', 'mailbox', 'service-worker', 'message'];

/** Set while the page is loaded anew, so that a browser that is not helped by it does so once. */
const RELOADED = 'sabir:reloaded';

/** Looks at an API whose very look throws on a page that is sandboxed, or may keep no data. @template T @param {() => T} look */
function permitted(look) {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** Whether the page's workers are a service worker's from their first request on. */
const controlled = permitted(() => navigator.serviceWorker.controller) != null;

/** @typedef {import('./carrier').PageTransport & { memory?: SharedArrayBuffer }} PageTransport */
/** @typedef {{ name: string, half: PageTransport }} Transport a transport's name, and the page's half of it */

/** The half of a transport that needs none. @type {PageTransport} */
const NONE = { offer: {}, answer: () => false, close() {} };

/**
 * @typedef {object} TransportOptions
 * @property {string[]} [transports] those that may be used
 * @property {string[]} [exclude] those that may not
 * @property {string | URL} [serviceWorker] the script of the service worker
 * @property {boolean} [reload] `false`: the page is never loaded anew
 */

/**
 * @typedef {object} PageCallbacks
 * @property {number} bytes the most that a packet has
 * @property {() => void} lost called when answers were lost
 * @property {(why: string) => void} failed called when a worker that waits can be answered no more
 * @property {() => SharedArrayBuffer} [share] makes the memory of a link
 */

/** The page's half of each, loaded on demand; each throws why it cannot work. @type {Record<string, (options: TransportOptions, callbacks: PageCallbacks, claim: boolean) => Promise<PageTransport>>} */
const PAGE_TRANSPORTS = {
  async atomics(_, { share }) {
    try {
      return { ...NONE, memory: share?.() };
    } catch (error) {
      throw new Error(`the browser refuses its memory: ${error}`);
    }
  },
  async mailbox(_, callbacks) {
    await refuseOpaque();
    return (await import('./mailbox.js')).serve(callbacks);
  },
  async 'service-worker'({ serviceWorker: script }, { lost }, claim) {
    if (script === undefined)
      throw new Error('no `serviceWorker` option names its script; `npx sabir sw.js` writes one to host');
    await refuseOpaque();
    const { identify, serve } = await import('./service-worker.js');
    const secret = crypto.getRandomValues(new Uint8Array(32));
    const link = await identify(secret);
    const half = await serve({ script, link, secret, lost, claim });
    return { ...half, offer: { scope: half.scope, link, secret } };
  },
  message: async () => NONE,
};

/** A page without an origin has no files and no service workers; some browsers leave it waiting for them. */
async function refuseOpaque() {
  if (globalThis.origin === 'null') throw new Error((await import('./reasons.js')).OPAQUE);
}

/** @param {TransportOptions} options @throws {TypeError} if one is named that does not exist */
export function checkOptions(options) {
  for (const list of [options.transports, options.exclude])
    if (list !== undefined && !Array.isArray(list))
      throw new TypeError(`the options \`transports\` and \`exclude\` take lists, not \`${String(list)}\``);
  for (const name of [...(options.transports ?? []), ...(options.exclude ?? [])]) {
    if (!ORDER.includes(name)) throw new TypeError(`there is no transport \`${name}\`; there are ${ORDER.join(', ')}`);
  }
  return options;
}

/** The transports of one link, from the best on. */
export class Transports {
  #options;
  #callbacks;
  /** Whether the service worker is to claim the worker. */
  #claims = false;
  /** Why those were not taken that stand before the one that was. @type {Record<string, string>} */
  passedOver = {};

  /** @param {TransportOptions} options @param {PageCallbacks} callbacks */
  constructor(options, callbacks) {
    this.#options = options;
    this.#callbacks = callbacks;
  }

  /** The best that is left, and the page's half of it. @returns {Promise<Transport | undefined>} */
  async next() {
    // The headers are asked for while the next transports are tried.
    const looking = this.#lookAtMemory().catch(() => {});
    const found = await this.#best();
    await looking;
    return found;
  }

  async #lookAtMemory() {
    if (native || !this.#wants('atomics') || 'atomics' in this.passedOver) return;
    this.passOver('atomics', 'the page has no shared memory');
    const { whyNotShared } = await import('./reasons.js');
    this.passOver('atomics', await whyNotShared());
  }

  /** @param {string} name */
  #wants(name) {
    const { transports = ORDER, exclude = [] } = this.#options;
    return transports.includes(name) && !exclude.includes(name);
  }

  async #best() {
    for (const name of ORDER) {
      if (name in this.passedOver) continue;
      if (!this.#wants(name)) this.passOver(name, 'the options leave it out');
      else {
        try {
          return { name, half: await PAGE_TRANSPORTS[name](this.#options, this.#callbacks, this.#claims) };
        } catch (error) {
          this.passOver(name, error instanceof Error ? error.message : String(error));
        }
      }
    }
    return undefined;
  }

  /** @param {string} name @param {string} why */
  passOver(name, why) {
    this.passedOver[name] = why;
  }

  /** The worker cannot take its half; true if the page is loaded anew for its sake. @param {string} name @param {string} why */
  decline(name, why) {
    // WebKit gives workers that start at once one script, and the service worker only the first of them.
    if (name === 'service-worker' && !this.#claims) {
      this.#claims = true;
      return false;
    }
    this.passOver(name, why);
    // In Firefox no service worker claims a Blob's worker that runs (https://github.com/w3c/ServiceWorker/issues/1554).
    if (name !== 'service-worker' || controlled || this.#options.reload === false) return false;
    // Without a note of it the page would be loaded anew for ever.
    const noted = permitted(() => !sessionStorage.getItem(RELOADED) && (sessionStorage.setItem(RELOADED, why), true));
    if (noted) location.reload();
    return noted === true;
  }

  /** The worker has taken its half. */
  taken() {
    permitted(() => sessionStorage.removeItem(RELOADED));
  }
}
