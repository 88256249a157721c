// @ts-check
// The transport by a service worker, where memory is not shared: a worker posts its packet to the page, and then makes a
// request that blocks it until the service worker has the page's. Here are the page's half and the worker's; `sw.js` stands
// in between. A packet is a header's text, `=` and base64, or a body: a response's body costs Chromium a third of the trip.

import { sleep } from './sleep.js';

/** Of this file and `sw.js`, which was copied at some time. */
const PROTOCOL = 3;
/** The most bytes that travel in a header: from there on base64 costs what it saves. */
const HEADER_BYTES = 1024;
/** How long a service worker that may not be ours has to answer. */
const PING_MS = 2000;
/** How long ours has, on a busy machine. */
const START_MS = 10_000;
/** How long a request takes at most: the service worker holds it for less. */
const REQUEST_MS = 30_000;
/** How often in a row a request may fail, and how long the worker rests after the first time. */
const FAILURES = 3;
const REST_MS = 100;
/** How often in a row there may be no page, after a second each: one that computes does not come forward. */
const SEARCHES = 10;

/**
 * Whether short packets have a channel, which only who knows the secret can name. In WebKit a port's message waits until its
 * receiver has asked the network process for it (`takeAllMessagesForPort`), a channel's is sent to it; elsewhere ports are faster.
 */
const HAS_CHANNEL = globalThis.navigator?.vendor === 'Apple Computer, Inc.';

const WRITE = '`npx sabir FILE` writes it; in Rust, its text is `sabir::SERVICE_WORKER`';

/** @param {Uint8Array} bytes */
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

/** @param {string} header */
function unpacked(header) {
  const units = atob(header.slice(1));
  const packet = new Uint8Array(units.length);
  for (let index = 0; index < units.length; index++) packet[index] = units.charCodeAt(index);
  return packet;
}

/** @param {Uint8Array} bytes */
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** A link's id: what all may know of its secret. @param {Uint8Array<ArrayBuffer>} secret */
export const identify = async (secret) => hex(new Uint8Array(await crypto.subtle.digest('SHA-256', secret)));

/**
 * @typedef {object} Service
 * @property {string | URL} script the service worker's file; registered, unless one that has it inside is there
 * @property {string} link what `identify` gives for the secret
 * @property {Uint8Array<ArrayBuffer>} secret
 * @property {boolean} [claim] has the service worker take workers over that it does not have
 * @property {() => void} lost called when the worker may have missed a packet
 */

/** The page's half: serves a link until it is closed. @param {Service} service */
export async function serve({ script, ...service }) {
  const container = serviceWorkers();
  const served = new Served(container, service);
  let worker = container.controller ?? (await container.getRegistration())?.active;
  if (worker == null || (await served.offer(worker, PING_MS)) !== 'served') {
    worker = await install(container, new URL(script, location.href).href);
    const said = await served.offer(worker, START_MS);
    if (said !== 'served') throw new Error(`${worker.scriptURL} does not serve: ${said ?? 'it is silent'}; ${WRITE}`);
  }
  return {
    /** Gives the worker's request a packet: the one that is held, or the next. @param {Uint8Array} packet */
    answer: (packet) => served.answer(packet),
    close: () => served.close(),
    /** A URL by which the worker's half reaches the service worker. */
    scope: worker.scriptURL,
  };
}

/** A link that the page serves. */
class Served {
  #container;
  #service;
  /** @type {ServiceWorker | undefined} */
  #worker;
  /** @type {MessagePort | undefined} */
  #port;
  /** @type {BroadcastChannel | undefined} */
  #channel;
  #closed = false;

  /** @param {ServiceWorkerContainer} container @param {Omit<Service, 'script'>} service */
  constructor(container, service) {
    this.#container = container;
    this.#service = service;
  }

  /** Has a service worker take the link; gives what it said. @param {ServiceWorker} worker @param {number} limitMs */
  async offer(worker, limitMs) {
    const { link, secret } = this.#service;
    const { port1, port2 } = new MessageChannel();
    // After a hard reload, say; what it claims are the page's workers, too.
    const claim = this.#service.claim || this.#container.controller === null;
    const channel = HAS_CHANNEL ? `sabir:${hex(secret)}` : undefined;
    worker.postMessage({ type: 'sabir:serve', protocol: PROTOCOL, link, secret, claim, channel }, [port2]);
    /** @type {string | undefined} */
    const said = await within(limitMs, (done) => (port1.onmessage = ({ data }) => done(data)));
    if (said !== 'served' || this.#closed) {
      port1.postMessage('closed');
      port1.close();
    } else {
      const before = this.#port;
      this.#worker = worker;
      this.#port = port1;
      if (channel !== undefined) this.#channel ??= new BroadcastChannel(channel);
      port1.onmessage = ({ data }) => {
        if (data === 'lost') this.#service.lost();
      };
      before?.close();
      // Packets that another service worker kept went with it.
      if (before !== undefined) this.#service.lost();
      this.#container.addEventListener('message', this.#comeForward);
      this.#container.startMessages();
      addEventListener('pagehide', this.#leave);
    }
    return said;
  }

  /** @param {Uint8Array} packet */
  answer(packet) {
    if (packet.byteLength <= HEADER_BYTES) {
      (this.#channel ?? this.#port)?.postMessage(`=${base64(packet)}`);
    } else {
      const { buffer } = packet.slice();
      this.#port?.postMessage(buffer, [buffer]);
    }
    return true;
  }

  /** A browser stops service workers; one that was started again asks for the link. @param {MessageEvent} event */
  #comeForward = ({ data, source }) => {
    if (data?.type !== 'sabir:who' || data.link !== this.#service.link) return;
    const worker = /** @type {ServiceWorker} */ (source);
    const known = [this.#worker?.scriptURL, this.#container.controller?.scriptURL];
    // Any other is not told the secret.
    if (known.includes(worker.scriptURL)) void this.offer(worker, START_MS);
  };

  /** @param {PageTransitionEvent} event */
  #leave = ({ persisted }) => {
    // A page that is kept in the back/forward cache comes back.
    if (!persisted) this.close();
  };

  close() {
    this.#closed = true;
    this.#container.removeEventListener('message', this.#comeForward);
    removeEventListener('pagehide', this.#leave);
    this.#port?.postMessage('closed');
    this.#port?.close();
    this.#channel?.close();
  }
}

/** Gives what `begin` hands to its callback, or undefined after the limit. @param {number} ms @param {(done: (value: any) => void) => void} begin */
const within = (ms, begin) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
    begin(resolve);
  });

function serviceWorkers() {
  if (!isSecureContext)
    throw new Error('service workers need a secure context: serve the page over https, or from localhost');
  const { serviceWorker } = navigator;
  if (serviceWorker === undefined)
    throw new Error('the browser has no service workers here: it may be a private window, or set to keep no data');
  return serviceWorker;
}

/** Installations in progress, by script. @type {Map<string, Promise<ServiceWorker>>} */
const installing = new Map();

/** @param {ServiceWorkerContainer} container @param {string} script */
function install(container, script) {
  let worker = installing.get(script);
  if (worker === undefined) {
    worker = installed(container, script).finally(() => installing.delete(script));
    installing.set(script, worker);
  }
  return worker;
}

/** Registers a service worker, or brings it up to date. @param {ServiceWorkerContainer} container @param {string} script */
async function installed(container, script) {
  const scope = new URL('./', script).href;
  /** @type {ServiceWorkerRegistration | undefined} */
  let own;
  for (const url of [scope, location.href]) {
    const present = await container.getRegistration(url);
    if (present === undefined || present.scope.length < scope.length) continue;
    const other = (present.installing ?? present.waiting ?? present.active)?.scriptURL;
    if (other !== script)
      throw new Error(
        `${present.scope} has a service worker, ${other}: have it import ours, \`importScripts('${script}')\``,
      );
    own = present;
  }
  // One that is there serves even if the server is not to be reached.
  await own?.update().catch(() => {});
  const register = () =>
    container.register(script).catch(async (error) => {
      throw new Error(await whyNot(script, error), { cause: error });
    });
  const registration = own ?? (await register());
  const worker = /** @type {ServiceWorker} */ (registration.installing ?? registration.waiting ?? registration.active);
  worker.postMessage({ type: 'sabir:activate' });
  while (worker.state !== 'activated') {
    if (worker.state === 'redundant')
      throw new Error(`${script} was not installed: the browser's console has its error`);
    await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }));
  }
  return worker;
}

/** Why it cannot be registered: browsers do not say. @param {string} script @param {Error} error */
async function whyNot(script, { message }) {
  const answer = await fetch(script, { cache: 'no-store' }).catch(() => undefined);
  const type = answer?.headers.get('content-type') ?? '';
  if (answer?.ok === false) return `there is no service worker at ${script} (${answer.status}): ${WRITE}`;
  if (answer?.ok && !/\b(java|ecma)script\b/.test(type))
    return `${script} is sent as «${type}», in place of text/javascript`;
  return `${script} cannot be registered: ${message}`;
}

/** Taken before a runtime replaces it. */
const { XMLHttpRequest } = globalThis;

/**
 * The worker's half. The service worker gives up a request after some seconds; whoever calls asks again.
 * @param {object} offer
 * @param {string | URL} offer.scope any URL of the service worker's: what the page's half has as `scope`
 * @param {string} offer.link
 * @param {Uint8Array<ArrayBuffer>} offer.secret
 * @param {(packet: Uint8Array) => void} post sends a packet to the page
 * @returns {import('./carrier').SwapPackets}
 */
export function exchanger({ scope, link, secret }, post) {
  const place = new URL('sabir-wait', scope).href;
  const url = `${place}?${link}&${hex(secret)}&`;
  let [met, failures, searches] = [false, 0, 0];
  // Whether the last request may have ended without the packet that answered it.
  let again = false;

  return (packet, limitMs) => {
    const end = performance.now() + limitMs;
    do {
      const ask = `${limitMs > 0 ? 'wait' : 'look'}${again ? '&again' : ''}`;
      const opened = open(url + ask, limitMs > 0 ? end - performance.now() : REQUEST_MS);
      // No sooner: to open it Firefox waits for the page, which would serve the packet first.
      if (packet !== undefined) post(packet);
      packet = undefined;
      const { said, status, body } = send(opened);
      again = said === null || said === 'late';
      if (said === 'late') return undefined;
      if (said !== null) [met, failures] = [true, 0];
      if (said !== 'nobody') searches = 0;
      switch (said) {
        case 'body':
          return body;
        case 'none':
          return undefined;
        case 'nobody':
          if (++searches < SEARCHES) return undefined;
          throw new Error('no page serves the link: it was closed, or has computed for too long without a break');
        case 'refused':
          throw new Error('the service worker refuses the link: the page has another secret for it');
        case null:
          if (++failures === FAILURES) throw new Error(whyLost(place, status, met));
          sleep(REST_MS * failures);
          break;
        default:
          return unpacked(said);
      }
    } while (performance.now() < end);
    return undefined;
  };
}

/** A request. All that it says is in its URL: in Firefox each header costs a trip to the page. @param {string} url @param {number} limitMs */
function open(url, limitMs) {
  const request = new XMLHttpRequest();
  request.open('POST', url, false);
  request.responseType = 'arraybuffer';
  // Zero would be no limit.
  request.timeout = Math.max(1, Math.min(limitMs, REQUEST_MS));
  return request;
}

/** Makes a request, and blocks until it is answered. @param {XMLHttpRequest} request */
function send(request) {
  try {
    request.send();
  } catch (/** @type {any} */ error) {
    if (error.name === 'TimeoutError') return { said: 'late', status: 0 };
  }
  const said = request.getResponseHeader('x-sabir');
  return { said, status: request.status, body: said === 'body' ? new Uint8Array(request.response) : undefined };
}

/** @param {string} url @param {number} status @param {boolean} met whether the service worker has answered before */
function whyLost(url, status, met) {
  if (status === 0)
    return `${url} cannot be reached: a Content-Security-Policy has to allow it to the worker (\`connect-src 'self'\`); else the browser's console says why`;
  const why = met
    ? 'it was removed'
    : 'it has the workers that are loaded from its folder or below, and those from Blobs that start after it';
  return `${url} is answered by the server (${status}), not by the service worker: ${why}; load the page anew`;
}
