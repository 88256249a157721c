// @ts-check
// One end of a link: it asks, answers, and knows which objects each end holds of the other.

import { CannotBlock, makeError, withCallersStack } from '../errors.js';
import { numberOf } from '../names.js';
import { close, open, readByte, unread, wordAt } from '../values/decode.js';
import {
  AGAIN_WHOLE,
  abort,
  begin,
  finish,
  hasCargo,
  moveAttached,
  partSoFar,
  takeAttachments,
  writeByte,
  writeUint32,
} from '../values/encode.js';
import { FIRST_KIND, FUNCTION_TYPE, ITERATOR_TYPE } from '../values/tags.js';
import { Answerer } from './answerer.js';
import { isCacheable, isThrown, readResult } from './answers.js';
import { Batch } from './batch.js';
import { Cargo } from './cargo.js';
import { carrierOfEnded, rejected } from './ended.js';
import { Exports } from './exports.js';
import { Borrowed, GLOBAL, Lent } from './handles.js';
import { Lists } from './lists.js';
import { AHEAD, APPLY, BATCH, CALL, RELEASE, UNLINKED, WITH_CARGO } from './operations.js';
import { PendingCalls } from './pending.js';
import { functionProxy, objectProxy } from './proxies.js';
import { ComeBack, Released } from './released.js';
import { Signals } from './signals.js';
import { standIn } from './stand-ins.js';
import { argumentWriterOf, writerOf } from './writer.js';

/** @typedef {import('./operations.js').Operation} Operation */
/** @typedef {import('../core.js').SabirChannel} Channel */

/**
 * One end of a link.
 *
 * Members that begin with `_` are private. `#` would say so better, but Firefox then looks for the class's brand at each use:
 * calls are 6 to 9 % slower (docs/tuning.md).
 */
export class LinkEnd {
  /** @type {Channel} */
  carrier = /** @type {any} */ (undefined);
  /** What goes in the place of a value: `useTransform`. @type {((value: any) => any) | undefined} */
  transform;
  /** The limit of each call, in ms; below 0: none. */
  timeoutMs = -1;
  /** @type {import('../trace.js').Tracer | undefined} */
  tracer;
  /** The page's global object, as this end has it. @type {any} */
  window;
  /** How long the proxies of the page's objects cache what they got, in ms; below 0: not at all. */
  memoMs = -1;
  /** Whether the last answer may be cached. */
  cacheable = false;
  /** A worker's, whose page performs operations for which it does not wait. @type {{ explain(error: unknown): void, look<T>(look: () => T): T, failed(count: number, isNext: boolean): void, handlerOf(value: any): { kind: import('./kinds.js').Kind } | undefined } | undefined} */
  pipeline;
  /** A page's, which performs them. @type {{ check(operation: Operation): void, performAll(): void, nest(change: number): void } | undefined} */
  performer;
  /** How many messages were sent or served: the page may have changed since. */
  trips = 0;
  /** Whether values that only the platform can clone may go beside the message. */
  canSendCargo = true;
  /** @type {import('../values/encode.js').Lender['kinds']} */
  kinds;
  pending = new PendingCalls(this);
  /** Whether a worker's global scope stands for the page's. */
  hasGlobals = false;
  /** Whether a worker's objects stay its own that it assigns to nodes of the page's. */
  keepsExpandos = false;
  /** Stand-ins with methods, by the proxies of the same objects, or by themselves. @type {WeakMap<object, object>} */
  _lives = new WeakMap();
  /** @type {WeakSet<object> | undefined} */
  _direct;
  batches = new Batch(this);
  _answerer = new Answerer(this);
  /** How many calls block, one on behalf of the other. */
  blocked = 0;
  /** The address of the word that has the address of an answer. @type {number | undefined} */
  _answerAt;
  /** Bytes that went and came ahead since the last call that was traced. */
  _bytesAhead = 0;
  /** The numbers of operations' names, for the hottest calls. @type {number[]} */
  _numbers = [];
  lists = new Lists(this);
  signals = new Signals(this);
  comeBack = new ComeBack(this);
  /** Settled once there is a carrier, or never will be: set where programs use the end before. @type {Promise<unknown> | undefined} */
  opening;
  /** @type {Error | undefined} */
  _closed;

  /** @param {import('./settings').Settings} settings */
  constructor(settings) {
    const { page, windowed, lending } = settings;
    this.settings = settings;
    this.isPage = page;
    this.windowed = windowed;
    /** A page's, whose objects stay on the page. */
    this.lending = lending;
    /** The traps of proxies; an interpreter may want others. */
    this.handlers = settings.handlers;
    this.blocking = settings.blocking;
    this.lent = new Lent(lending && globalThis);
    this.exports = new Exports(settings.exports ?? Object.create(null));
    /** Writes a value as this end's objects travel: by reference, or by value. */
    this.writeOne = writerOf(this);
    /** Writes an argument of the other end's function. */
    this.writeArgument = argumentWriterOf(this);
    this.borrowed = new Borrowed((handle, count) => this._closed === undefined && this._released.add(handle, count));
    this._released = new Released((returned) => this.note(RELEASE, returned), this.batches);
    this.cargo = new Cargo(settings.send);
    if (page) this.exports.settle();
    else if (windowed) {
      this.window = objectProxy(this, 0, GLOBAL);
      this.borrowed.pin(GLOBAL, this.window);
    }
  }

  /** Has what `transform` gives go in the place of values. @param {((value: any) => any) | undefined} transform */
  useTransform(transform) {
    this.transform = transform;
    this.writeOne = writerOf(this);
    this.writeArgument = argumentWriterOf(this);
  }

  /** @param {object} value */
  handleOf(value) {
    if (value === globalThis && this.windowed && !this.isPage) return GLOBAL;
    return this.borrowed.handleOf(value);
  }

  /** The kind of one of the page's objects, if it has one. @param {object} value */
  kindOf(value) {
    return this.pipeline?.handlerOf(value)?.kind;
  }

  /** @param {object} value */
  lend(value) {
    this.lending?.lend(value, this);
    return this.lent.lend(value);
  }

  /** @param {number} handle */
  own(handle) {
    return this.lent.own(handle);
  }

  /** @param {number} type @param {number} handle */
  borrow(type, handle) {
    if (handle === GLOBAL && this.window !== undefined) return this.window;
    return this.borrowed.borrow(handle, () => this.makeProxy(type, handle));
  }

  /** @param {number} type @param {number} handle */
  makeProxy(type, handle) {
    if (type >= ITERATOR_TYPE && type < FIRST_KIND) return standIn(this, type, handle);
    if (type !== FUNCTION_TYPE) return objectProxy(this, type, handle);
    return !this.isPage && this.windowed ? functionProxy(this, handle) : this.callerOf(handle);
  }

  /** A function that calls the other end's of a handle. @param {number} handle @returns {Function} */
  callerOf(handle) {
    const end = this;
    /** @this {any} @param {any[]} args */
    return function (...args) {
      return end._closed === undefined ? end.request(APPLY, handle, this, args) : rejected(end._closed);
    };
  }

  /** What stands for an object whose methods can be called, with the fields that it has now. @param {number} handle @param {object} fields */
  borrowLive(handle, fields) {
    const known = this.borrowed.borrow(handle, () => fields);
    const live = this._lives.get(known);
    if (live !== undefined) return Object.assign(live, fields);
    this._lives.set(known, fields);
    if (known !== fields) {
      // A proxy stands for the object as well: each keeps the other.
      this._lives.set(fields, known);
      this.borrowed.pin(handle, fields);
    }
    return fields;
  }

  /** @param {symbol} symbol @returns {[boolean, number]} */
  symbolHandle(symbol) {
    const theirs = this.borrowed.symbolHandle(symbol);
    return theirs === undefined ? [false, this.lent.lend(symbol)] : [true, theirs];
  }

  /** @param {number} handle @param {string | undefined} description */
  borrowSymbol(handle, description) {
    return this.borrowed.symbol(handle, description);
  }

  /** @param {object} value */
  isDirect(value) {
    return this._direct !== undefined && this._direct.has(value);
  }

  /** Whether the other end reads elements while this one still writes, and the message itself leaves next. */
  get canSendAhead() {
    const soon = this.settings.shared === true && !this.batches.isOpen && !this._answerer.isSettling;
    // The call that a list belongs to would be refused.
    return soon && !this.carrier.isCongested();
  }

  /** @param {number} list @param {Uint8Array} bytes */
  sendAhead(list, bytes) {
    if (this.tracer !== undefined) this._bytesAhead += bytes.length;
    this.note(AHEAD, list, bytes);
  }

  /** @param {number} list */
  takeAhead(list) {
    return this.lists.take(list);
  }

  /** Reads elements that came ahead of their message. @param {number} list */
  readAhead(list) {
    if (this.tracer !== undefined) this._bytesAhead += unread();
    this.lists.read(list);
  }

  /** Has `value` travel by value. @template {object} T @param {T} value @returns {T} */
  direct(value) {
    (this._direct ??= new WeakSet()).add(value);
    return value;
  }

  /** @param {any} value */
  isProxy(value) {
    return this.borrowed.handleOf(value) !== undefined;
  }

  /** How many objects each end holds of the other. */
  get handles() {
    return { lent: this.lent.size, borrowed: this.borrowed.size };
  }

  /**
   * Calls the function that the other end exports as `name`.
   * @param {string} name @param {any[]} args @param {Transferable[]} transfer @param {number} timeoutMs below 0: none
   */
  call(name, args, transfer, timeoutMs) {
    const number = numberOf(name, timeoutMs);
    this.composeCall(name, args, transfer);
    return this.ask(number, CALL, name, transfer);
  }

  /** Writes the message of a call. @param {string} name @param {any[]} args @param {Transferable[]} transfer */
  composeCall(name, args, transfer) {
    const { transform } = this;
    if (transform !== undefined) args = args.map((arg) => transform(arg));
    for (let whole = false; ; whole = true) {
      begin(this, whole);
      try {
        writeByte(CALL.code);
        CALL.ask(this, name, args);
        if (transfer.length > 0) moveAttached(transfer);
        return;
      } catch (error) {
        abort();
        if (error !== AGAIN_WHOLE) throw error;
      }
    }
  }

  /** Performs an operation on a value of the other end. @param {Operation} operation @param {number} handle @param {any} [first] @param {any} [second] */
  request(operation, handle, first, second) {
    if (!this.blocking && !this.isPage) throw new CannotBlock(this.settings.cannotBlock);
    const number = (this._numbers[operation.code] ??= numberOf(operation.name, this.timeoutMs));
    this.compose(operation, handle, first, second);
    return this.ask(number, operation, operation.namesKey ? first : operation.name, NONE);
  }

  /** As `request`, but never blocks. @param {Operation} operation @param {number} handle @param {any} [first] @param {any} [second] @returns {Promise<any>} */
  requestLater(operation, handle, first, second) {
    this.compose(operation, handle, first, second);
    return this.sendLater(numberOf(operation.name), operation, operation.name, NONE);
  }

  /** Sends the message that was written; gives a promise of the answer. @param {number} number @param {Operation} operation @param {PropertyKey} name @param {Transferable[]} transfer @returns {Promise<any>} */
  sendLater(number, operation, name, transfer) {
    this.trips++;
    if (hasCargo()) this.ship(transfer);
    return this._askLater(number, operation, name);
  }

  /** Writes the message of an operation, as a part of `outer`. @param {Operation} operation @param {number} handle @param {any} first @param {any} second @param {Operation} [outer] */
  compose(operation, handle, first, second, outer) {
    for (let whole = false; ; whole = true) {
      begin(this, whole);
      try {
        if (outer !== undefined) writeByte(outer.code);
        writeByte(operation.code);
        writeUint32(handle);
        return operation.ask(this, first, second);
      } catch (error) {
        abort();
        if (error !== AGAIN_WHOLE) throw error;
      }
    }
  }

  /** Writes the message of an operation without a handle. @param {Operation} operation @param {any} first @param {any} [second] */
  _composeFree(operation, first, second) {
    begin(this);
    try {
      writeByte(operation.code);
      operation.ask(this, first, second);
    } catch (error) {
      abort();
      throw error;
    }
  }

  /**
   * Sends a message without an answer, which is served at once. It takes no interrupt, which is for calls, and never blocks.
   * @param {Operation} operation @param {any} first @param {any} [second]
   */
  note(operation, first, second) {
    // A note has no caller to tell that the link has ended.
    if (this._closed !== undefined) return;
    if (this.carrier === undefined) return void this.opening?.then(() => this.note(operation, first, second));
    const number = numberOf(operation.name);
    this._composeFree(operation, first, second);
    const place = finish();
    try {
      this.carrier.post(number, place);
    } catch {
      // The link has ended.
    }
  }

  /**
   * Sends the message that was written; gives the answer, or a promise of it where this end must not block.
   * @param {number} number of the name @param {Operation} operation @param {PropertyKey} name @param {Transferable[]} transfer
   * @returns {any}
   */
  ask(number, operation, name, transfer) {
    this.trips++;
    if (hasCargo()) this.ship(transfer);
    if (this.batches.isOpen) return this.batches.add();
    if (!this.blocking) return this._askLater(number, operation, name);
    if (this.tracer !== undefined) return this._askTraced(number, name);
    return this.readAnswer(this.block(number, finish()));
  }

  /** Calls, and blocks; gives the number of bytes of the answer. @param {number} number @param {number} place */
  block(number, place) {
    const outer = this.blocked;
    this.blocked = outer + 1;
    try {
      const len = this.carrier.call(number, place);
      if (len >= 0) return len;
    } finally {
      this.blocked = outer;
    }
    throw this.carrier.takeError();
  }

  /** @param {number} number @param {PropertyKey} name */
  _askTraced(number, name) {
    const start = performance.now();
    const place = finish();
    const sent = place % 0x1_0000_0000;
    let received = 0;
    try {
      received = this.block(number, place);
      return this.readAnswer(received);
    } finally {
      const bytes = sent + received + this._bytesAhead;
      this._bytesAhead = 0;
      this.tracer?.record({ name: String(name), bytes, start, duration: performance.now() - start });
    }
  }

  /** @param {number} number @param {Operation} operation @param {PropertyKey} name */
  _askLater(number, operation, name) {
    const place = finish();
    const [token, answer] = this.pending.begin(name);
    // The traps of proxies do not wait until the handler that enters them has returned.
    const urgent = operation !== CALL;
    try {
      if (this._closed !== undefined) throw this._closed;
      this.carrier.start(number, place, token, urgent);
    } catch (error) {
      this.pending.failed(token, error);
    }
    return answer;
  }

  /** @param {number} len */
  readAnswer(len) {
    open(this, wordAt((this._answerAt ??= this.carrier.answerAt())), len);
    const status = readByte();
    const value = readResult(status);
    this.cacheable = isCacheable(status);
    close();
    this.lists.forgetUnread();
    if (!isThrown(status)) return value;
    this.pipeline?.explain(value);
    throw withCallersStack(value);
  }

  /** Sends the values that only the platform can clone, and has the message wait for them. @param {Transferable[]} transfer */
  ship(transfer) {
    const part = partSoFar();
    let id;
    try {
      id = this.cargo.send(part.cargo, transfer);
    } catch (error) {
      abort();
      throw error;
    }
    finish();
    this._composeFree(WITH_CARGO, id, part);
  }

  /** Takes the values of a platform message. @param {number} id @param {any[]} values */
  receiveCargo(id, values) {
    this.cargo.receive(id, values);
  }

  /** The answer to an async call stands at `address` (`Host`). @param {number} token @param {number} address @param {number} len */
  answered(token, address, len) {
    this.pending.answered(token, address, len);
  }

  /** An async call failed (`Host`). @param {number} token @param {unknown} error */
  failed(token, error) {
    this.pending.failed(token, error);
  }

  /**
   * Runs `body`, whose sets and calls go in one message: with the next operation that has a result, or at the end.
   * @template T @param {() => T} body @returns {T}
   */
  batch(body) {
    return this.batches.run(body);
  }

  /** Sends the parts of a batch; gives the last one's result. @param {import('../values/encode.js').WrittenPart[]} parts */
  sendBatch(parts) {
    this._composeFree(BATCH, parts);
    try {
      return this.ask(numberOf(BATCH.name, this.timeoutMs), BATCH, BATCH.name, NONE);
    } finally {
      this._released.flushMany();
    }
  }

  /**
   * Serves the call that stands at `address`; gives the place of its answer, -1 if it is settled later, or -2 if there can be
   * none. Never throws.
   * @param {number} address @param {number} len
   */
  serve(address, len) {
    return this._answerer.serve(address, len);
  }

  /** Tells a worker, also while it is blocked, that its link `id` has lost its other end. @param {string} id */
  unlink(id) {
    this.note(UNLINKED, id);
  }

  /** The other end, in words (`Host`). @param {number} token @param {string} text */
  dumped(token, text) {
    this.pending.take(token)?.resolve(text);
  }

  takeAttachments() {
    return takeAttachments();
  }

  /** @param {string} name @param {string} message */
  makeError(name, message) {
    return makeError(name, message);
  }

  /** Wakes the other end where `Atomics.notify` cannot. */
  wake() {
    this.settings.send({ type: 'sabir:ring' }, []);
  }

  /** The link has ended: nothing is lent any more, and all that wait are told. @param {Error} error */
  closed(error) {
    if (this._closed !== undefined) return;
    this.performer?.performAll();
    this._closed = error;
    this.pending.failAll(error);
    this.lending?.end();
    // From now on proxies lend nothing.
    if (this.isPage) this.request = () => rejected(error);
    // It may be at work just now, in a call that is below this one on the stack.
    setTimeout(() => (this.carrier = carrierOfEnded(error)));
    this.lent.clear();
    this.borrowed.clear();
    this.lists.clear();
    this.signals.clear();
    this.cargo.clear();
    this.settings.ended?.();
  }

  /** The reason why the link has ended, if it has. */
  get ended() {
    return this._closed;
  }
}

/** @type {any[]} */
const NONE = [];
