// @ts-check
// A worker's entry. It joins the link when the page's start message comes; messages of the program's own that come before
// are kept until it has.

import { Channel, linkBytes, ring } from './core.js';
import { Closed, LinkError, SabirError } from './errors.js';
import { LinkEnd } from './end/end.js';
import { Trace } from './trace.js';
import { transferred, transfer } from './transfer.js';
import { RING_BYTES, TUNNEL_BYTES, VERSION, byMessage, limitOf, methods, startWasm } from './shared.js';
import { exchanger } from './exchangers.js';
import { sleep } from './sleep.js';
import { native } from './transports.js';
import * as messages from './messages.js';

/** Messages of ours. */
const PREFIX = 'sabir:';

/**
 * @typedef {object} Joined
 * @property {LinkEnd} realm
 * @property {Channel} channel
 * @property {number} memoMs
 * @property {string} transport
 * @property {Record<string, string>} passedOver
 */

/** @type {PromiseWithResolvers<Joined>} */
const joining = Promise.withResolvers();
joining.promise.catch(() => {});

// As the program's own messages are sent, before a runtime replaces the function.
/** @type {(message: any, transfer?: Transferable[]) => void} */
const post = /** @type {any} */ (globalThis.postMessage.bind(globalThis));

/** @type {MessageEvent[] | undefined} */
let kept = [];
/** @type {LinkEnd | undefined} */
let realm;
/** @type {Channel | undefined} */
let channel;
/** How to join, but for the next transports. @type {import('./messages.js').PackageStart | undefined} */
let starting;
/** Packets that came before the channel was there. @type {Uint8Array[]} */
const early = [];

/** @param {MessageEvent} event */
function receive(event) {
  const { data } = event;
  if (typeof data?.type === 'string' && data.type.startsWith(PREFIX)) {
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
    case messages.START:
      // The page repeats it to a worker that says hello late.
      if (starting === undefined) join((starting = data)).catch(refuse);
      break;
    case messages.OFFER:
      join({ ...starting, ...data }).catch(refuse);
      break;
    case messages.ENDED:
      joining.reject(new SabirError(data.message));
      release();
      break;
    case messages.RING:
      ring();
      break;
    case messages.CARGO:
      realm?.receiveCargo(data.id, data.values);
      break;
    case messages.PACKET:
      if (channel === undefined) early.push(data.packet);
      else channel.receive(data.packet);
      break;
    case messages.LINKED:
      link(data.id, data.name, data.memory, (memory, peer) => Channel.attach(memory, data.byMessage, peer));
      break;
    case messages.CONNECTED:
      connected(data.id, data.error);
      break;
    case messages.RELAYED:
      receiveRelayed(data.id, data.message);
      break;
  }
}

/** @param {any} start */
async function join({ version, module, memory, byMessage, transport, offer, passedOver, windowed, lock, memoMs }) {
  if (version !== VERSION) {
    throw new LinkError(
      `the page runs Sabir ${version}, this worker ${VERSION}; serve both from the same build (an old script may be cached)`,
    );
  }
  const postPacket = (/** @type {Uint8Array} */ packet) => post({ type: messages.PACKET, packet }, [packet.buffer]);
  let exchange;
  try {
    exchange = await exchanger(transport, offer, postPacket);
  } catch (error) {
    return post({ type: messages.DECLINED, transport, why: error instanceof Error ? error.message : String(error) });
  }
  startWasm(module);
  realm = new LinkEnd({
    page: false,
    windowed,
    blocking: memory !== undefined || exchange !== undefined,
    shared: memory !== undefined,
    passedOver,
    send: (message, transfer) => post(message, transfer),
    unlinked: (id) =>
      peers.get(id)?.realm.carrier.close('its realm ended: it was terminated, closed itself, or crashed'),
    ended: () => {
      for (const id of connecting.keys()) connected(id, realm?.ended?.message);
    },
  });
  realm.memoMs = memoMs;
  const carrier = { post: postPacket, exchange };
  channel =
    memory === undefined
      ? Channel.tunnel(false, TUNNEL_BYTES, carrier, realm)
      : Channel.attach(memory, byMessage, realm);
  realm.carrier = channel;
  for (const packet of early.splice(0)) channel.receive(packet);
  if (!(await holdLock(lock))) sayClosing();
  // Before the program runs: it may block at once.
  post({ type: messages.JOINED });
  joining.resolve({ realm, channel, memoMs, transport, passedOver });
  release();
}

/** The link cannot be joined. @param {unknown} thrown */
function refuse(thrown) {
  const error = thrown instanceof SabirError ? thrown : new SabirError(`Sabir cannot start in this worker: ${thrown}`);
  post({ type: messages.FAILED, message: error.message });
  joining.reject(error);
  release();
}

/** Takes a lock that ends with this realm, however that ends: so the page learns of it. False if there are none. @param {string} name */
const holdLock = (name) =>
  new Promise((held) => {
    const hold = () => (held(true), new Promise(() => {}));
    (globalThis.navigator.locks?.request(name, hold) ?? Promise.reject()).catch(() => held(false));
  });

/** Has the page learn of a `close()` at least. */
function sayClosing() {
  const close = globalThis.close.bind(globalThis);
  globalThis.close = () => {
    post({ type: messages.CLOSING });
    close();
  };
}

/** The links to other workers, and the names that the page has given those. @type {Map<string, { realm: LinkEnd, name: string | undefined }>} */
const peers = new Map();
/** @type {any} */
const dispose = Symbol.dispose;
/** Callbacks of those who wait for a link. @type {Map<string, (error?: string) => void>} */
const connecting = new Map();

/** @param {string} id @param {string} [error] why there is no link */
function connected(id, error) {
  connecting.get(id)?.(error);
  connecting.delete(id);
}

/** Takes one end of a link to another worker. @param {string} id @param {string | undefined} name @param {SharedArrayBuffer} memory @param {(memory: SharedArrayBuffer, realm: LinkEnd) => Channel} open */
function link(id, name, memory, open) {
  const peer = new LinkEnd({
    page: false,
    windowed: false,
    blocking: true,
    shared: true,
    send: (message, transfer) => post({ type: messages.RELAY, id, message }, transfer),
    exports: realm?.exports.functions,
    ended() {
      peers.delete(id);
      post({ type: messages.DISCONNECT, id });
    },
  });
  peer.exports.settle();
  peer.carrier = open(memory, peer);
  peers.set(id, { realm: peer, name });
  return peer;
}

/** A message of another worker, by way of the page. @param {string} id @param {any} message */
function receiveRelayed(id, message) {
  if (message.type === messages.RING) ring();
  else peers.get(id)?.realm.receiveCargo(message.id, message.values);
}

/** The worker of this name, linked: calls of it do not pass through the page. @param {string} name @returns {Promise<LinkEnd>} */
async function connect(name) {
  if (!native) throw new SabirError('workers are linked by shared memory, which this page does not allow');
  if (realm?.ended !== undefined) throw realm.ended;
  const [id, memory] = [crypto.randomUUID(), new SharedArrayBuffer(linkBytes(RING_BYTES))];
  const peer = link(id, name, memory, (memory, peer) => Channel.create(memory, RING_BYTES, byMessage, peer));
  const failed = await new Promise((resolve) => {
    connecting.set(id, resolve);
    post({ type: messages.CONNECT, id, name, memory, byMessage });
  });
  if (failed === undefined) return peer;
  peer.carrier.close('');
  throw new Closed(failed);
}

/** The results of `connect`, and the link behind each. @type {WeakMap<object, LinkEnd>} */
const connections = new WeakMap();

/**
 * Ends links to other workers: one that `connect` gave, those to the worker of a name, or all.
 * @param {object | string} [which]
 */
function disconnect(which) {
  const one = typeof which === 'object' ? connections.get(which) : undefined;
  if (typeof which === 'object' && one === undefined)
    throw new TypeError('`disconnect` takes what `connect` gave, or the name of a worker');
  for (const { realm, name } of [...peers.values()]) {
    if (one === undefined ? which === undefined || which === name : one === realm) realm.carrier.close('');
  }
}

/** Has the program's own messages come after the link: the program has had the chance to listen. */
function release() {
  setTimeout(() => {
    realm?.exports.settle();
    post({ type: messages.SETTLED });
    const events = kept ?? [];
    kept = undefined;
    for (const { data, origin, lastEventId, source, ports } of events) {
      dispatchEvent(new MessageEvent('message', { data, origin, lastEventId, source, ports: [...ports] }));
    }
  });
}

addEventListener('message', receive);
post({ type: messages.HELLO });

export const trace = new Trace(function* () {
  if (realm !== undefined) yield realm;
});

/**
 * Joins the page.
 * @param {any} [options]
 */
export async function joined(options) {
  const { realm, channel, memoMs, transport, passedOver } = await joining.promise;
  const checkTransfer = options?.transfer !== false;
  if (options?.transform !== undefined) realm.transform = options.transform;
  if (options?.timeout !== undefined) realm.timeoutMs = limitOf(options.timeout, 'the option `timeout`');
  const export_ = (/** @type {PropertyKey} */ name, /** @type {any} */ value) => realm.exports.set(name, value);
  /** @param {number} [ms] */
  const proxy = (ms) =>
    methods(
      realm.exports.functions,
      (name, args) => {
        const result = realm.call(name, args, transferred(args, checkTransfer), ms ?? realm.timeoutMs);
        // As coincident does, where an Error that is returned cannot be told from one that is thrown.
        if (result instanceof Error) throw result;
        return result;
      },
      export_,
    );
  const members = {
    native: transport === 'atomics',
    sync: transport !== 'message',
    transport,
    passedOver,
    proxy: proxy(),
    transfer,
    trace,
    ffi_timeout: memoMs,
    /** The same as `proxy`, but each call ends with `TimedOut` after so many ms. @param {number} ms */
    timeout: (ms) => proxy(limitOf(ms, '`timeout`')),
    /** Runs `body`, whose sets and calls without a result go in one message. @template T @param {() => T} body */
    batch: (body) => realm.batch(body),
    /** Serves what has arrived, and throws `Interrupted` if the page has interrupted; for loops that make no calls. */
    poll() {
      channel.poll();
      if (channel.takeInterrupt()) throw realm.makeError('Interrupted', 'the computation was interrupted');
    },
    /**
     * Links this worker to the one that the page named so; gives what that one exports. Calls of it block, and pass the page by.
     * @param {string} name
     */
    async connect(name) {
      const peer = await connect(name);
      const connection = methods(Object.create(null), (name, args) => {
        if (name === dispose) return disconnect(connection);
        return peer.call(name, args, transferred(args, checkTransfer), realm.timeoutMs);
      });
      connections.set(connection, peer);
      return connection;
    },
    disconnect,
    /** Blocks this worker, and serves what the page asks meanwhile; an interrupt ends it. @param {number} ms */
    sleep(ms) {
      const limit = limitOf(ms, '`sleep`');
      if (realm.blocking) channel.sleep(limit < 0 ? Infinity : limit);
      else sleep(ms);
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
