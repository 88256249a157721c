// @ts-check
// Starts a worker, and is its first code: it runs before there is wasm that could, so it cannot be Rust.
//
// The package's own glue is the worker's script. It imports this module, which then waits for the start message:
// so a worker needs no file but the package's, no Blob that a Content Security Policy might refuse, and no bundler.

/**
 * @typedef {object} Start what the page tells a new worker
 * @property {'sabir:start'} type
 * @property {string} glue URL of the package's JS
 * @property {string} entry the program's name
 * @property {WebAssembly.Module | undefined} module the compiled package, where it is the page's own
 * @property {SharedArrayBuffer | undefined} link
 * @property {string} lock name of a lock that the worker holds for as long as it lives
 * @property {boolean} byMessage wake this worker by message only
 * @property {{type: 'sabir:doorbell'}} doorbell the message that wakes the other realm
 */

/**
 * @typedef {object} Offer what it also tells where memory is not shared, and again when the worker has declined
 * @property {string} transport
 * @property {object} offer what the worker needs to take its half
 * @property {string} exchangers URL of the module that takes it
 * @property {number} ringBytes
 */

const PREFIX = 'sabir:';

/**
 * @param {Start} start
 * @returns {Worker}
 */
export function spawn(start) {
  const { origin, href } = new URL(start.glue, globalThis.document?.baseURI ?? location.href);
  const options = /** @type {const} */ ({ type: 'module', name: PREFIX + start.entry });
  // The script of a worker must be of the page's origin; what it imports need not be.
  const wrapper = () => new Blob([`import ${JSON.stringify(href)};`], { type: 'text/javascript' });
  const url = origin === location.origin ? href : URL.createObjectURL(wrapper());
  const worker = new Worker(url, options);
  // It is loaded once it says hello, or fails; the page's own URL is none to revoke, which does nothing.
  const revoke = () => URL.revokeObjectURL(url);
  worker.addEventListener('error', revoke, { once: true });
  // Only a worker that listens is told: a message that comes while its script still awaits an import is lost.
  worker.addEventListener('message', function hello({ data }) {
    if (data?.type !== 'sabir:hello') return;
    worker.removeEventListener('message', hello);
    revoke();
    worker.postMessage({ ...start, glue: href });
  });
  return worker;
}

/**
 * Has `granted` called once nobody holds the lock; never, where there are no locks.
 * @param {string} name @param {() => void} granted
 */
export function awaitLock(name, granted) {
  void navigator.locks?.request(name, granted).catch(() => {});
}

/** @param {MessageEvent<Start>} event */
async function run({ data: start }) {
  let stage = 'load';
  /** @param {unknown} error */
  const fail = (error) => {
    postMessage({ type: 'sabir:failed', stage, message: error instanceof Error ? error.message : String(error) });
  };
  // A trap in a promise's callback reaches neither the catch below nor the page's `error` event.
  addEventListener('unhandledrejection', ({ reason }) => {
    if (reason instanceof WebAssembly.RuntimeError) fail(reason);
  });
  try {
    const glue = await import(start.glue);
    stage = 'init';
    await glue.default({ module_or_path: start.module });
    const program = glue[`__sabir_worker_${start.entry}`];
    stage = 'entry';
    if (typeof program !== 'function') throw new Error(`no program "${start.entry}"`);
    const carrier = start.link === undefined ? await take(/** @type {any} */ (start)) : undefined;
    if (!(await holdLock(start.lock))) sayClosing(fail);
    postMessage({ type: 'sabir:entered' });
    stage = 'program';
    await program({ ...start, carrier });
    postMessage({ type: 'sabir:returned' });
  } catch (error) {
    fail(error);
  }
}

/**
 * Takes the worker's half of the transport that the page offers; of the next one if it cannot.
 * @param {Offer} offer
 * @returns {Promise<object>} the tunnel's carrier
 */
async function take({ transport, offer, exchangers }) {
  /** @param {Uint8Array} packet */
  const post = (packet) => postMessage({ type: 'sabir:packet', packet }, /** @type {any} */ ([packet.buffer]));
  try {
    const { exchanger } = await import(exchangers);
    return { post, exchange: await exchanger(transport, offer, post) };
  } catch (error) {
    const next = new Promise((resolve) => {
      addEventListener('message', ({ data }) => resolve(data), { once: true });
    });
    postMessage({ type: 'sabir:declined', why: error instanceof Error ? error.message : String(error) });
    return take(await next);
  }
}

/**
 * Takes a lock that ends with this realm, however it ends: so the page learns of a `close()` or a crash.
 * @param {string} name
 * @returns {Promise<boolean>} whether it is held: a browser may have no locks
 */
function holdLock(name) {
  return new Promise((held) => {
    const hold = () => (held(true), new Promise(() => {}));
    (navigator.locks?.request(name, hold) ?? Promise.reject()).catch(() => held(false));
  });
}

/** Has the page learn of a `close()` at least. @param {(error: unknown) => void} fail */
function sayClosing(fail) {
  const close = globalThis.close.bind(globalThis);
  globalThis.close = () => {
    fail('its realm ended: it closed itself');
    close();
  };
}

if (typeof DedicatedWorkerGlobalScope !== 'undefined' && self.name.startsWith(PREFIX)) {
  addEventListener('message', /** @type {(event: any) => void} */ (run), { once: true });
  postMessage({ type: 'sabir:hello' });
}
