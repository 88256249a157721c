// @ts-check
// The service worker's half: keeps what a page sends to a blocked worker until the worker's request comes for it.
// One classic file, so that it can be copied beside a page, and imported into a service worker that does more: what is not
// ours passes by, and it takes over pages only when one of ours asks for it.
// Registered as `sw.js?isolate`, it also gives pages and workers the headers that allow shared memory.

'use strict';

// A page has it too, in `coi.js`.
if (typeof document === 'undefined') {
  /** Of this file and the page's half: this one was copied at some time, and may be older. */
  const PROTOCOL = 3;
  const WAIT = '/sabir-wait?';
  /** How long a request is held at most: browsers stop a service worker whose events take minutes. */
  const HOLD_MS = 4000;
  /** How long the page of a link has to come forward. */
  const SEARCH_MS = 1000;

  /** @type {any} Its type is in a library of TypeScript's that excludes the page's. */
  const scope = globalThis;

  /** The text of a header, or a body. @typedef {string | ArrayBuffer} Packet */

  /** In place of a packet. */
  const NONE = 'none';

  /** By their ids. @type {Map<string, Link>} */
  const links = new Map();
  /** Links whose pages are asked to come forward. @type {Map<string, PromiseWithResolvers<Link | undefined>>} */
  const searches = new Map();

  /** A link, and the page that serves it. */
  class Link {
    key;
    #id;
    #port;
    /** By which short packets come where it is faster than the port. @type {BroadcastChannel | undefined} */
    #channel;
    #client;
    /** The page's last packet, if no request came for it yet. @type {Packet | undefined} */
    #kept;
    /** Answers the request that is held. @type {((packet: Packet) => void) | undefined} */
    #answer;
    #isTimed = false;

    /** @param {string} id @param {string} key @param {MessagePort} port @param {string} client @param {string} [channel] */
    constructor(id, key, port, client, channel) {
      this.key = key;
      this.#id = id;
      this.#port = port;
      this.#client = client;
      port.onmessage = ({ data }) => (data === 'closed' ? this.close() : this.#receive(data));
      if (channel === undefined) return;
      this.#channel = new BroadcastChannel(channel);
      this.#channel.onmessage = ({ data }) => this.#receive(data);
    }

    /** The page's next packet. @param {boolean} holds whether it is waited for @returns {Packet | Promise<Packet>} */
    next(holds) {
      // Its worker has given up what is held: it asks one thing at a time.
      this.#end(NONE);
      const kept = this.#kept;
      this.#kept = undefined;
      if (kept !== undefined || !holds) return kept ?? NONE;
      return new Promise((resolve) => {
        this.#answer = resolve;
        // One for all that come meanwhile, in place of one that each sets and clears.
        if (!this.#isTimed) setTimeout(() => this.#expire(), HOLD_MS);
        this.#isTimed = true;
      });
    }

    /** The worker may have missed a packet. */
    lost() {
      this.#port.postMessage('lost');
    }

    /** A newer packet has all that those before it had, unless they have arrived. @param {Packet} packet */
    #receive(packet) {
      if (this.#answer === undefined) this.#kept = packet;
      else this.#end(packet);
    }

    /** Ends the request that is held. @param {Packet} packet */
    #end(packet) {
      this.#answer?.(packet);
      this.#answer = undefined;
    }

    async #expire() {
      this.#isTimed = false;
      this.#end(NONE);
      // A page that crashed has not closed its link.
      if ((await scope.clients.get(this.#client)) === undefined) this.close();
    }

    close() {
      this.#end(NONE);
      this.#port.close();
      this.#channel?.close();
      if (links.get(this.#id) === this) links.delete(this.#id);
    }
  }

  /** Takes the port of a page that knows the link's secret. @param {any} event */
  async function serve({ data: { protocol, link: id, secret, claim, channel }, ports: [port], source }) {
    if (protocol !== PROTOCOL)
      return port.postMessage(`refused: it is of protocol ${PROTOCOL}, the page of ${protocol}`);
    if (id !== (await identify(secret))) return port.postMessage('refused: the secret is not of this link');
    if (claim) await scope.clients.claim();
    links.get(id)?.close();
    const link = new Link(id, hex(secret), port, source.id, channel);
    links.set(id, link);
    port.postMessage('served');
    searches.get(id)?.resolve(link);
  }

  /** @param {Uint8Array} bytes */
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

  /** A link's id: what all may know of its secret. @param {Uint8Array<ArrayBuffer>} secret */
  const identify = async (secret) => hex(new Uint8Array(await crypto.subtle.digest('SHA-256', secret)));

  /** Asks all windows for a link: a browser that stopped us has dropped their ports. @param {string} id */
  async function search(id) {
    let search = searches.get(id);
    if (search === undefined) {
      searches.set(id, (search = Promise.withResolvers()));
      setTimeout(search.resolve, SEARCH_MS);
      for (const client of await scope.clients.matchAll({ includeUncontrolled: true, type: 'window' }))
        client.postMessage({ type: 'sabir:who', link: id });
    }
    const link = await search.promise;
    searches.delete(id);
    return link;
  }

  /** Answers a worker's request: the link's id, its secret, `wait` or `look`, and whether the last answer was lost. @param {string} query */
  async function answer(query) {
    const [id, key, ask, again] = query.split('&');
    const link = links.get(id) ?? (await search(id));
    if (link === undefined) return response('nobody');
    if (link.key !== key) return response('refused');
    if (again !== undefined) link.lost();
    return response(await link.next(ask === 'wait'));
  }

  /** @param {Packet} packet */
  const response = (packet) =>
    typeof packet === 'string'
      ? new Response(null, { headers: { 'x-sabir': packet } })
      : new Response(packet, { headers: { 'x-sabir': 'body' } });

  /** The value of the header that isolates, if we are to send it. */
  const policy = new URLSearchParams(location.search).get('isolate');
  /** @type {Record<string, string>} */
  const ISOLATION = {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': policy || 'credentialless',
  };

  /** Only what runs scripts of its own is isolated: what it embeds passes by. @param {Request} request */
  const isolates = ({ mode, destination, cache }) =>
    (mode === 'navigate' || destination.endsWith('worker')) && cache !== 'only-if-cached';

  /** @param {Request} request */
  async function isolated(request) {
    const response = await fetch(request);
    // A redirect, which the browser follows.
    if (response.status === 0) return response;
    const headers = new Headers(response.headers);
    for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
    const { status, statusText } = response;
    return new Response([204, 205, 304].includes(status) ? null : response.body, { status, statusText, headers });
  }

  addEventListener('fetch', (/** @type {any} */ event) => {
    const { request } = event;
    const at = request.method === 'POST' ? request.url.indexOf(WAIT) : -1;
    // A form of another site can post to this URL, too.
    if (at >= 0 && request.mode !== 'navigate') {
      event.stopImmediatePropagation();
      event.respondWith(answer(request.url.slice(at + WAIT.length)));
    } else if (policy !== null && isolates(request)) {
      event.stopImmediatePropagation();
      event.respondWith(isolated(request));
    }
  });

  addEventListener('message', (/** @type {any} */ event) => {
    const type = event.data?.type;
    if (type === 'sabir:serve') event.waitUntil(serve(event));
    else if (type === 'sabir:activate') event.waitUntil(scope.skipWaiting());
    else return;
    event.stopImmediatePropagation();
  });
}
