// @ts-check
// The page's entry: workers whose calls block until the page has answered. The factory is synchronous, the wasm is not:
// what is asked before it is ready waits, in order.

import { Channel, linkBytes, ring } from './core.js';
import { Closed, SabirError } from './errors.js';
import { Policy } from './end/policy.js';
import { LinkEnd } from './end/end.js';
import { Trace } from './trace.js';
import { transferred, transfer } from './transfer.js';
import { compile } from './core-wasm.js';
import { PACKET_BYTES, RING_BYTES, TUNNEL_BYTES, VERSION, byMessage, limitOf, methods, startWasm } from './shared.js';
import { Undo } from './end/undo.js';
import * as messages from './messages.js';
import { Transports, checkWishes, native } from './transports.js';

/** How long a worker may take to join, in ms, unless an option says otherwise. */
const START_MS = 30_000;
/** A timer that is so late, in ms, tells of a page that was busy, frozen or asleep: the worker may have been heard by nobody. */
const LATE_MS = 1000;
/** The longest delay of a timer, in ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** @type {Promise<WebAssembly.Module> | undefined} */
let starting;

/** Compiles and starts the wasm, once. */
const start = () => (starting ??= compile().then(startWasm).catch(refuseWasm));

/** @param {unknown} error @returns {never} */
function refuseWasm(error) {
  const remedy = "under a Content-Security-Policy it needs `script-src 'wasm-unsafe-eval'`";
  throw new SabirError(`Sabir's wasm cannot be started: ${String(error)}; ${remedy}`, { cause: error });
}

/** @type {Set<Link>} */
const links = new Set();
/** Links between workers, with both their ends. @type {Map<string, [Link, Link]>} */
const introduced = new Map();
globalThis.addEventListener?.('pagehide', ({ persisted }) => {
  // A page that is kept in the back/forward cache comes back, and its workers with it.
  if (!persisted) for (const link of links) link.close('unloaded');
});

export const trace = new Trace(function* () {
  for (const { realm } of links) if (realm !== undefined) yield realm;
});

/** The page's end of one worker's link. */
class Link {
  /** @type {LinkEnd | undefined} */
  realm;
  /** @type {Channel | undefined} */
  #channel;
  /** @type {import('./transports.js').Transport | undefined} */
  #transport;
  #transports;
  /** @type {object | undefined} */
  #start;
  #settings;
  #send;
  #waiting;
  /** Messages that wait for the worker's hello. @type {[object, Transferable[]][] | undefined} */
  #kept = [];
  #exports = Object.create(null);
  /** Settled when the worker has joined, or when it never will. @type {PromiseWithResolvers<void>} */
  #joined = Promise.withResolvers();
  /** @type {PromiseWithResolvers<Error>} */
  #ended = Promise.withResolvers();
  /** Whether the worker's program has had the chance to export: what fails from then on fails in a program that runs. */
  #settled = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** Ends the wait for the worker's lock. */
  #watching = new AbortController();

  /** @param {Settings} settings @param {(message: object, transfer?: Transferable[]) => void} send @param {() => void} end ends the worker */
  constructor(settings, send, end) {
    this.#settings = settings;
    this.#send = send;
    this.#transports = new Transports(settings.wishes, {
      bytes: PACKET_BYTES,
      lost: () => this.#channel?.lost(),
      failed: (why) => {
        this.close(`it can no longer be answered: ${why}`);
        // If it waits for an answer, nothing tells it.
        end();
      },
      share: () => new SharedArrayBuffer(linkBytes(RING_BYTES)),
    });
    links.add(this);
    this.#joined.promise.catch(() => {});
    this.#limitStart();
    const opened = this.#open().catch((error) => this.#fail(error));
    this.#waiting = Promise.race([opened, this.#ended.promise]);
  }

  /** Ends a link that its worker does not join in time. */
  #limitStart() {
    const { startMs } = this.#settings;
    if (startMs < 0 || startMs > LONGEST_MS) return;
    const due = performance.now() + startMs;
    this.#timer = setTimeout(() => {
      if (performance.now() > due + LATE_MS) return this.#limitStart();
      const lacks = this.#kept === undefined ? 'taken its end of the link' : 'imported Sabir';
      this.close(`it did not join within ${startMs} ms (\`startTimeout\`): its script has not ${lacks}`);
    }, startMs);
  }

  async #open() {
    const module = await start();
    const transport = await this.#take();
    if (transport === undefined) return;
    const { windowed, policy, load, transform, memoMs, timeoutMs } = this.#settings;
    const { memory } = transport.half;
    const realm = new LinkEnd({
      page: true,
      windowed,
      blocking: false,
      shared: memory !== undefined,
      exports: this.#exports,
      policy,
      undo: windowed ? new Undo() : undefined,
      load,
      send: (message, transfer) => this.#post(message, transfer),
      ended: () => this.#over(realm.ended ?? new Closed('the link is closed')),
    });
    realm.transform = transform;
    realm.timeoutMs = timeoutMs;
    realm.tracer = trace.tracer;
    this.#channel =
      memory === undefined
        ? Channel.tunnel(true, TUNNEL_BYTES, this.#carrier(), realm)
        : Channel.create(memory, RING_BYTES, byMessage, realm);
    realm.carrier = this.#channel;
    this.#lock = `sabir:${crypto.randomUUID?.() ?? Math.random()}`;
    this.realm = realm;
    this.#start = {
      type: messages.START,
      version: VERSION,
      module,
      memory,
      byMessage,
      passedOver: this.passedOver,
      windowed,
      lock: this.#lock,
      memoMs,
      transport: transport.name,
      offer: transport.half.offer,
    };
    this.#send(this.#start);
  }

  /** Takes the best transport that is left; none if the link has ended meanwhile. */
  async #take() {
    const transport = await this.#transports.next();
    if (this.#failure !== undefined) return void transport?.half.close();
    if (transport === undefined) throw new SabirError(`no transport is left: ${list(this.passedOver)}`);
    return (this.#transport = transport);
  }

  /** Carries the link's packets over any transport: one that is declined takes none with it. @returns {import('./carrier').Carrier} */
  #carrier() {
    return {
      post: (packet) => this.#post({ type: messages.PACKET, packet }, [packet.buffer]),
      answer: (packet) => this.#transport?.half.answer(packet) ?? false,
    };
  }

  /** Sends a message once the worker listens. @param {object} message @param {Transferable[]} transfer */
  #post(message, transfer) {
    if (this.#kept === undefined) this.#send(message, transfer);
    else this.#kept.push([message, transfer]);
  }

  /** The transport that the link has, once that is known. */
  get transport() {
    return this.#transport?.name;
  }

  /** Why each better one was passed over. */
  get passedOver() {
    return this.#transports.passedOver;
  }

  #lock = '';
  /** @type {Error | undefined} */
  #failure;

  /** @param {unknown} error why there is no link */
  #fail(error) {
    const failure = error instanceof SabirError ? error : new SabirError(String(error), { cause: error });
    this.realm?.closed(failure);
    this.#over(failure);
  }

  /** Runs `ask` as soon as there is a link. @template T @param {(realm: LinkEnd) => T} ask @returns {Promise<T>} */
  async ask(ask) {
    if (this.realm === undefined) await this.#waiting;
    if (this.#failure !== undefined) throw this.#failure;
    return ask(/** @type {LinkEnd} */ (this.realm));
  }

  get exports() {
    return this.#exports;
  }

  /** The link at both ends, in words. */
  async dump() {
    const state = this.#failure?.message ?? (this.#kept === undefined ? 'the worker has said hello' : 'no hello yet');
    const passedOver = list(this.passedOver) || 'none';
    const start = `transport: ${this.transport ?? 'none yet'}; passed over: ${passedOver}; ${state}\n`;
    return start + ((await this.realm?.dump()) ?? '');
  }

  /** A message of the worker; true if it was ours. @param {any} data */
  receive(data) {
    switch (data?.type) {
      case messages.HELLO:
        // It may have missed the start message: what comes before its script listens is lost.
        if (this.#start !== undefined) this.#send(this.#start);
        for (const [message, transfer] of this.#kept ?? []) this.#send(message, transfer);
        this.#kept = undefined;
        return true;
      case messages.JOINED:
        clearTimeout(this.#timer);
        if (this.transport === 'service-worker') this.#transports.taken();
        this.#watchRealm();
        this.#joined.resolve();
        return true;
      case messages.SETTLED:
        this.#settled = true;
        return true;
      case messages.CLOSING:
        this.close(CLOSED_ITSELF);
        return true;
      case messages.RING:
        ring();
        return true;
      case messages.CARGO:
        this.realm?.receiveCargo(data.id, data.values);
        return true;
      case messages.PACKET:
        this.#receivePacket(data.packet);
        return true;
      case messages.DECLINED:
        void this.#decline(data);
        return true;
      case messages.CONNECT:
        void this.#introduce(data);
        return true;
      case messages.DISCONNECT:
        introduced.delete(data.id);
        return true;
      case messages.RELAY: {
        const ends = introduced.get(data.id);
        if (ends !== undefined)
          otherEnd(ends, this).#send({ type: messages.RELAYED, id: data.id, message: data.message });
        return true;
      }
      case messages.FAILED:
        this.close(data.message);
        return true;
      default:
        return false;
    }
  }

  /** @param {Uint8Array} packet */
  #receivePacket(packet) {
    // The worker tries the transport: any answer will do.
    if (packet.length === 0) this.#transport?.half.answer(new Uint8Array(1));
    else this.#channel?.receive(packet);
  }

  /** The worker cannot take its half: it is offered the next. @param {{ transport: string, why: string }} declined */
  async #decline({ transport, why }) {
    if (transport !== this.transport) return;
    this.#transport?.half.close();
    if (this.#transports.decline(transport, why)) return;
    try {
      const next = await this.#take();
      if (next !== undefined) this.#send({ type: messages.OFFER, transport: next.name, offer: next.half.offer });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Hands this worker's end of a new link to the worker that it names, once that one has joined. @param {any} request */
  async #introduce({ id, name, memory, byMessage }) {
    let error;
    try {
      const other = [...links].find((link) => link !== this && link.#settings.name === name);
      if (other === undefined) throw new Closed(noWorker(name));
      await other.#joined.promise;
      introduced.set(id, [this, other]);
      other.#send({ type: messages.LINKED, id, name: this.#settings.name, memory, byMessage });
    } catch (/** @type {any} */ failure) {
      error = failure.message;
    }
    // It may have ended while it waited.
    if (this.#failure === undefined) this.#send({ type: messages.CONNECTED, id, error });
    else this.#unlink();
  }

  /** Tells the workers that this one was linked to. */
  #unlink() {
    for (const [id, ends] of introduced) {
      if (!ends.includes(this)) continue;
      introduced.delete(id);
      try {
        otherEnd(ends, this).realm?.unlink(id);
      } catch {
        // That one has ended too, and is about to hear of it.
      }
    }
  }

  /** The worker's realm holds a lock: it is granted to us when the realm has ended, however it did. */
  #watchRealm() {
    const ended = () => {
      // WebKit may wake the page later for the worker's last words than it grants the lock.
      this.#channel?.poll();
      this.close(CLOSED_ITSELF);
    };
    // Where there are no locks, the worker says itself that it closes.
    void navigator.locks?.request(this.#lock, { signal: this.#watching.signal }, ended).catch(() => {});
  }

  /** An error that nobody in the worker has caught. A program that runs goes on after it. @param {ErrorEvent | Event} event */
  async receiveError(event) {
    if (this.#settled || this.#failure !== undefined) return;
    // A script that cannot be fetched is an event without a message.
    if (!('message' in event)) {
      const why = import('./reasons.js').then(({ whyNotLoaded }) => whyNotLoaded(this.#settings.url));
      const failure = `its script cannot be loaded: ${await why.catch(String)}`;
      // Meanwhile it may have started: the event was another's.
      return this.#settled ? undefined : this.close(failure);
    }
    const { message, filename, lineno, colno } = event;
    this.close(`its script failed as it started: ${message}${filename ? ` (${filename}:${lineno}:${colno})` : ''}`);
  }

  interrupt() {
    this.#channel?.interrupt();
  }

  /** @param {string} why */
  close(why) {
    const error = new Closed(`the link is closed: ${REASONS[why] ?? `the worker failed: ${why}`}`);
    this.#channel?.close(why);
    this.realm?.closed(error);
    this.#over(error);
  }

  /** @param {Error} error */
  #over(error) {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    links.delete(this);
    clearTimeout(this.#timer);
    this.#joined.reject(error);
    this.#ended.resolve(error);
    this.#watching.abort();
    // A worker that has not joined yet is told, now or when it says hello.
    this.#start = { type: messages.ENDED, message: error.message };
    if (this.#kept === undefined) this.#send(this.#start);
    else this.#kept.length = 0;
    this.#unlink();
    this.#transport?.half.close();
    // The wasm's half is freed when nobody holds it.
    this.#channel = undefined;
  }

  /** The error with which the link has ended, once it has. @type {Promise<Error>} */
  get ended() {
    return this.#ended.promise;
  }
}

/** @param {Record<string, string>} reasons */
const list = (reasons) =>
  Object.entries(reasons)
    .map((reason) => reason.join(': '))
    .join('; ');

/** @param {[Link, Link]} ends @param {Link} end */
const otherEnd = ([one, other], end) => (one === end ? other : one);

const CLOSED_ITSELF = 'its realm ended: it closed itself, or crashed';

/** @param {string} name */
const noWorker = (name) =>
  `there is no worker named \`${name}\`; start it with \`new Worker(url, { name: '${name}' })\` first`;

/** @type {Record<string, string>} */
const REASONS = { '': 'it was closed', terminated: 'the worker was terminated', unloaded: 'the page was unloaded' };

/**
 * @typedef {object} Settings
 * @property {string | URL} url of the worker's script
 * @property {string | undefined} name by which other workers ask for it
 * @property {boolean} windowed
 * @property {Policy | undefined} policy
 * @property {((specifier: string) => Promise<any>) | undefined} load
 * @property {((value: any) => any) | undefined} transform
 * @property {number} memoMs
 * @property {number} timeoutMs each call's limit; below 0: none
 * @property {number} startMs how long the worker may take to join; below 0: as long as it likes
 * @property {import('./transports.js').Wishes} wishes
 */

/** @param {any} options @param {any} [own] the worker's own */
const limitsOf = (options, own) => ({
  timeoutMs: limitOf(own?.timeout ?? options?.timeout ?? Infinity, 'the option `timeout`'),
  startMs: limitOf(own?.startTimeout ?? options?.startTimeout ?? START_MS, 'the option `startTimeout`'),
});

/** @param {string | URL} url @param {any} options @param {any} own the worker's own @param {boolean} windowed @returns {Settings} */
const settingsOf = (url, options, own, windowed) => ({
  url,
  name: own?.name,
  windowed,
  policy: windowed && options?.policy !== undefined ? new Policy(options.policy) : undefined,
  load: windowed
    ? (own?.import ??
      options?.import ??
      ((/** @type {string} */ name) => import(/* @vite-ignore */ new URL(name, location.href).href)))
    : undefined,
  transform: options?.transform,
  memoMs: own?.reflected_ffi_timeout ?? options?.reflected_ffi_timeout ?? -1,
  ...limitsOf(options, own),
  wishes: checkWishes({
    transports: own?.transports ?? options?.transports,
    exclude: own?.exclude ?? options?.exclude,
    serviceWorker: own?.serviceWorker ?? options?.serviceWorker,
    reload: own?.reload ?? options?.reload,
  }),
});

/** The worker class of one factory. @param {any} options @param {boolean} windowed */
export function workerClass(options, windowed) {
  const checkTransfer = options?.transfer !== false;
  limitsOf(options);
  void start().catch(() => {});
  /** @param {Link} link @param {number} [ms] */
  const proxy = (link, ms) =>
    methods(link.exports, (name, args) => {
      const moved = transferred(args, checkTransfer);
      return link.ask((realm) => realm.call(name, args, moved, ms ?? realm.timeoutMs));
    });

  return class Worker extends globalThis.Worker {
    /** @param {string | URL} url @param {any} [own] */
    constructor(url, own) {
      // Before there is a worker: it may throw.
      const settings = settingsOf(url, options, own, windowed);
      super(url, { type: 'module', ...own });
      const post = (/** @type {object} */ message, /** @type {Transferable[]} */ transfer = []) =>
        super.postMessage(message, transfer);
      const link = new Link(settings, post, () => super.terminate());
      super.addEventListener('message', (event) => {
        if (link.receive(event.data)) event.stopImmediatePropagation();
      });
      super.addEventListener('error', (event) => void link.receiveError(event));
      this.link = link;
      /** The worker's exports, as async functions. Assign a function to export it to the worker. */
      this.proxy = proxy(link);
    }

    /** The same as `proxy`, but each call ends with `TimedOut` after so many ms. @param {number} ms */
    timeout(ms) {
      return proxy(this.link, limitOf(ms, '`timeout`'));
    }

    /** Ends the worker's innermost blocking call, or its next one, with `Interrupted`. */
    interrupt() {
      this.link.interrupt();
    }

    /** The link's transport: `atomics`, `mailbox`, `service-worker`, `message`; undefined until that is known. */
    get transport() {
      return this.link.transport;
    }

    /** Why each better transport was passed over, by its name. */
    get passedOver() {
      return this.link.passedOver;
    }

    /** The state of the link at both ends, for people to read. */
    dump() {
      return this.link.dump();
    }

    /** How many objects the page and the worker hold of each other. */
    get handles() {
      return this.link.realm?.handles ?? { lent: 0, borrowed: 0 };
    }

    terminate() {
      this.link.close('terminated');
      super.terminate();
    }
  };
}

/** @param {any} [options] */
const sabir = (options) => ({ Worker: workerClass(options, false), native, transfer, trace });

export default Object.assign(sabir, { trace });
export * from './errors.js';
