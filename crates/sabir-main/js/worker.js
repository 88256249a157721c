// @ts-check
// Starts a worker, and is its first code: it runs before there is wasm that could, so it cannot be Rust.
//
// The package's own glue is the worker's script. It imports this module, which then waits for the start message:
// so a worker needs no file but the package's, no Blob that a Content Security Policy might refuse, and no bundler.

/** @typedef {import('../../sabir-realm/js/messages').ProgramStart} Start what the page tells a new worker */
/** @typedef {import('../../sabir-realm/js/messages').ProgramOffered} Offer what it also tells where memory is not shared */
/** @typedef {import('../../sabir-realm/js/messages').FromWorker} FromWorker */

const PREFIX = 'sabir:';

/** Messages of the link that came before the program listened. @type {import('../../sabir-realm/js/messages').FromPage[]} */
const early = [];
/** Whether this is a worker whose program's package has not been found yet. */
let isWaiting = false;
/** @param {MessageEvent} event */
const keepEarly = ({ data }) => {
  if (data?.type === 'sabir:packet' || data?.type === 'sabir:cargo') early.push(data);
};

/**
 * @param {Start} start
 * @returns {Worker}
 */
export function spawn(start) {
  if (isWaiting) {
    // A merged script would start a worker in each worker, without end.
    const message = 'it starts workers of its own';
    post({ type: 'sabir:failed', stage: 'script', message });
    throw new Error(message);
  }
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
    worker.postMessage(/** @type {Start} */ ({ ...start, glue: href }));
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

/** @param {FromWorker} message @param {Transferable[]} transfer */
const post = (message, transfer = []) => postMessage(message, /** @type {any} */ (transfer));

/** @param {Start} start */
async function run(start) {
  /** @type {import('../../sabir-realm/js/messages').Failed['stage']} */
  let stage = 'load';
  /** @param {unknown} error */
  const fail = (error) => {
    post({ type: 'sabir:failed', stage, message: messageOf(error) });
  };
  // A trap in a promise's callback reaches neither the catch below nor the page's `error` event.
  addEventListener('unhandledrejection', ({ reason }) => {
    if (reason instanceof WebAssembly.RuntimeError) fail(reason);
  });
  try {
    const glue = await import(/* @vite-ignore */ start.glue);
    stage = 'script';
    if (typeof glue.default !== 'function') throw new Error('it does not export `default`');
    isWaiting = false;
    stage = 'init';
    const init = () => glue.default({ module_or_path: start.module });
    await (start.runsStart ? init() : withoutStart(init));
    const program = glue[`__sabir_worker_${start.entry}`];
    stage = 'entry';
    if (typeof program !== 'function') throw new Error(`no program "${start.entry}"`);
    const carrier = start.memory === undefined ? await take(/** @type {Start & Offer} */ (start), glue) : undefined;
    if (!(await holdLock(start.lock))) sayClosing();
    post({ type: 'sabir:joined' });
    stage = 'program';
    const running = program({ ...start, carrier, early });
    removeEventListener('message', keepEarly);
    // What is not caught from now on fails in a program that runs.
    if (start.version !== undefined) post({ type: 'sabir:settled' });
    await running;
    post({ type: 'sabir:returned' });
  } catch (error) {
    fail(error);
  }
}

/**
 * Runs `init` of wasm-bindgen's glue, but not the start function that the program's `main` is in: that sets up a page.
 * The glue calls it by the name below; its first part, which fills a table, is an import of the wasm.
 * @param {() => Promise<void>} init
 */
async function withoutStart(init) {
  const { instantiate } = WebAssembly;
  const [START, FIRST] = ['__wbindgen_start', '__wbindgen_init_externref_table'];
  /** @param {any} source @param {any} imports */
  const withoutIts = async (source, imports) => {
    /** @type {any} */
    const made = await instantiate(source, imports);
    const instance = made.instance ?? made;
    const first = Object.values(imports).find((functions) => FIRST in functions);
    if (first === undefined || !(START in instance.exports)) return made;
    const exports = Object.create(instance.exports, { [START]: { value: first[FIRST] } });
    return { instance: { exports }, module: made.module ?? source };
  };
  try {
    WebAssembly.instantiate = withoutIts;
    await init();
  } finally {
    WebAssembly.instantiate = instantiate;
  }
}

/**
 * Takes the worker's half of the transport that the page offers; of the next one if it cannot.
 * @param {Offer} offer @param {any} glue the package's exports: what it loads has a URL of the bundler's, if there is one
 * @returns {Promise<object>} the tunnel's carrier
 */
async function take({ transport, offer }, glue) {
  /** @param {Uint8Array} packet */
  const postPacket = (packet) => post({ type: 'sabir:packet', packet }, [packet.buffer]);
  try {
    return { post: postPacket, swapPackets: await glue.__sabir_exchanger(transport, offer, postPacket) };
  } catch (error) {
    const next = nextOffer();
    post({ type: 'sabir:declined', transport, why: messageOf(error) });
    return take(await next, glue);
  }
}

/** @returns {Promise<Offer>} */
const nextOffer = () =>
  new Promise((resolve) => {
    addEventListener('message', function listen({ data }) {
      if (data?.type !== 'sabir:offer') return;
      removeEventListener('message', listen);
      resolve(data);
    });
  });

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));

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

/** Has the page learn of a `close()` at least. */
function sayClosing() {
  const close = globalThis.close.bind(globalThis);
  globalThis.close = () => {
    post({ type: 'sabir:closing' });
    close();
  };
}

/**
 * A start as Rust's page sends it. The npm package's page has another wasm, and knows this worker by its name and script.
 * @param {Start | import('../../sabir-realm/js/messages').PackageStart} start
 * @returns {Start}
 */
const ofProgram = (start) =>
  'glue' in start
    ? start
    : { ...start, glue: location.href, entry: self.name.slice(PREFIX.length), module: undefined, runsStart: false };

if (typeof DedicatedWorkerGlobalScope !== 'undefined' && self.name.startsWith(PREFIX)) {
  isWaiting = true;
  addEventListener('message', keepEarly);
  addEventListener('message', function listen({ data }) {
    if (data?.type !== 'sabir:start') return;
    removeEventListener('message', listen);
    void run(ofProgram(data));
  });
  post({ type: 'sabir:hello' });
}
