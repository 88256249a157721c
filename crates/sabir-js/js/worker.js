// @ts-check
// A worker's entry. It joins the link when the page's start message comes; messages of the program's own that come before
// are kept until it has.

import { Channel, initSync, ring } from './core.js';
import { Courier } from './courier.js';
import { LinkError, SabirError } from './errors.js';
import { Realm } from './realm.js';
import { Trace } from './trace.js';
import { transferred, transfer } from './transfer.js';
import { bindMemory } from './values.js';
import { VERSION, methods } from './shared.js';

/** Whether memory is shared: calls then block on atomics. */
const native = globalThis.crossOriginIsolated === true && typeof SharedArrayBuffer === 'function';

/** @type {PromiseWithResolvers<{ realm: Realm, channel: Channel | Courier, memoMs: number }>} */
const joining = Promise.withResolvers();
joining.promise.catch(() => {});

// As the program's own messages are sent, before a runtime replaces the function.
const post = globalThis.postMessage.bind(globalThis);

/** @type {MessageEvent[] | undefined} */
let kept = [];
/** @type {Realm | undefined} */
let realm;
/** @type {Channel | Courier | undefined} */
let carrier;

/** @param {MessageEvent} event */
function receive(event) {
  const { data } = event;
  if (typeof data?.type === 'string' && data.type.startsWith('sabir:')) {
    event.stopImmediatePropagation();
    receiveOwn(data);
  } else if (kept !== undefined && event.isTrusted) {
    event.stopImmediatePropagation();
    kept.push(event);
  }
}

/** @param {any} data */
function receiveOwn(data) {
  switch (data.type) {
    case 'sabir:start':
      if (realm === undefined) join(data);
      break;
    case 'sabir:failed':
      joining.reject(new SabirError(data.message));
      release();
      break;
    case 'sabir:ring':
      ring();
      break;
    case 'sabir:cargo':
      realm?.receiveCargo(data.id, data.values);
      break;
    case 'sabir:frame':
      /** @type {Courier} */ (carrier).receive(data);
      break;
  }
}

/** @param {any} start */
function join({ version, module, memory, byMessage, windowed, lock, memoMs }) {
  if (version !== VERSION) {
    const error = new LinkError(
      `the page runs Sabir ${version}, this worker ${VERSION}; serve both from the same build (an old script may be cached)`,
    );
    post({ type: 'sabir:refused', message: error.message });
    joining.reject(error);
    return release();
  }
  const wasm = initSync({ module });
  bindMemory(() => wasm.memory);
  realm = new Realm({
    page: false, windowed, blocking: memory !== undefined,
    send: (message, transfer) => post(message, transfer),
  });
  realm.memoMs = memoMs;
  carrier = memory === undefined
    ? new Courier(realm, (message, transfer) => post(message, transfer))
    : Channel.attach(memory, byMessage, realm);
  realm.carrier = carrier;
  // It ends with this realm, however that ends: so the page learns of it.
  void globalThis.navigator.locks?.request(lock, () => {
    post({ type: 'sabir:joined' });
    return new Promise(() => {});
  });
  joining.resolve({ realm, channel: carrier, memoMs });
  release();
}

/** Has the program's own messages come after the link: the program has had the chance to listen. */
function release() {
  setTimeout(() => {
    realm?.settle();
    const events = kept ?? [];
    kept = undefined;
    for (const { data, origin, lastEventId, source, ports } of events) {
      dispatchEvent(new MessageEvent('message', { data, origin, lastEventId, source, ports: [...ports] }));
    }
  });
}

addEventListener('message', receive);
post({ type: 'sabir:hello' });

const trace = new Trace(function* () {
  if (realm !== undefined) yield realm;
});

/**
 * Joins the page.
 * @param {any} [options]
 */
export async function joined(options) {
  const { realm, channel, memoMs } = await joining.promise;
  const checkTransfer = options?.transfer !== false;
  if (options?.transform !== undefined) realm.transform = options.transform;
  if (options?.timeout !== undefined) realm.timeoutMs = options.timeout;
  const export_ = (/** @type {PropertyKey} */ name, /** @type {any} */ value) => realm.export(name, value);
  /** @param {number} [ms] */
  const proxy = (ms) =>
    methods(realm.exports, (name, args) => {
      const result = realm.call(name, args, transferred(args, checkTransfer), ms ?? realm.timeoutMs);
      // As coincident does, where an Error that is returned cannot be told from one that is thrown.
      if (result instanceof Error) throw result;
      return result;
    }, export_);
  const members = {
    native,
    sync: native,
    proxy: proxy(),
    transfer,
    trace,
    ffi_timeout: memoMs,
    /** The same as `proxy`, but each call ends with `TimedOut` after so many ms. @param {number} ms */
    timeout: (ms) => proxy(ms),
    /** Runs `body`, whose sets and calls without a result go in one message. @template T @param {() => T} body */
    batch: (body) => realm.batch(body),
    /** Serves what has arrived, and throws `Interrupted` if the page has interrupted; for loops that make no calls. */
    poll() {
      if (!(channel instanceof Channel)) return;
      channel.poll();
      if (channel.takeInterrupt()) throw realm.makeError('Interrupted', 'the computation was interrupted');
    },
    /** How many objects the page and the worker hold of each other. */
    handles: () => realm.handles,
  };
  return { realm, members };
}

/** @param {any} [options] */
const sabir = async (options) => (await joined(options)).members;

export default Object.assign(sabir, { trace });
export * from './errors.js';
