// @ts-check
// The worker's half of opening a link. It joins when the page's start message comes; messages of the program's own that come
// before are kept until it has.

import { SabirChannel as Channel, ring } from '../core.js';
import { LinkError, SabirError } from '../errors.js';
import { LinkEnd } from '../end/end.js';
import { HANDLERS } from '../end/proxies.js';
import '../end/traps.js';
import { exchanger } from '../exchangers.js';
import { Trace } from '../trace.js';
import { TUNNEL_BYTES, VERSION, startWasm } from './link.js';
import { Peers } from './peers.js';

/** How long a program may take to ask for its end of the link, in ms: calls of the page wait for its exports. */
const TAKEN_MS = 30_000;

/** Messages of ours. */
const PREFIX = 'sabir:';

/** @typedef {import('../messages').PackageStart} Start */
/**
 * @typedef {object} Joined
 * @property {LinkEnd} end
 * @property {Channel} channel
 * @property {Peers} peers
 * @property {number} memoMs
 * @property {string} transport
 * @property {Record<string, string>} passedOver
 * @property {(promise: Promise<unknown>) => void} prepare has calls of the program wait for what it needs first
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
let end;
/** @type {Channel | undefined} */
let channel;
/** What the program needs first. @type {Promise<unknown> | undefined} */
let preparing;
/** @type {Peers | undefined} */
let peers;
/** How to join, but for the next transports. @type {Start | undefined} */
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

/** @param {import('../messages').FromPage} data */
function receiveOwn(data) {
  switch (data.type) {
    case 'sabir:start':
      // The page repeats it to a worker that says hello late.
      if (starting === undefined) join((starting = data)).catch(refuse);
      break;
    case 'sabir:offer':
      join(/** @type {any} */ ({ ...starting, ...data })).catch(refuse);
      break;
    case 'sabir:ended':
      joining.reject(new SabirError(data.message));
      release();
      break;
    case 'sabir:ring':
      ring();
      break;
    case 'sabir:cargo':
      end?.receiveCargo(data.id, data.values);
      break;
    case 'sabir:packet':
      if (channel === undefined) early.push(data.packet);
      else channel.receive(data.packet);
      break;
    case 'sabir:linked':
      peers?.receiveLink(data);
      break;
    case 'sabir:connected':
      peers?.connected(data.id, data.error);
      break;
    case 'sabir:relayed':
      peers?.receiveRelayed(data);
      break;
  }
}

/** @param {Start} start */
async function join({
  version,
  module,
  memory,
  byMessage,
  transport,
  offer,
  passedOver,
  cannotBlock,
  windowed,
  lock,
  memoMs,
}) {
  if (version !== VERSION) {
    throw new LinkError(
      `the page runs Sabir ${version}, this worker ${VERSION}; serve both from the same build (an old script may be cached)`,
    );
  }
  const postPacket = (/** @type {Uint8Array} */ packet) => post({ type: 'sabir:packet', packet }, [packet.buffer]);
  let swapPackets;
  try {
    swapPackets = await exchanger(transport, offer, postPacket);
  } catch (error) {
    return post({ type: 'sabir:declined', transport, why: error instanceof Error ? error.message : String(error) });
  }
  startWasm(module);
  end = new LinkEnd({
    page: false,
    windowed,
    blocking: memory !== undefined || swapPackets !== undefined,
    shared: memory !== undefined,
    cannotBlock,
    handlers: HANDLERS,
    send: post,
    unlinked: (id) => peers?.unlinked(id),
    ended: () => peers?.refuseConnecting(end?.ended?.message),
  });
  peers = new Peers(end, post);
  end.memoMs = memoMs;
  const carrier = { post: postPacket, swapPackets };
  channel =
    memory === undefined ? Channel.tunnel(false, TUNNEL_BYTES, carrier, end) : Channel.attach(memory, byMessage, end);
  end.carrier = channel;
  for (const packet of early.splice(0)) channel.receive(packet);
  if (!(await holdLock(lock))) sayClosing();
  // Before the program runs: it may block at once.
  post({ type: 'sabir:joined' });
  const prepare = (/** @type {Promise<unknown>} */ promise) => (preparing = promise);
  joining.resolve({ end, channel, peers, memoMs, transport, passedOver, prepare });
  release();
  setTimeout(settle, TAKEN_MS);
}

/** This worker's end of the link to its page, for the program, which exports in this turn; rejected if there is none. */
export async function take() {
  const taken = await joining.promise;
  setTimeout(settle);
  return taken;
}

/** The link cannot be joined. @param {unknown} thrown */
function refuse(thrown) {
  const error = thrown instanceof SabirError ? thrown : new SabirError(`Sabir cannot start in this worker: ${thrown}`);
  post({ type: 'sabir:failed', message: error.message });
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
    post({ type: 'sabir:closing' });
    close();
  };
}

/** The program has had the chance to export, once it has what it needs first: a name that it has not exported is an error. */
function settle() {
  if (preparing === undefined) return end?.exports.settle();
  const settleLater = () => {
    preparing = undefined;
    setTimeout(settle);
  };
  preparing.then(settleLater, settleLater);
}

/** Has the program's own messages come after the link: the program has had the chance to listen. */
function release() {
  setTimeout(() => {
    post({ type: 'sabir:settled' });
    const events = kept ?? [];
    kept = undefined;
    for (const { data, origin, lastEventId, source, ports } of events) {
      dispatchEvent(new MessageEvent('message', { data, origin, lastEventId, source, ports: [...ports] }));
    }
  });
}

addEventListener('message', receive);
post({ type: 'sabir:hello' });

export const trace = new Trace(function* () {
  if (end !== undefined) yield end;
});
