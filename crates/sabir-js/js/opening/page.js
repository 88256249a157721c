// @ts-check
// The page's half of opening a link, and of its end. It knows no Worker: a port brings the messages.

import { SabirChannel as Channel, linkBytes, ring } from '../core.js';
import { Closed, SabirError } from '../errors.js';
import { draftCall, sendDraft } from '../end/drafts.js';
import { LinkEnd } from '../end/end.js';
import { LATER_HANDLERS } from '../end/later.js';
import { actAsPage } from '../end/page.js';
import { Trace } from '../trace.js';
import { Transports } from '../transports.js';
import { Introductions } from './introductions.js';
import { PACKET_BYTES, RING_BYTES, TUNNEL_BYTES, VERSION, byMessage } from './link.js';

/** A timer that is so late, in ms, tells of a page that was busy, frozen or asleep: the worker may have been heard by nobody. */
const LATE_MS = 1000;
/** The longest delay of a timer, in ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** @type {Set<PageLink>} */
const links = new Set();
const introductions = new Introductions(links);
globalThis.addEventListener?.('pagehide', ({ persisted }) => {
  // A page that is kept in the back/forward cache comes back, and its workers with it.
  if (!persisted) for (const link of links) link.close('unloaded');
});

export const trace = new Trace(function* () {
  for (const { end } of links) if (end !== undefined) yield end;
});

/**
 * @typedef {object} Settings
 * @property {string | URL} url of the worker's script
 * @property {string | undefined} name by which other workers ask for it
 * @property {import('../end/lending.js').Lending | undefined} lending the page's objects, if they may be reached
 * @property {((value: any) => any) | undefined} transform
 * @property {number} memoMs
 * @property {number} timeoutMs each call's limit; below 0: none
 * @property {number} startMs how long the worker may take to join; below 0: as long as it likes
 * @property {import('../transports.js').TransportOptions} transports
 */

/** The page's end of the link to one worker. */
export class PageLink {
  /** @type {LinkEnd} */
  end;
  /** @type {Channel | undefined} */
  #channel;
  /** @type {import('../transports.js').Transport | undefined} */
  #transport;
  #transports;
  /** Why the worker cannot block, if it cannot. @type {string | undefined} */
  #cannotBlock;
  /** @type {object | undefined} */
  #start;
  #settings;
  #port;
  #waiting;
  /** How many calls wait until there is a transport. */
  #drafts = 0;
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

  /** @param {Settings} settings @param {import('./port').Port} port @param {() => Promise<WebAssembly.Module>} start starts the page's wasm */
  constructor(settings, port, start) {
    this.#settings = settings;
    this.#port = port;
    this.#transports = new Transports(settings.transports, {
      bytes: PACKET_BYTES,
      lost: () => this.#channel?.lost(),
      failed: (why) => {
        this.close(`it can no longer be answered: ${why}`);
        // If it waits for an answer, nothing tells it.
        port.end();
      },
      share: () => new SharedArrayBuffer(linkBytes(RING_BYTES)),
    });
    this.end = this.#makeEnd();
    links.add(this);
    this.#joined.promise.catch(() => {});
    this.#limitStart();
    const opened = this.#open(start).catch((error) => this.#fail(error));
    this.end.opening = this.#waiting = Promise.race([opened, this.#ended.promise]);
    port.listen(
      (message) => this.#receive(message),
      (event) => void this.#receiveError(event),
    );
  }

  #makeEnd() {
    const { lending, transform, timeoutMs } = this.#settings;
    const end = new LinkEnd({
      page: true,
      windowed: lending !== undefined,
      blocking: false,
      exports: this.#exports,
      handlers: LATER_HANDLERS,
      lending,
      send: (message, transfer) => this.#post(message, transfer),
      ended: () => this.#over(end.ended ?? new Closed('the link is closed')),
    });
    actAsPage(end);
    end.useTransform(transform);
    end.timeoutMs = timeoutMs;
    end.tracer = trace.tracer;
    return end;
  }

  /** Ends a link that its worker does not join in time. */
  #limitStart() {
    const { startMs } = this;
    if (startMs === undefined) return;
    const due = performance.now() + startMs;
    this.#timer = setTimeout(() => {
      if (performance.now() > due + LATE_MS) return this.#limitStart();
      const lacks = this.#kept === undefined ? 'taken its end of the link' : 'imported Sabir';
      this.close(`it did not join within ${startMs} ms (\`startTimeout\`): its script has not ${lacks}`);
    }, startMs);
  }

  /** @param {() => Promise<WebAssembly.Module>} start */
  async #open(start) {
    const module = await start();
    const transport = await this.#take();
    if (transport === undefined) return;
    const { memory } = transport.half;
    this.#channel =
      memory === undefined
        ? Channel.tunnel(true, TUNNEL_BYTES, this.#carrier(), this.end)
        : Channel.create(memory, RING_BYTES, byMessage, this.end);
    this.end.settings.shared = memory !== undefined;
    this.end.carrier = this.#channel;
    this.#lock = `sabir:${crypto.randomUUID?.() ?? Math.random()}`;
    this.#start = {
      type: 'sabir:start',
      version: VERSION,
      module,
      memory,
      byMessage,
      passedOver: this.passedOver,
      windowed: this.end.windowed,
      lock: this.#lock,
      memoMs: this.#settings.memoMs,
      ringBytes: TUNNEL_BYTES,
      transport: transport.name,
      offer: transport.half.offer,
      cannotBlock: this.#cannotBlock,
    };
    this.#port.post(this.#start);
  }

  /** Takes the best transport that is left; none if the link has ended meanwhile. */
  async #take() {
    const transport = await this.#transports.next();
    if (transport?.name === 'message') {
      const { whyCannotBlock } = await import('./cannot-block.js');
      this.#cannotBlock = whyCannotBlock(this.passedOver);
    }
    if (this.#failure !== undefined) return void transport?.half.close();
    if (transport === undefined) throw new SabirError(`no transport is left: ${list(this.passedOver)}`);
    return (this.#transport = transport);
  }

  /** Carries the link's packets over any transport: one that is declined takes none with it. @returns {import('../carrier').Carrier} */
  #carrier() {
    return {
      post: (packet) => this.#post({ type: 'sabir:packet', packet }, [packet.buffer]),
      answer: (packet) => this.#transport?.half.answer(packet) ?? false,
    };
  }

  /** Sends a message once the worker listens. @param {object} message @param {Transferable[]} transfer */
  #post(message, transfer) {
    if (this.#kept === undefined) this.#port.post(message, transfer);
    // Transferred objects leave the program's hands now.
    else this.#kept.push(structuredClone([message, transfer], { transfer }));
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
    this.end.closed(failure);
    this.#over(failure);
  }

  /**
   * Calls the function that the worker exports as `name`, as soon as it can be: its arguments are read now.
   * @param {string} name @param {any[]} args @param {Transferable[]} transfer @param {number} [ms] below 0: no limit
   */
  async call(name, args, transfer, ms = this.end.timeoutMs) {
    if (this.#failure !== undefined) throw this.#failure;
    // Calls keep their order.
    if (this.#channel !== undefined && this.#drafts === 0) return this.end.call(name, args, transfer, ms);
    const draft = draftCall(this.end, name, args, transfer);
    this.#drafts++;
    await this.#waiting;
    this.#drafts--;
    if (this.#failure !== undefined) throw this.#failure;
    return sendDraft(this.end, name, draft, ms);
  }

  get exports() {
    return this.#exports;
  }

  /** The name by which other workers ask for this one. */
  get name() {
    return this.#settings.name;
  }

  /** How long the worker may take to join, and then to take its end of a link, in ms; undefined: as long as it likes. */
  get startMs() {
    const { startMs } = this.#settings;
    return startMs < 0 || startMs > LONGEST_MS ? undefined : startMs;
  }

  /** Settled when the worker has joined, or when it never will. */
  get joined() {
    return this.#joined.promise;
  }

  /** Sends the worker a message of the platform. @param {object} message @param {Transferable[]} [transfer] */
  send(message, transfer) {
    this.#port.post(message, transfer);
  }

  /** The link at both ends, in words. */
  async dump() {
    const state = this.#failure?.message ?? (this.#kept === undefined ? 'the worker has said hello' : 'no hello yet');
    const passedOver = list(this.passedOver) || 'none';
    const start = `transport: ${this.transport ?? 'none yet'}; passed over: ${passedOver}; ${state}\n`;
    if (this.#channel === undefined) return start;
    const { dump } = await import('../end/dump.js');
    return start + (await dump(this.end));
  }

  /** A message of the worker; true if it was ours. @param {import('../messages').FromWorker} data */
  #receive(data) {
    switch (data?.type) {
      case 'sabir:hello':
        // It may have missed the start message: what comes before its script listens is lost.
        if (this.#start !== undefined) this.#port.post(this.#start);
        for (const [message, transfer] of this.#kept ?? []) this.#port.post(message, transfer);
        this.#kept = undefined;
        return true;
      case 'sabir:joined':
        clearTimeout(this.#timer);
        if (this.transport === 'service-worker') this.#transports.taken();
        this.#watchRealm();
        this.#joined.resolve();
        return true;
      case 'sabir:settled':
        this.#settled = true;
        return true;
      case 'sabir:returned':
        return true;
      case 'sabir:closing':
        this.close(CLOSED_ITSELF);
        return true;
      case 'sabir:ring':
        ring();
        return true;
      case 'sabir:cargo':
        this.end.receiveCargo(data.id, data.values);
        return true;
      case 'sabir:packet':
        this.#receivePacket(data.packet);
        return true;
      case 'sabir:declined':
        void this.#decline(data);
        return true;
      case 'sabir:connect':
        void introductions.introduce(this, data);
        return true;
      case 'sabir:connected':
        introductions.confirm(data);
        return true;
      case 'sabir:disconnect':
        introductions.forget(data.id);
        return true;
      case 'sabir:relay':
        introductions.relay(this, data);
        return true;
      case 'sabir:failed':
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
      if (next !== undefined) {
        const { name, half } = next;
        this.#port.post({ type: 'sabir:offer', transport: name, offer: half.offer, cannotBlock: this.#cannotBlock });
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The worker's realm holds a lock: it is granted to us when the realm has ended, however it did. */
  #watchRealm() {
    const ended = () => {
      // WebKit may wake the page later for the worker's last words than it grants the lock.
      this.#channel?.poll();
      this.close(CLOSED_ITSELF);
    };
    // Without locks, the worker itself reports its `close()`.
    void navigator.locks?.request(this.#lock, { signal: this.#watching.signal }, ended).catch(() => {});
  }

  /** An error that nobody in the worker has caught. A program that runs goes on after it. @param {ErrorEvent | Event} event */
  async #receiveError(event) {
    if (this.#settled || this.#failure !== undefined) return;
    // A script that cannot be fetched is an event without a message.
    if (!('message' in event)) {
      const why = import('../reasons.js').then(({ whyNotLoaded }) => whyNotLoaded(this.#settings.url));
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
    this.end.closed(error);
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
    this.#start = { type: 'sabir:ended', message: error.message };
    if (this.#kept === undefined) this.#port.post(this.#start);
    else this.#kept.length = 0;
    introductions.end(this);
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

const CLOSED_ITSELF = 'its realm ended: it closed itself, or crashed';

/** @type {Record<string, string>} */
const REASONS = { '': 'it was closed', terminated: 'the worker was terminated', unloaded: 'the page was unloaded' };
