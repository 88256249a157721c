// @ts-check
// A page that gives back the packets of a worker, by a service worker. The tests begin its actions, and watch `state`.
import { identify, serve } from '/sabir/service-worker.js';

/** @type {{ outcome: any, calls: number, losses: number, delayMs: number, link: string }} */
const state = { outcome: undefined, calls: 0, losses: 0, delayMs: 0, link: '' };
/** @type {Worker} */
let worker;
/** @type {Awaited<ReturnType<typeof serve>>} */
let served;

/** The next message of a worker, or its error. @param {Worker} worker @param {object} message @returns {Promise<any>} */
const ask = (worker, message) =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.packet === undefined ? resolve(data) : received(data.packet));
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(message);
  });

/** A worker for a link, of its file or a Blob. @param {object} link @param {boolean} [blob] */
async function workerFor(link, blob = false) {
  const url = new URL('service-worker-worker.mjs', location.href);
  const text = `import ${JSON.stringify(url)}`;
  const own = new Worker(blob ? URL.createObjectURL(new Blob([text], { type: 'text/javascript' })) : url, {
    type: 'module',
  });
  await ask(own, { link, page: location.origin });
  return own;
}

const actions = {
  /** @param {string} [script] @param {boolean} [blob] */
  async open(script = '/sw.js', blob) {
    const secret = crypto.getRandomValues(new Uint8Array(32));
    const link = await identify(secret);
    served = await serve({ script, link, secret, lost });
    worker = await workerFor({ scope: served.scope, link, secret }, blob);
    state.link = link;
    return 'open';
  },
  /** Starts the worker before there is a service worker. @param {boolean} blob */
  async openLate(blob) {
    const secret = crypto.getRandomValues(new Uint8Array(32));
    const link = await identify(secret);
    worker = await workerFor({ scope: new URL('/', location.href).href, link, secret }, blob);
    served = await serve({ script: '/sw.js', link, secret, lost });
    return 'open';
  },
  /** Has the worker send packets, and compare what comes back. @param {number} bytes @param {number} count */
  echo: (bytes, count) => ask(worker, { bytes, count }),
  /** Has the worker ask once, with a limit. @param {number} limitMs */
  ask: (limitMs) => ask(worker, { limitMs }),
  /** Has the worker give up a request, and ask again later. @param {number} restMs */
  giveUp: (restMs) => ask(worker, { restMs }),
  close: async () => served.close(),
  /** A worker that has another secret than the page of the link. @param {string} link */
  async forgedRequest(link) {
    const secret = crypto.getRandomValues(new Uint8Array(32));
    return ask(await workerFor({ scope: new URL('/sw.js', location.href).href, link, secret }), { bytes: 8, count: 1 });
  },
  /** The answer to a page that offers itself for a link without its secret. @param {string} link */
  async forgedPage(link) {
    const { port1, port2 } = new MessageChannel();
    const { active } = await navigator.serviceWorker.ready;
    const secret = crypto.getRandomValues(new Uint8Array(32));
    const claimed = { type: 'sabir:serve', protocol: 3, link, secret };
    /** @type {ServiceWorker} */ (active).postMessage(claimed, [port2]);
    return new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
  },
  /** Replaces the service worker by another one. @param {string} script */
  async replace(script) {
    const { installing } = await navigator.serviceWorker.register(script);
    const worker = /** @type {ServiceWorker} */ (installing);
    worker.postMessage({ type: 'sabir:activate' });
    while (worker.state !== 'activated') await new Promise((resolve) => (worker.onstatechange = resolve));
    return 'replaced';
  },
  unregister: async () => (await navigator.serviceWorker.ready).unregister(),
  /** How often a service worker was registered here. */
  registrations: async () => (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope),
};

/** @type {Uint8Array | undefined} */
let answered;

/** @param {Uint8Array} packet */
function received(packet) {
  state.calls += 1;
  // A forged request has no link here.
  const answer = () => served?.answer((answered = packet));
  if (state.delayMs === 0) answer();
  else setTimeout(answer, state.delayMs);
}

/** The worker may have missed an answer. */
function lost() {
  state.losses += 1;
  if (answered !== undefined) served.answer(answered);
}

/** @param {keyof typeof actions} name @param {any[]} args */
function begin(name, ...args) {
  state.outcome = undefined;
  const action = /** @type {(...args: any[]) => Promise<any>} */ (actions[name]);
  action(...args).then(
    (outcome) => (state.outcome = outcome ?? null),
    (error) => (state.outcome = String(error)),
  );
}

Object.assign(globalThis, { state, begin });
