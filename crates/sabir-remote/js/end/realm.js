// @ts-check
// One realm's half of a link: it asks, answers, and knows which of its objects the other realm holds.

import { Lent, Borrowed, GLOBAL } from './handles.js';
import { describe, report } from '../border.js';
import { CannotBlock, Closed, NotExported, Refused, SabirError, Unserialisable, makeError } from '../errors.js';
import { carrierOfEnded } from './ended.js';
import { invokeOnEvent, noteInvoke } from './events.js';
import { glanceAt } from './glance.js';
import { numberOf } from '../names.js';
import { gather, query } from './paths.js';
import { assign, find } from './properties.js';
import { HANDLERS, functionProxy, objectProxy } from './proxies.js';
import {
  AGAIN_WHOLE,
  FUNCTION_TYPE,
  Unread,
  abort,
  attachMoved,
  attachedViews,
  begin,
  beginProven,
  close,
  end,
  hasCargo,
  isObject,
  isRetry,
  makeList,
  nesting,
  open,
  openAside,
  read,
  readAhead,
  readBlob,
  readByte,
  readUint32,
  readWritten,
  setAside,
  takeAttachments,
  unread,
  unserialisable,
  unwind,
  wordAt,
  write,
  writeByte,
  writeCopy,
  writeFault,
  writeReference,
  writeUint32,
  writeWritten,
  written,
} from '../values/values.js';
import * as ops from './ops.js';

/**
 * @typedef {object} Carrier what carries a realm's messages: the wasm's Channel
 * @property {(name: number, place: number) => number} call
 * @property {() => number} answerAt where the address of its answer stands
 * @property {() => unknown} takeError why `call` gave -1
 * @property {(name: number, place: number, token: number, urgent: boolean) => void} start
 * @property {(name: number, place: number, token: number, limitMs: number) => boolean} startWithin
 * @property {(name: number, place: number) => void} post
 * @property {() => boolean} isCongested whether calls are refused, because the other realm does not read
 * @property {(token: number) => string} dump
 * @property {() => boolean} hasWaiting whether calls of the other realm wait to be served
 * @property {(name: number) => number} defer
 * @property {(token: number, place: number) => void} settle
 * @property {() => boolean} takeInterrupt
 * @property {(why: string) => void} close
 */

/**
 * @typedef {object} Settings
 * @property {boolean} page whether this realm is the page's
 * @property {boolean} windowed whether the page's objects may be reached
 * @property {boolean} blocking whether calls block until they are answered
 * @property {boolean} [shared] whether memory is shared: what is sent ahead is read at once
 * @property {Record<string, string>} [passedOver] why no better transport is in use, by the name of each
 * @property {(message: object, transfer: Transferable[]) => void} send the platform's own messages
 * @property {import('./policy.js').Policy} [policy]
 * @property {import('./undo.js').Undo} [undo] what the worker begins on the page
 * @property {(specifier: string) => Promise<any>} [load] what `window.import` does
 * @property {() => void} [ended] called when the link has ended
 * @property {(id: string) => void} [unlinked] told by the page that another link of this worker's has lost its other end
 */

/** How long a cancelable event waits for its listener in a worker, in ms: what is later is not prevented. */
export const LISTENER_MS = 8;

/**
 * How an answer travels: its first byte, what writes its value, and whether a promise is awaited in its place.
 * @typedef {{ status: number, write: (value: any) => void, awaited: boolean }} Form
 */

/** @type {Form} */
const PLAIN = { status: ops.RETURNED, write, awaited: false };
/** @type {Form} */
const PROMISED = { status: ops.RETURNED, write, awaited: true };

const { apply, construct } = Reflect;
const RELEASE_DELAY_MS = 4;

/** @param {any} value */
const isThenable = (value) => isObject(value) && typeof value.then === 'function';

/**
 * One realm's half of a link.
 *
 * What begins with `_` is its own. `#` would say so better, but Firefox then looks for the class's brand at each use: calls are
 * 6 to 9 % slower (docs/benchmarks.md).
 */
export class Realm {
  /** @type {Carrier} */
  carrier = /** @type {any} */ (undefined);
  /** The functions that the other realm may call. @type {Record<PropertyKey, any>} */
  exports = Object.create(null);
  /** @type {((value: any) => any) | undefined} */
  transform;
  /** Each call's limit in ms; below 0: none. */
  timeoutMs = -1;
  /** Operations that wait for a later one to take them along. @type {{ bytes: Uint8Array, attachments: Uint8Array[] }[] | undefined} */
  batched;
  /** @type {import('../trace.js').Tracer | undefined} */
  tracer;
  /** The page's global object, as this realm has it. @type {any} */
  window;
  /** Remembers what was got through a proxy for so many ms; below 0: not at all. */
  memoMs = -1;
  /** Whether the value that was got last may be remembered. */
  lasted = false;
  windowed;
  /** The traps of proxies of the page's objects; an interpreter may want others. */
  handlers = HANDLERS;
  /** How many messages were sent or served: what was seen before may have changed since. */
  trips = 0;
  /** Whether this realm is the page's. */
  isPage;
  canSendCargo = true;
  /** @type {WeakSet<object> | undefined} */
  _direct;
  _settings;
  _lent;
  _borrowed;
  /** @type {Map<number, { promise: Promise<any>, resolve: (value: any) => void, reject: (error: unknown) => void, name: string, since: number }>} */
  _pending = new Map();
  _nextToken = 1;
  /** Lists of which elements came ahead. @type {Map<number, import('../values/values.js').List>} */
  _ahead = new Map();
  /** The message that is encoded answers a deferred call: it may leave behind others. */
  _settling = false;
  /** How many calls block, one on behalf of the other. */
  _blocked = 0;
  /** Where the carrier says where an answer stands. @type {number | undefined} */
  _answerAt;
  /** Bytes that went and came ahead since the last call that was traced. */
  _bytesAhead = 0;
  /** @type {Map<number, any[] | ((values: any[]) => void)>} */
  _cargo = new Map();
  _nextCargo = 1;
  /** The numbers of `ops.NAMES`, which the hottest calls take from an array. @type {number[]} */
  _opNames = [];
  /** @type {[number, number][]} */
  _released = [];
  _write;
  /** The last listener's event still waits for its worker. */
  _listenerBusy = false;
  /** @type {Error | undefined} */
  _closed;
  _undo;
  /** Calls of functions that the program has not had a chance to export. @type {Map<PropertyKey, (() => void)[]> | undefined} */
  _early = new Map();

  /** @param {Settings} settings */
  constructor(settings) {
    this._settings = settings;
    this.windowed = settings.windowed;
    this._undo = settings.undo;
    this.isPage = settings.page;
    this._lent = new Lent(settings.page && settings.windowed ? globalThis : undefined);
    this._borrowed = new Borrowed((handle, count) => this._release(handle, count));
    this._write = settings.page && settings.windowed ? writeReference : write;
    const form = { status: ops.RETURNED, write: this._write, awaited: false };
    this._reference = form;
    this._promised = { ...form, awaited: true };
    this._lasting = { ...form, status: ops.RETURNED_LASTING };
    this._descriptor = {
      ...form,
      status: ops.RETURNED_DESCRIPTOR,
      write: (/** @type {PropertyDescriptor | undefined} */ descriptor) => this._writeDescriptor(descriptor),
    };
    this._list = {
      ...form,
      status: ops.RETURNED_LIST,
      write: (/** @type {any[]} */ values) => this._writeArgs(values, this._write, ''),
    };
    if (settings.page) this._early = undefined;
    else if (settings.windowed) {
      this.window = objectProxy(this, 0, GLOBAL);
      this._borrowed.pin(GLOBAL, this.window);
    }
  }

  // ---- what the encoding asks (`References`) ----

  /** @param {object} value */
  handleOf(value) {
    if (value === globalThis && this.windowed && !this.isPage) return GLOBAL;
    return this._borrowed.handleOf(value);
  }

  /** @param {object} value */
  lend(value) {
    this._settings.policy?.checkValue(value);
    return this._lent.lend(value);
  }

  /** @param {number} handle */
  own(handle) {
    return this._lent.own(handle);
  }

  /** @param {number} type @param {number} handle */
  borrow(type, handle) {
    if (handle === GLOBAL && this.window !== undefined) return this.window;
    return this._borrowed.borrow(handle, () => this._makeProxy(type, handle));
  }

  /** @param {number} type @param {number} handle */
  _makeProxy(type, handle) {
    if (!this.isPage && this.windowed) {
      return type === FUNCTION_TYPE ? functionProxy(this, handle) : objectProxy(this, type, handle);
    }
    if (type !== FUNCTION_TYPE) return objectProxy(this, type, handle);
    const realm = this;
    /** @this {any} @param {any[]} args */
    return function (...args) {
      return realm._callBack(handle, this, args);
    };
  }

  /** @param {symbol} symbol @returns {[boolean, number]} */
  symbolHandle(symbol) {
    const theirs = this._borrowed.symbolHandle(symbol);
    return theirs === undefined ? [false, this._lent.lend(symbol)] : [true, theirs];
  }

  /** @param {number} handle @param {string | undefined} description */
  borrowSymbol(handle, description) {
    return this._borrowed.symbol(handle, description);
  }

  /** @param {object} value */
  isDirect(value) {
    return this._direct !== undefined && this._direct.has(value);
  }

  /** Whether the other realm reads what is sent while this one still writes, and the message itself leaves next. */
  get canSendAhead() {
    const soon = this._settings.shared === true && this.batched === undefined && !this._settling;
    // The call that a list belongs to would be refused.
    return soon && !this.carrier.isCongested();
  }

  /** @param {number} list @param {Uint8Array} bytes */
  sendAhead(list, bytes) {
    // Those who await the message are told.
    if (this._closed !== undefined) return;
    if (this.tracer !== undefined) this._bytesAhead += bytes.length;
    this._note(ops.AHEAD, 'ahead', () => {
      writeUint32(list);
      writeCopy(bytes);
    });
  }

  /** Sends what has no answer. It takes no interrupt, which is for calls, and it never blocks. @param {number} op @param {string} name @param {() => void} writeRest */
  _note(op, name, writeRest) {
    const number = numberOf(name);
    begin(this);
    try {
      writeByte(op);
      writeRest();
    } catch (error) {
      abort();
      throw error;
    }
    const place = end();
    try {
      this.carrier.post(number, place);
    } catch {
      // The link has ended: whoever waits is told.
    }
  }

  /** @param {number} list */
  takeAhead(list) {
    const taken = this._ahead.get(list);
    if (taken === undefined) throw new SyntaxError(`list ${list} did not come ahead of its message`);
    this._ahead.delete(list);
    return taken;
  }

  /** Reads what came ahead of a message that is being written over there. */
  _readAhead() {
    const number = readUint32();
    const bytes = unread();
    if (bytes === 0) {
      this._ahead.delete(number);
      return close();
    }
    if (this.tracer !== undefined) this._bytesAhead += bytes;
    let list = this._ahead.get(number);
    if (list === undefined) {
      this._forgetLists();
      this._ahead.set(number, (list = makeList()));
    }
    try {
      readAhead(list);
      close();
    } catch (error) {
      // Nobody waits for this message: who waits for the list's is told.
      list.failure ??= error;
    }
  }

  /** Lists whose messages nobody reads are of calls that were given up. While calls block or wait, others may be unread. */
  _forgetLists() {
    if (this._ahead.size > 0 && this._blocked === 0 && !this.carrier.hasWaiting()) this._ahead.clear();
  }

  /** Has `value` travel by value. @template {object} T @param {T} value @returns {T} */
  direct(value) {
    (this._direct ??= new WeakSet()).add(value);
    return value;
  }

  /** @param {any} value */
  isProxy(value) {
    return this._borrowed.handleOf(value) !== undefined;
  }

  /** Whether calls block until they are answered. */
  get blocking() {
    return this._settings.blocking;
  }

  /** How many objects each realm holds of the other. */
  get handles() {
    return { lent: this._lent.size, borrowed: this._borrowed.size };
  }

  // ---- asking ----

  /**
   * Calls what the other realm exports as `name`.
   * @param {string} name @param {any[]} args @param {Transferable[]} transfer @param {number} timeoutMs
   */
  call(name, args, transfer, timeoutMs) {
    const { transform } = this;
    if (transform !== undefined) args = args.map((arg) => transform(arg));
    const number = numberOf(name, timeoutMs);
    for (let whole = false; ; whole = true) {
      begin(this, whole);
      try {
        writeByte(ops.CALL);
        write(name);
        this._writeArgs(args, write);
        if (transfer.length > 0) this._detach(transfer);
        break;
      } catch (error) {
        abort();
        if (error !== AGAIN_WHOLE) throw error;
      }
    }
    return this._ask(number, name, transfer, false);
  }

  /**
   * Asks for an operation on a value of the other realm; `second` is an array of arguments for those that call.
   * @param {number} op @param {number} handle @param {any} [first] @param {any} [second]
   */
  request(op, handle, first, second) {
    if (!this._settings.blocking && !this.isPage) throw new CannotBlock(this._settings.passedOver);
    this._opNames[op] ??= numberOf(ops.NAMES[op], this.timeoutMs);
    this._compose(op, handle, first, second);
    return this._ask(this._opNames[op], op === ops.GET || op === ops.SET ? first : ops.NAMES[op], [], true);
  }

  /** Writes what asks for an operation. @param {number} op @param {number} handle @param {any} first @param {any} second */
  _compose(op, handle, first, second) {
    for (let whole = false; ; whole = true) {
      begin(this, whole);
      try {
        writeByte(op);
        writeUint32(handle);
        return this._writeOperands(op, first, second);
      } catch (error) {
        abort();
        if (error !== AGAIN_WHOLE) throw error;
      }
    }
  }

  /** @param {number} op @param {any} first @param {any} second */
  _writeOperands(op, first, second) {
    switch (op) {
      case ops.GET:
      case ops.GET_LASTING:
      case ops.HAS:
      case ops.DELETE:
      case ops.DESCRIPTOR:
      case ops.QUERY:
        return write(first);
      case ops.SET:
        write(first);
        return this._writeOperand(second, 'value');
      case ops.APPLY:
        this._writeOperand(first, 'this');
        return this._writeArgs(second, this._write);
      case ops.EVALUATE:
        write(first);
        return this._writeArgs(second, this._write);
      case ops.CONSTRUCT:
      case ops.GATHER:
        return this._writeArgs(first, this._write);
      case ops.SET_PROTOTYPE:
      case ops.ASSIGN:
        return this._writeOperand(first, 'value');
      case ops.DEFINE:
        write(first);
        return this._writeDescriptor(second);
    }
  }

  /** @param {any} value @param {string} step */
  _writeOperand(value, step) {
    try {
      this._write(value);
    } catch (error) {
      throw isRetry(error) ? error : unserialisable(error).within(step);
    }
  }

  /** @param {any[]} args @param {(value: any) => void} writeOne @param {string} [step] */
  _writeArgs(args, writeOne, step = 'args') {
    const { length } = args;
    write(length);
    let index = 0;
    try {
      for (; index < length; index++) writeOne(args[index]);
    } catch (error) {
      if (isRetry(error) || error instanceof Refused) throw error;
      throw unserialisable(error).at(index).within(step);
    }
  }

  _readArgs() {
    const length = read();
    const args = [];
    for (let index = 0; index < length; index++) args.push(read());
    return args;
  }

  /** @param {PropertyDescriptor | undefined} descriptor */
  _writeDescriptor(descriptor) {
    if (descriptor === undefined) return writeByte(0);
    writeByte(1);
    const fields = ['writable', 'enumerable', 'configurable', 'value', 'get', 'set'].filter(
      (field) => field in descriptor,
    );
    write(fields.length);
    for (const field of fields) {
      write(field);
      this._write(descriptor[/** @type {keyof PropertyDescriptor} */ (field)]);
    }
  }

  _readDescriptor() {
    if (readByte() === 0) return undefined;
    /** @type {any} */
    const descriptor = {};
    for (let left = read(); left > 0; left--) {
      const field = read();
      descriptor[field] = read();
    }
    return /** @type {PropertyDescriptor} */ (descriptor);
  }

  /** Moves what is transferred out of the caller's hands. @param {Transferable[]} transfer */
  _detach(transfer) {
    const buffers = transfer.filter((value) => value instanceof ArrayBuffer);
    const views = attachedViews();
    const moved = new Map(buffers.map((buffer) => [buffer, structuredClone(buffer, { transfer: [buffer] })]));
    attachMoved(moved, views);
  }

  /**
   * Sends the message that was written; gives the answer, or a promise of it where this realm must not block.
   * @param {number} number of the name @param {PropertyKey} name @param {Transferable[]} transfer
   * @param {boolean} urgent whether it leaves before the handler that makes it has returned
   * @returns {any}
   */
  _ask(number, name, transfer, urgent) {
    this.trips++;
    if (hasCargo()) this._ship(transfer);
    if (this.batched !== undefined) return this._takeAlong();
    if (!this._settings.blocking) return this._askLater(number, name, urgent);
    if (this.tracer !== undefined) return this._askTraced(number, name);
    return this._readAnswer(this._block(number, end()));
  }

  /** Calls, and blocks; gives the number of bytes of the answer. @param {number} number @param {number} place */
  _block(number, place) {
    const outer = this._blocked;
    this._blocked = outer + 1;
    try {
      const len = this.carrier.call(number, place);
      if (len >= 0) return len;
    } finally {
      this._blocked = outer;
    }
    throw this.carrier.takeError();
  }

  /** @param {number} number @param {PropertyKey} name */
  _askTraced(number, name) {
    const start = performance.now();
    const place = end();
    const sent = place % 0x1_0000_0000;
    let received = 0;
    try {
      received = this._block(number, place);
      return this._readAnswer(received);
    } finally {
      const bytes = sent + received + this._bytesAhead;
      this._bytesAhead = 0;
      this.tracer?.record({ name: String(name), bytes, start, duration: performance.now() - start });
    }
  }

  /** @param {number} number @param {PropertyKey} name @param {boolean} urgent */
  _askLater(number, name, urgent) {
    const place = end();
    const token = this._nextToken++;
    const answer = this._answerTo(token, name);
    try {
      if (this._closed !== undefined) throw this._closed;
      this.carrier.start(number, place, token, urgent);
    } catch (error) {
      this.failed(token, error);
    }
    return answer;
  }

  /** @param {number} token of a call that begins @param {PropertyKey} name */
  _answerTo(token, name) {
    const { promise, resolve, reject } = Promise.withResolvers();
    this._pending.set(token, { promise, resolve, reject, name: String(name), since: performance.now() });
    return promise;
  }

  /** @param {number} len */
  _readAnswer(len) {
    open(this, wordAt((this._answerAt ??= this.carrier.answerAt())), len);
    const status = readByte();
    const value = status === ops.RETURNED ? read() : this._readResult(status);
    this.lasted = status === ops.RETURNED_LASTING;
    close();
    this._forgetLists();
    if (status !== ops.THREW) return value;
    throw withCallersStack(value);
  }

  /** @param {number} status */
  _readResult(status) {
    if (status === ops.RETURNED_DESCRIPTOR) return this._readDescriptor();
    return status === ops.RETURNED_LIST ? this._readArgs() : read();
  }

  /** Sends what only the platform can clone, and has the message wait for it. @param {Transferable[]} transfer */
  _ship(transfer) {
    const id = this._nextCargo++;
    const message = written();
    try {
      this._settings.send(
        { type: 'sabir:cargo', id, values: message.cargo },
        transfer.filter((value) => !(value instanceof ArrayBuffer)),
      );
    } catch (error) {
      abort();
      throw new Unserialisable(error instanceof Error ? error.message : String(error), { cause: error });
    }
    end();
    begin(this);
    try {
      writeByte(ops.WITH_CARGO);
      write(id);
      writeWritten(message);
    } catch (error) {
      abort();
      throw error;
    }
  }

  /** Takes the values of a platform message. @param {number} id @param {any[]} values */
  receiveCargo(id, values) {
    const waiting = this._cargo.get(id);
    if (typeof waiting === 'function') {
      this._cargo.delete(id);
      waiting(values);
    } else {
      this._cargo.set(id, values);
    }
  }

  /** The answer to an async call stands at `address` (`Host`). @param {number} token @param {number} address @param {number} len */
  answered(token, address, len) {
    open(this, address, len);
    const status = readByte();
    if (status === ops.WITH_CARGO) this._answeredWithCargo(token);
    else this._deliver(token, status);
  }

  /** @param {number} token */
  _answeredWithCargo(token) {
    const id = read();
    setAside();
    const part = readWritten();
    this._withCargo(id, (values) => {
      openAside(this, part, values);
      this._deliver(token);
    });
  }

  /** @param {number} id @param {(values: any[]) => void} then */
  _withCargo(id, then) {
    const values = this._cargo.get(id);
    if (Array.isArray(values)) {
      this._cargo.delete(id);
      then(values);
    } else {
      this._cargo.set(id, then);
    }
  }

  /** @param {number} token @param {number} [status] if it was read */
  _deliver(token, status) {
    let value;
    let threw;
    try {
      status ??= readByte();
      value = this._readResult(status);
      threw = status === ops.THREW;
      close();
    } catch (error) {
      [value, threw] = [error, true];
    }
    const call = this._pending.get(token);
    this._pending.delete(token);
    if (call === undefined) return;
    this._traceLater(call);
    if (threw) call.reject(withCallersStack(value));
    else call.resolve(value);
  }

  /** An async call failed (`Host`). @param {number} token @param {unknown} error */
  failed(token, error) {
    const call = this._pending.get(token);
    this._pending.delete(token);
    if (call !== undefined) this._refuse(call, error);
  }

  /** @param {{ promise: Promise<any>, reject: (error: unknown) => void }} call @param {unknown} error */
  _refuse({ promise, reject }, error) {
    // Nobody waits for the listeners that a worker had yet to call when it ended.
    if (this.isPage && error instanceof Closed) promise.catch(() => {});
    reject(error);
  }

  /** @param {{ name: string, since: number }} call */
  _traceLater({ name, since }) {
    this.tracer?.record({ name, bytes: 0, start: since, duration: performance.now() - since });
  }

  // ---- listeners ----

  /** Calls a function of the other realm from this one's event loop. @param {number} handle @param {any} self @param {any[]} args */
  _callBack(handle, self, args) {
    if (this._closed !== undefined) return quietly(this._closed);
    const [event] = args;
    const dispatched = typeof Event === 'function' && event instanceof Event && event.eventPhase !== 0;
    if (dispatched) invokeOnEvent(event);
    if (!dispatched || !event.cancelable || this._listenerBusy || this._settings.blocking) {
      return this.request(ops.APPLY, handle, self, args);
    }
    return this._callWithin(handle, self, args);
  }

  /** Serves the worker until its listener has answered, for a while: only now can it prevent the event's default. */
  _callWithin(/** @type {number} */ handle, /** @type {any} */ self, /** @type {any[]} */ args) {
    this._compose(ops.APPLY, handle, self, args);
    const place = end();
    const token = this._nextToken++;
    const answer = this._answerTo(token, 'listener');
    if (!this.carrier.startWithin(numberOf('listener'), place, token, LISTENER_MS)) {
      // One event waits at most: a worker that computes must not make every event late.
      this._listenerBusy = true;
      const free = () => (this._listenerBusy = false);
      answer.then(free, free);
    }
    return answer;
  }

  // ---- batches ----

  /**
   * Runs `body`, whose sets and calls go in one message: with the next operation that has a result, or at the end.
   * @template T @param {() => T} body @returns {T}
   */
  batch(body) {
    if (this.batched !== undefined) return body();
    this.batched = [];
    try {
      const result = body();
      this._sendBatch();
      return result;
    } finally {
      this.batched = undefined;
    }
  }

  /** Operations whose results nobody needs wait; others take them along. @returns {any} */
  _takeAlong() {
    const part = written();
    abort();
    this.batched?.push(part);
    const [op] = part.bytes;
    // A trap that sets or deletes has to say that it succeeded.
    if (op === ops.SET || op === ops.DELETE) return true;
    return op === ops.APPLY || op === ops.CALL ? undefined : this._sendBatch();
  }

  /** Sends what waits; gives the last one's result. @returns {any} */
  _sendBatch() {
    const parts = this.batched ?? [];
    if (parts.length === 0) return undefined;
    this.batched = undefined;
    try {
      const number = numberOf('batch', this.timeoutMs);
      begin(this);
      try {
        writeByte(ops.BATCH);
        writeUint32(parts.length);
        for (const part of parts) writeWritten(part);
      } catch (error) {
        abort();
        throw error;
      }
      return this._ask(number, 'batch', [], true);
    } finally {
      this.batched = [];
    }
  }

  // ---- answering ----

  /** How the result of what was performed last travels, and what that is called: said when nothing else is performed before it is asked. */
  _form = PLAIN;
  _performed = '';

  /** Gives the result of what was performed, and says how it travels. @template T @param {T} value @param {Form} form @param {string} performed */
  _done(value, form, performed) {
    this._form = form;
    this._performed = performed;
    return value;
  }

  /**
   * Serves the call that stands at `address`; gives where its answer stands, -1 if it is settled later, or -2 if there can be
   * none (`Host`). Never throws.
   * @param {number} address @param {number} len
   */
  serve(address, len) {
    const begun = nesting();
    try {
      open(this, address, len);
      return this._respond(undefined);
    } catch (error) {
      return this._refuseOpen(begun, error);
    }
  }

  /** Gives up what was begun since there were `begun` messages, and answers with an error. @param {number} begun @param {unknown} error */
  _refuseOpen(begun, error) {
    try {
      unwind(begun);
      return this._encodeError(error);
    } catch {
      return -2;
    }
  }

  /** Answers the message that is open: at once, or, for a call that was deferred, by its token. @param {number | undefined} token */
  _respond(token) {
    this.trips++;
    let place;
    try {
      const value = this._perform();
      const form = this._form;
      const performed = this._performed;
      if (form.awaited && isThenable(value)) return this._respondLater(value, token, form, performed);
      const travels = form.awaited && this.transform !== undefined ? this.transform(value) : value;
      place = this._encodeAnswer(travels, form, token !== undefined);
      if (place < 0) return this._respondLater(value, token, form, performed);
    } catch (error) {
      if (error instanceof MissingCargo) return this._respondWithCargo(error);
      place = this._encodeError(error);
    }
    if (token === undefined) return place;
    this.carrier.settle(token, place);
    return -1;
  }

  /** @param {any} promise @param {number | undefined} token @param {Form} form @param {string} performed */
  _respondLater(promise, token, form, performed) {
    token ??= this.carrier.defer(numberOf(performed));
    this._settleLater(promise, token, form);
    return -1;
  }

  /** @param {any} promise @param {number} token @param {Form} form */
  async _settleLater(promise, token, form) {
    let place;
    try {
      let value = await promise;
      if (this.transform !== undefined) value = this.transform(value);
      do {
        place = this._encodeAnswer(value, form, true);
        // A Blob's bytes are read first: a blocked worker cannot.
        if (place < 0) await this._unread;
      } while (place < 0);
    } catch (error) {
      place = this._encodeError(error);
    }
    this.carrier.settle(token, place);
  }

  /** @param {MissingCargo} missing */
  _respondWithCargo({ id, part }) {
    const token = this.carrier.defer(numberOf('cargo'));
    this._withCargo(id, (values) => {
      openAside(this, part, values);
      this._respond(token);
    });
    return -1;
  }

  /** An answer waits for this. @type {Promise<void> | undefined} */
  _unread;

  /**
   * Encodes an answer; -1 if a Blob has to be read first.
   * @param {any} value @param {Form} form @param {boolean} settling
   */
  _encodeAnswer(value, form, settling) {
    const [canSendCargo, wasSettling] = [this.canSendCargo, this._settling];
    this.canSendCargo = !this.isPage;
    this._settling = settling;
    try {
      for (let whole = false; ; whole = true) {
        beginProven(this, whole);
        try {
          writeByte(form.status);
          form.write(value);
        } catch (error) {
          abort();
          if (error instanceof Unread) {
            this._unread = readBlob(error.blob);
            return -1;
          }
          if (error !== AGAIN_WHOLE) throw error instanceof Refused ? error : unserialisable(error).within('result');
          continue;
        }
        if (hasCargo()) this._ship([]);
        return end();
      }
    } finally {
      this.canSendCargo = canSendCargo;
      this._settling = wasSettling;
    }
  }

  /** @param {unknown} thrown */
  _encodeError(thrown) {
    beginProven(this);
    try {
      writeByte(ops.THREW);
      write(thrown);
      return end();
    } catch {
      abort();
    }
    const what = `an error that cannot travel: ${describe(thrown)}`;
    beginProven(this);
    writeByte(ops.THREW);
    writeFault('SabirError', what);
    return end();
  }

  /** Does what the open message asks; gives the result, or a promise of it. @returns {any} */
  _perform() {
    const op = readByte();
    if (op === ops.GET && this.windowed) return this._get(false);
    if (op === ops.CALL) return this._callExport();
    if (op === ops.APPLY) return this._apply();
    if (op === ops.WITH_CARGO) return this._performWithCargo();
    if (op === ops.BATCH) return this._performBatch();
    if (op === ops.RELEASE) return this._done(this._takeReleased(), PLAIN, 'release');
    if (op === ops.UNLINKED) return this._done(this._takeUnlinked(), PLAIN, 'unlinked');
    if (op === ops.AHEAD) return this._done(this._readAhead(), PLAIN, 'ahead');
    if (!this.windowed) throw notWindowed();
    if (op === ops.SET) return this._set();
    return op === ops.GET_LASTING ? this._get(true) : this._performRare(op);
  }

  /** @param {boolean} lasting whether to say if the value may be remembered */
  _get(lasting) {
    const target = this.own(readUint32());
    const key = read();
    close();
    const { policy, load } = this._settings;
    const module = key === 'import' && target === globalThis && load !== undefined;
    const form = lasting && (module || canLast(target, key)) ? this._lasting : this._reference;
    if (module) policy?.checkGet(target, key);
    const value = module ? load : policy === undefined ? target[key] : policy.get(target, key);
    return this._done(value, form, 'get');
  }

  _set() {
    const target = this.own(readUint32());
    const key = read();
    const value = read();
    close();
    this._settings.policy?.checkSet(target, key, value);
    return this._done(assign(target, key, value), PLAIN, 'set');
  }

  _apply() {
    const target = this.own(readUint32());
    const self = read();
    const args = this._readArgs();
    close();
    const { policy } = this._settings;
    policy?.checkApply(target, self, args);
    const windowedPage = this.isPage && this.windowed;
    if (windowedPage) noteInvoke(target, self, args);
    const value = this._undo === undefined ? apply(target, self, args) : this._undo.apply(target, self, args);
    return this._done(value, windowedPage ? this._reference : this._promised, target.name || 'function');
  }

  _callExport() {
    const name = read();
    const args = this._readArgs();
    close();
    const callee = this.exports[name];
    const waits = callee === undefined && this._early !== undefined;
    return this._done(waits ? this._callEarly(name, args) : invoke(callee, name, args), PROMISED, name);
  }

  /** Waits for the program to export `name`, as long as it has not had the chance to. @param {string} name @param {any[]} args */
  _callEarly(name, args) {
    return new Promise((resolve) => {
      const waiting = this._early?.get(name) ?? [];
      waiting.push(() => resolve(undefined));
      this._early?.set(name, waiting);
    }).then(() => invoke(this.exports[name], name, args));
  }

  /** Exports a function. @param {PropertyKey} name @param {any} value */
  export(name, value) {
    this.exports[name] = value;
    for (const resume of this._early?.get(name) ?? []) resume();
    this._early?.delete(name);
  }

  /** From now on a name that is not exported is an error. */
  settle() {
    const early = this._early;
    this._early = undefined;
    for (const waiting of early?.values() ?? []) for (const resume of waiting) resume();
  }

  /** @returns {any} */
  _performWithCargo() {
    const id = read();
    setAside();
    const part = readWritten();
    const values = this._cargo.get(id);
    if (!Array.isArray(values)) throw new MissingCargo(id, part);
    this._cargo.delete(id);
    openAside(this, part, values);
    return this._perform();
  }

  /** @returns {any} */
  _performBatch() {
    const count = readUint32();
    setAside();
    const parts = Array.from({ length: count }, readWritten);
    const last = parts.length - 1;
    for (let index = 0; index < last; index++) {
      openAside(this, parts[index]);
      const value = this._perform();
      if (this._form.awaited && isThenable(value)) value.then(undefined, report);
    }
    openAside(this, parts[last]);
    return this._perform();
  }

  /** @param {number} op */
  _performRare(op) {
    const value = this._doRare(op);
    return this._done(value, this._formOf(op), ops.NAMES[op]);
  }

  /** @param {number} op a rare one */
  _formOf(op) {
    switch (op) {
      case ops.EVALUATE:
      case ops.PROTOTYPE:
      case ops.CONSTRUCT:
      case ops.QUERY:
        return this._reference;
      case ops.DESCRIPTOR:
        return this._descriptor;
      case ops.GLANCE:
      case ops.GATHER:
        return this._list;
      default:
        return PLAIN;
    }
  }

  /** @param {number} op */
  _doRare(op) {
    const { policy } = this._settings;
    if (op === ops.EVALUATE) {
      readUint32();
      const source = read();
      const args = this._readArgs();
      close();
      policy?.checkEvaluate();
      return evaluate(source, args);
    }
    const target = this.own(readUint32());
    switch (op) {
      case ops.HAS: {
        const key = read();
        close();
        policy?.checkGet(target, key);
        return Reflect.has(target, key);
      }
      case ops.DELETE: {
        const key = read();
        close();
        policy?.checkWrite(target, key);
        return Reflect.deleteProperty(target, key);
      }
      case ops.OWN_KEYS:
        close();
        policy?.checkKeys(target);
        return Reflect.ownKeys(target);
      case ops.DESCRIPTOR: {
        const key = read();
        close();
        policy?.checkGet(target, key);
        return Reflect.getOwnPropertyDescriptor(target, key);
      }
      case ops.DEFINE: {
        const key = read();
        const descriptor = this._readDescriptor() ?? {};
        close();
        policy?.checkWrite(target, key);
        return Reflect.defineProperty(target, key, descriptor);
      }
      case ops.PROTOTYPE:
        close();
        policy?.checkKeys(target);
        return Reflect.getPrototypeOf(target);
      case ops.SET_PROTOTYPE: {
        const prototype = read();
        close();
        policy?.checkWrite(target, '__proto__');
        return Reflect.setPrototypeOf(target, prototype);
      }
      case ops.IS_EXTENSIBLE:
        close();
        return Reflect.isExtensible(target);
      case ops.GLANCE:
        close();
        // The policy is asked for each.
        return policy === undefined ? glanceAt(target) : [];
      case ops.PREVENT_EXTENSIONS:
        close();
        policy?.checkWrite(target, '');
        return Reflect.preventExtensions(target);
      case ops.CONSTRUCT: {
        const args = this._readArgs();
        close();
        policy?.checkApply(target, undefined, args);
        const made = construct(target, args);
        this._undo?.made(target, made);
        return made;
      }
      case ops.ASSIGN: {
        const source = read();
        close();
        for (const key of Reflect.ownKeys(source)) policy?.checkSet(target, key, source[key]);
        Object.assign(target, source);
        return undefined;
      }
      case ops.GATHER: {
        const keys = this._readArgs();
        close();
        for (const key of keys) policy?.checkPath(target, key);
        return gather(target, keys);
      }
      case ops.QUERY: {
        const path = read();
        close();
        policy?.checkPath(target, path);
        return query(target, path);
      }
      default:
        throw new SabirError(`operation ${op} is unknown; page and worker must run the same version`);
    }
  }

  // ---- handles that come back ----

  /** @param {number} handle @param {number} count */
  _release(handle, count) {
    this._released.push([handle, count]);
    if (this._released.length === 1) setTimeout(() => this._sendReleased(), RELEASE_DELAY_MS);
  }

  _sendReleased() {
    const released = this._released;
    this._released = [];
    if (this._closed !== undefined) return;
    this._note(ops.RELEASE, 'release', () => {
      write(released.length);
      for (const [handle, count] of released) {
        writeUint32(handle);
        write(count);
      }
    });
  }

  _takeReleased() {
    for (let left = read(); left > 0; left--) {
      const handle = readUint32();
      this._lent.release(handle, read());
    }
    close();
  }

  // ---- links between workers ----

  /** Tells the worker, also while it is blocked, that its link `id` has lost its other end. @param {string} id */
  unlink(id) {
    if (this._closed !== undefined) return;
    this._note(ops.UNLINKED, 'unlinked', () => write(id));
  }

  _takeUnlinked() {
    const id = read();
    close();
    this._settings.unlinked?.(id);
  }

  // ---- the link's own affairs (`Host`) ----

  /** The link at both ends, in words. @returns {Promise<string>} */
  async dump() {
    const now = performance.now();
    const pending = Array.from(
      this._pending.values(),
      ({ name, since }) => `\`${name}\` for ${Math.round(now - since)} ms`,
    );
    const { lent, borrowed } = this.handles;
    const own = [`this end: ${lent} objects lent, ${borrowed} borrowed; without an answer: ${some(pending)}`];
    if (this._closed !== undefined) return `${own}\n${this._closed.message}\n`;
    const token = this._nextToken++;
    const others = this._answerTo(token, 'dump');
    own.push(this.carrier.dump(token));
    return `${own.join('\n')}the other end: ${await others.catch(String)}`;
  }

  /** The other end, in words (`Host`). @param {number} token @param {string} text */
  dumped(token, text) {
    this._pending.get(token)?.resolve(text);
    this._pending.delete(token);
  }

  takeAttachments() {
    return takeAttachments();
  }

  /** @param {string} name @param {string} message */
  makeError(name, message) {
    return makeError(name, message);
  }

  /** Wakes the other realm where `Atomics.notify` cannot. */
  wake() {
    this._settings.send({ type: 'sabir:ring' }, []);
  }

  /** The link has ended: nothing is lent any more, and who waits is told. @param {Error} error */
  closed(error) {
    if (this._closed !== undefined) return;
    this._closed = error;
    for (const call of this._pending.values()) this._refuse(call, error);
    this._pending.clear();
    this._undo?.all();
    // From now on proxies lend nothing.
    if (this.isPage) this.request = () => quietly(error);
    // It may be at work just now, in a call that is below this one on the stack.
    setTimeout(() => (this.carrier = carrierOfEnded(error)));
    this._lent.clear();
    this._borrowed.clear();
    this._ahead.clear();
    this._cargo.clear();
    this._settings.ended?.();
  }

  /** Why the link has ended, if it has. */
  get ended() {
    return this._closed;
  }
}

/** The first of many. @param {string[]} all */
const some = (all) =>
  [...all.slice(0, 8), ...(all.length > 8 ? [`${all.length - 8} more`] : [])].join(', ') || 'nothing';

/** A promise that is rejected, and of which nobody hears who does not await it. @param {unknown} error @returns {Promise<any>} */
function quietly(error) {
  const refused = Promise.reject(error);
  refused.catch(() => {});
  return refused;
}

/** The platform message of a call has not come yet. */
class MissingCargo extends Error {
  /** @param {number} id @param {import('../values/values.js').Aside} part */
  constructor(id, part) {
    super('cargo');
    this.id = id;
    this.part = part;
  }
}

const notWindowed = () =>
  new Refused("the page's objects are not to be reached: the page has to import Sabir's `window/main`, not its `main`");

/** @param {any} callee @param {string} name @param {any[]} args */
function invoke(callee, name, args) {
  if (typeof callee !== 'function') {
    throw new NotExported(`\`${String(name)}\` is not exported there; assign a function to \`proxy.${String(name)}\``);
  }
  return apply(callee, null, args);
}

/** @param {string} source @param {any[]} args */
function evaluate(source, args) {
  let callback;
  try {
    callback = Function(`return(${source}).apply(null,arguments)`);
  } catch (error) {
    if (error instanceof EvalError) {
      throw new Refused(
        "`ffi.evaluate` needs `'unsafe-eval'` in the page's Content-Security-Policy; export a function instead",
        {
          cause: error,
        },
      );
    }
    throw error;
  }
  return apply(callback, null, args);
}

/** Whether what a property holds may be remembered: not what a getter gives, nor what nodes and arrays have. @param {any} target @param {PropertyKey} key */
function canLast(target, key) {
  if (typeof Node === 'function' && target instanceof Node) return false;
  if (Array.isArray(target) && typeof key === 'string' && /^(?:\d+|length)$/.test(key)) return false;
  const property = find(target, key);
  return property === undefined || 'value' in property;
}

/** An error of the other realm has the stack of this one below its own; not if it is this realm's and frozen. @param {any} error */
function withCallersStack(error) {
  try {
    if (error instanceof Error) {
      const here = new Error().stack ?? '';
      const frames = here.slice(here.startsWith('Error') ? here.indexOf('\n') + 1 : 0);
      const stack = `${error.stack}\n    ---- called from the other realm ----\n${frames}`;
      Object.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true });
    }
  } catch {
    // It is thrown as it is.
  }
  return error;
}
