// @ts-check
// One realm's half of a link: it asks, answers, and knows which of its objects the other realm holds.

import { Lent, Borrowed, GLOBAL } from './handles.js';
import { CannotBlock, NotExported, Refused, SabirError, Unserialisable, makeError } from './errors.js';
import { invokeOnEvent, noteInvoke } from './events.js';
import { glanceAt } from './glance.js';
import { numberOf } from './names.js';
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
  close,
  end,
  hasCargo,
  isObject,
  isRetry,
  makeList,
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
  write,
  writeByte,
  writeCopy,
  writeReference,
  writeUint32,
  writeWritten,
  written,
} from './values.js';
import * as ops from './ops.js';

/**
 * @typedef {object} Carrier what carries a realm's messages: the wasm's Channel
 * @property {(name: number, place: number) => number} call
 * @property {() => unknown} takeError why `call` gave -1
 * @property {(name: number, place: number, token: number) => void} start
 * @property {(name: number, place: number, token: number, limitMs: number) => boolean} startWithin
 * @property {(name: number, place: number, blocking: boolean) => void} post
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
 * @property {(specifier: string) => Promise<any>} [load] what `window.import` does
 * @property {() => void} [ended] called when the link has ended
 * @property {(id: string) => void} [unlinked] told by the page that another link of this worker's has lost its other end
 */

/** How long a cancelable event waits for its listener in a worker, in ms: what is later is not prevented. */
export const LISTENER_MS = 8;

const { apply, construct } = Reflect;
const RELEASE_DELAY_MS = 4;

/** @param {any} value */
const isThenable = (value) => isObject(value) && typeof value.then === 'function';

/** One realm's half of a link. */
export class Realm {
  /** @type {Carrier} */
  carrier = /** @type {any} */ (undefined);
  /** What the other realm may call. @type {Record<PropertyKey, any>} */
  exports = Object.create(null);
  /** @type {((value: any) => any) | undefined} */
  transform;
  /** Each call's limit in ms; below 0: none. */
  timeoutMs = -1;
  /** Operations that wait for a later one to take them along. @type {{ bytes: Uint8Array, attachments: Uint8Array[] }[] | undefined} */
  batched;
  /** @type {import('./trace.js').Tracer | undefined} */
  tracer;
  /** The page's global object, as this realm has it. @type {any} */
  window;
  /** Remembers what was got through a proxy for so many ms; below 0: not at all. */
  memoMs = -1;
  /** Whether the value that was got last may be remembered. */
  lasted = false;
  windowed;
  /** What proxies of the page's objects do: all as the traps say, unless an interpreter wants another. */
  handlers = HANDLERS;
  /** How many messages were sent or served: what was seen before may have changed since. */
  trips = 0;
  /** Whether this realm is the page's. */
  isPage;
  canSendCargo = true;
  /** @type {WeakSet<object> | undefined} */
  #direct;
  #settings;
  #lent;
  #borrowed;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: unknown) => void, name: string, since: number }>} */
  #pending = new Map();
  #nextToken = 1;
  /** Lists of which elements came ahead. @type {Map<number, import('./values.js').List>} */
  #ahead = new Map();
  /** What is encoded answers a call that was deferred: it may leave behind others. */
  #settling = false;
  /** How many calls block, one on behalf of the other. */
  #blocked = 0;
  /** Bytes that went and came ahead since the last call that was traced. */
  #bytesAhead = 0;
  /** @type {Map<number, any[] | ((values: any[]) => void)>} */
  #cargo = new Map();
  #nextCargo = 1;
  /** The numbers of `ops.NAMES`, which the hottest calls take from an array. @type {number[]} */
  #opNames = [];
  /** @type {[number, number][]} */
  #released = [];
  #write;
  /** The last listener's event still waits for its worker. */
  #listenerBusy = false;
  /** @type {Error | undefined} */
  #closed;
  /** Calls of functions that the program has not had a chance to export. @type {Map<PropertyKey, (() => void)[]> | undefined} */
  #early = new Map();

  /** @param {Settings} settings */
  constructor(settings) {
    this.#settings = settings;
    this.windowed = settings.windowed;
    this.isPage = settings.page;
    this.#lent = new Lent(settings.page && settings.windowed ? globalThis : undefined);
    this.#borrowed = new Borrowed((handle, count) => this.#release(handle, count));
    this.#write = settings.page && settings.windowed ? writeReference : write;
    if (settings.page) this.#early = undefined;
    else if (settings.windowed) {
      this.window = objectProxy(this, 0, GLOBAL);
      this.#borrowed.pin(GLOBAL, this.window);
    }
  }

  // ---- what the encoding asks (`References`) ----

  /** @param {object} value */
  handleOf(value) {
    if (value === globalThis && this.windowed && !this.isPage) return GLOBAL;
    return this.#borrowed.handleOf(value);
  }

  /** @param {object} value */
  lend(value) {
    this.#settings.policy?.checkValue(value);
    return this.#lent.lend(value);
  }

  /** @param {number} handle */
  own(handle) {
    return this.#lent.own(handle);
  }

  /** @param {number} type @param {number} handle */
  borrow(type, handle) {
    if (handle === GLOBAL && this.window !== undefined) return this.window;
    return this.#borrowed.borrow(handle, () => this.#makeProxy(type, handle));
  }

  /** @param {number} type @param {number} handle */
  #makeProxy(type, handle) {
    if (!this.isPage && this.windowed) {
      return type === FUNCTION_TYPE ? functionProxy(this, handle) : objectProxy(this, type, handle);
    }
    if (type !== FUNCTION_TYPE) return objectProxy(this, type, handle);
    const realm = this;
    /** @this {any} @param {any[]} args */
    return function (...args) {
      return realm.#callBack(handle, this, args);
    };
  }

  /** @param {symbol} symbol @returns {[boolean, number]} */
  symbolHandle(symbol) {
    const theirs = this.#borrowed.symbolHandle(symbol);
    return theirs === undefined ? [false, this.#lent.lend(symbol)] : [true, theirs];
  }

  /** @param {number} handle @param {string | undefined} description */
  borrowSymbol(handle, description) {
    return this.#borrowed.symbol(handle, description);
  }

  /** @param {object} value */
  isDirect(value) {
    return this.#direct !== undefined && this.#direct.has(value);
  }

  /** Whether the other realm reads what is sent while this one still writes, and the message itself leaves next. */
  get canSendAhead() {
    return this.#settings.shared === true && this.batched === undefined && !this.#settling;
  }

  /** @param {number} list @param {Uint8Array} bytes */
  sendAhead(list, bytes) {
    // Whoever awaits the message is told.
    if (this.#closed !== undefined) return;
    if (this.tracer !== undefined) this.#bytesAhead += bytes.length;
    begin(this);
    writeByte(ops.AHEAD);
    writeUint32(list);
    writeCopy(bytes);
    this.carrier.post(numberOf('ahead'), end(), false);
  }

  /** @param {number} list */
  takeAhead(list) {
    const taken = this.#ahead.get(list);
    if (taken === undefined) throw new SyntaxError(`list ${list} did not come ahead of its message`);
    this.#ahead.delete(list);
    return taken;
  }

  /** Reads what came ahead of a message that is being written over there. */
  #readAhead() {
    const number = readUint32();
    const bytes = unread();
    if (bytes === 0) {
      this.#ahead.delete(number);
      return close();
    }
    if (this.tracer !== undefined) this.#bytesAhead += bytes;
    let list = this.#ahead.get(number);
    if (list === undefined) {
      this.#forgetLists();
      this.#ahead.set(number, (list = makeList()));
    }
    try {
      readAhead(list);
      close();
    } catch (error) {
      // Nobody waits for this message: who waits for the list's is told.
      list.failure ??= error;
    }
  }

  /** Lists whose messages nobody reads are of calls that were given up. While a call blocks, another's answer may be unread. */
  #forgetLists() {
    if (this.#blocked === 0 && this.#ahead.size > 0) this.#ahead.clear();
  }

  /** Has `value` travel by value. @template {object} T @param {T} value @returns {T} */
  direct(value) {
    (this.#direct ??= new WeakSet()).add(value);
    return value;
  }

  /** @param {any} value */
  isProxy(value) {
    return this.#borrowed.handleOf(value) !== undefined;
  }

  /** Whether calls block until they are answered. */
  get blocking() {
    return this.#settings.blocking;
  }

  /** How many objects each realm holds of the other. */
  get handles() {
    return { lent: this.#lent.size, borrowed: this.#borrowed.size };
  }

  // ---- asking ----

  /**
   * Calls what the other realm exports as `name`.
   * @param {string} name @param {any[]} args @param {Transferable[]} transfer @param {number} timeoutMs
   */
  call(name, args, transfer, timeoutMs) {
    const { transform } = this;
    if (transform !== undefined) args = args.map((arg) => transform(arg));
    for (let whole = false; ; whole = true) {
      begin(this, whole);
      try {
        writeByte(ops.CALL);
        write(name);
        this.#writeArgs(args, write);
        if (transfer.length > 0) this.#detach(transfer);
        break;
      } catch (error) {
        abort();
        if (error !== AGAIN_WHOLE) throw error;
      }
    }
    return this.#ask(numberOf(name, timeoutMs), name, transfer);
  }

  /**
   * Asks for an operation on a value of the other realm; `second` is an array of arguments for those that call.
   * @param {number} op @param {number} handle @param {any} [first] @param {any} [second]
   */
  request(op, handle, first, second) {
    if (!this.#settings.blocking && !this.isPage) throw new CannotBlock(this.#settings.passedOver);
    this.#compose(op, handle, first, second);
    this.#opNames[op] ??= numberOf(ops.NAMES[op], this.timeoutMs);
    return this.#ask(this.#opNames[op], op === ops.GET || op === ops.SET ? first : ops.NAMES[op], []);
  }

  /** Writes what asks for an operation. @param {number} op @param {number} handle @param {any} first @param {any} second */
  #compose(op, handle, first, second) {
    for (let whole = false; ; whole = true) {
      begin(this, whole);
      try {
        writeByte(op);
        writeUint32(handle);
        return this.#writeOperands(op, first, second);
      } catch (error) {
        abort();
        if (error !== AGAIN_WHOLE) throw error;
      }
    }
  }

  /** @param {number} op @param {any} first @param {any} second */
  #writeOperands(op, first, second) {
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
        return this.#writeOperand(second, 'value');
      case ops.APPLY:
        this.#writeOperand(first, 'this');
        return this.#writeArgs(second, this.#write);
      case ops.EVALUATE:
        write(first);
        return this.#writeArgs(second, this.#write);
      case ops.CONSTRUCT:
      case ops.GATHER:
        return this.#writeArgs(first, this.#write);
      case ops.SET_PROTOTYPE:
      case ops.ASSIGN:
        return this.#writeOperand(first, 'value');
      case ops.DEFINE:
        write(first);
        return this.#writeDescriptor(second);
    }
  }

  /** @param {any} value @param {string} step */
  #writeOperand(value, step) {
    try {
      this.#write(value);
    } catch (error) {
      throw isRetry(error) ? error : unserialisable(error).within(step);
    }
  }

  /** @param {any[]} args @param {(value: any) => void} writeOne @param {string} [step] */
  #writeArgs(args, writeOne, step = 'args') {
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

  #readArgs() {
    const length = read();
    const args = [];
    for (let index = 0; index < length; index++) args.push(read());
    return args;
  }

  /** @param {PropertyDescriptor | undefined} descriptor */
  #writeDescriptor(descriptor) {
    if (descriptor === undefined) return writeByte(0);
    writeByte(1);
    const fields = ['writable', 'enumerable', 'configurable', 'value', 'get', 'set'].filter(
      (field) => field in descriptor,
    );
    write(fields.length);
    for (const field of fields) {
      write(field);
      this.#write(descriptor[/** @type {keyof PropertyDescriptor} */ (field)]);
    }
  }

  #writeDescriptorOf = (/** @type {any} */ descriptor) => this.#writeDescriptor(descriptor);
  #writeList = (/** @type {any[]} */ values) => this.#writeArgs(values, this.#write, '');

  #readDescriptor() {
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
  #detach(transfer) {
    const buffers = transfer.filter((value) => value instanceof ArrayBuffer);
    const views = attachedViews();
    const moved = new Map(buffers.map((buffer) => [buffer, structuredClone(buffer, { transfer: [buffer] })]));
    attachMoved(moved, views);
  }

  /**
   * Sends the message that was written; gives the answer, or a promise of it where this realm must not block.
   * @param {number} number of the name @param {PropertyKey} name @param {Transferable[]} transfer
   * @returns {any}
   */
  #ask(number, name, transfer) {
    this.trips++;
    if (hasCargo()) this.#ship(transfer);
    if (this.batched !== undefined) return this.#takeAlong();
    if (!this.#settings.blocking) return this.#askLater(number, name);
    if (this.tracer !== undefined) return this.#askTraced(number, name);
    return this.#readAnswer(this.#block(number, end()));
  }

  /** Calls, and blocks; gives the number of bytes of the answer. @param {number} number @param {number} place */
  #block(number, place) {
    this.#blocked++;
    const len = this.carrier.call(number, place);
    this.#blocked--;
    if (len < 0) throw this.carrier.takeError();
    return len;
  }

  /** @param {number} number @param {PropertyKey} name */
  #askTraced(number, name) {
    const start = performance.now();
    const place = end();
    const sent = place % 0x1_0000_0000;
    let received = 0;
    try {
      received = this.#block(number, place);
      return this.#readAnswer(received);
    } finally {
      const bytes = sent + received + this.#bytesAhead;
      this.#bytesAhead = 0;
      this.tracer?.record({ name: String(name), bytes, start, duration: performance.now() - start });
    }
  }

  /** @param {number} number @param {PropertyKey} name */
  #askLater(number, name) {
    const place = end();
    const token = this.#nextToken++ >>> 0;
    const answer = this.#answerTo(token, name);
    if (this.#closed !== undefined) this.failed(token, this.#closed);
    else this.carrier.start(number, place, token);
    return answer;
  }

  /** @param {number} token of a call that begins @param {PropertyKey} name */
  #answerTo(token, name) {
    const { promise, resolve, reject } = Promise.withResolvers();
    this.#pending.set(token, { resolve, reject, name: String(name), since: performance.now() });
    return promise;
  }

  /** @param {number} len */
  #readAnswer(len) {
    open(this, len);
    const status = readByte();
    const value = status === ops.RETURNED ? read() : this.#readResult(status);
    close();
    this.#forgetLists();
    if (status !== ops.THREW) return value;
    throw withCallersStack(value);
  }

  /** @param {number} status */
  #readResult(status) {
    this.lasted = status === ops.RETURNED_LASTING;
    if (status === ops.RETURNED_DESCRIPTOR) return this.#readDescriptor();
    return status === ops.RETURNED_LIST ? this.#readArgs() : read();
  }

  /** Sends what only the platform can clone, and has the message wait for it. @param {Transferable[]} transfer */
  #ship(transfer) {
    const id = this.#nextCargo++ >>> 0;
    const message = written();
    try {
      this.#settings.send(
        { type: 'sabir:cargo', id, values: message.cargo },
        transfer.filter((value) => !(value instanceof ArrayBuffer)),
      );
    } catch (error) {
      abort();
      throw new Unserialisable(error instanceof Error ? error.message : String(error), { cause: error });
    }
    end();
    begin(this);
    writeByte(ops.WITH_CARGO);
    writeUint32(id);
    writeWritten(message);
  }

  /** What came by a message of the platform. @param {number} id @param {any[]} values */
  receiveCargo(id, values) {
    const waiting = this.#cargo.get(id);
    if (typeof waiting === 'function') {
      this.#cargo.delete(id);
      waiting(values);
    } else {
      this.#cargo.set(id, values);
    }
  }

  /** The answer to an async call stands in the inbox (`Host`). @param {number} token @param {number} len */
  answered(token, len) {
    open(this, len);
    this.#answeredOpen(token);
  }

  /** @param {number} token */
  #answeredOpen(token) {
    const status = readByte();
    if (status === ops.WITH_CARGO) return this.#answeredWithCargo(token);
    this.#deliver(token, status);
  }

  /** @param {number} token */
  #answeredWithCargo(token) {
    const id = readUint32();
    setAside();
    const part = readWritten();
    this.#withCargo(id, (values) => {
      openAside(this, part, values);
      this.#deliver(token, readByte());
    });
  }

  /** @param {number} id @param {(values: any[]) => void} then */
  #withCargo(id, then) {
    const values = this.#cargo.get(id);
    if (Array.isArray(values)) {
      this.#cargo.delete(id);
      then(values);
    } else {
      this.#cargo.set(id, then);
    }
  }

  /** @param {number} token @param {number} status */
  #deliver(token, status) {
    let value;
    let threw = status === ops.THREW;
    try {
      value = this.#readResult(status);
      close();
    } catch (error) {
      [value, threw] = [error, true];
    }
    const call = this.#pending.get(token);
    this.#pending.delete(token);
    if (call === undefined) return;
    this.#traceLater(call);
    if (threw) call.reject(withCallersStack(value));
    else call.resolve(value);
  }

  /** An async call failed (`Host`). @param {number} token @param {unknown} error */
  failed(token, error) {
    const call = this.#pending.get(token);
    this.#pending.delete(token);
    call?.reject(error);
  }

  /** @param {{ name: string, since: number }} call */
  #traceLater({ name, since }) {
    this.tracer?.record({ name, bytes: 0, start: since, duration: performance.now() - since });
  }

  // ---- listeners ----

  /** Calls a function of the other realm from this one's event loop. @param {number} handle @param {any} self @param {any[]} args */
  #callBack(handle, self, args) {
    const [event] = args;
    const dispatched = typeof Event === 'function' && event instanceof Event && event.eventPhase !== 0;
    if (dispatched) invokeOnEvent(event);
    if (
      !dispatched ||
      !event.cancelable ||
      this.#listenerBusy ||
      this.#settings.blocking ||
      this.#closed !== undefined
    ) {
      return this.request(ops.APPLY, handle, self, args);
    }
    return this.#callWithin(handle, self, args);
  }

  /** Serves the worker until its listener has answered, for a while: only now can it prevent the event's default. */
  #callWithin(/** @type {number} */ handle, /** @type {any} */ self, /** @type {any[]} */ args) {
    this.#compose(ops.APPLY, handle, self, args);
    const place = end();
    const token = this.#nextToken++ >>> 0;
    const answer = this.#answerTo(token, 'listener');
    if (!this.carrier.startWithin(numberOf('listener'), place, token, LISTENER_MS)) {
      // One event waits at most: a worker that computes must not make every event late.
      this.#listenerBusy = true;
      const free = () => (this.#listenerBusy = false);
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
      this.#sendBatch();
      return result;
    } finally {
      this.batched = undefined;
    }
  }

  /** Operations whose results nobody needs wait; others take them along. @returns {any} */
  #takeAlong() {
    const part = written();
    abort();
    this.batched?.push(part);
    const [op] = part.bytes;
    // A trap that sets or deletes has to say that it succeeded.
    if (op === ops.SET || op === ops.DELETE) return true;
    return op === ops.APPLY || op === ops.CALL ? undefined : this.#sendBatch();
  }

  /** Sends what waits; gives the last one's result. @returns {any} */
  #sendBatch() {
    const parts = this.batched ?? [];
    if (parts.length === 0) return undefined;
    this.batched = undefined;
    try {
      begin(this);
      writeByte(ops.BATCH);
      writeUint32(parts.length);
      for (const part of parts) writeWritten(part);
      return this.#ask(numberOf('batch', this.timeoutMs), 'batch', []);
    } finally {
      this.batched = [];
    }
  }

  // ---- answering ----

  /** How the answer of the operation that is performed travels. */
  #awaited = false;
  /** @type {(value: any) => void} */
  #writer = write;
  /** What the operation is called. */
  #performed = '';
  #status = ops.RETURNED;

  /** Serves the call in the inbox; gives where its answer stands, or -1 if it is settled later (`Host`). @param {number} len */
  serve(len) {
    open(this, len);
    return this.#respond(undefined);
  }

  /** Answers the message that is open: at once, or, for a call that was deferred, by its token. @param {number | undefined} token */
  #respond(token) {
    this.trips++;
    // What is performed may have this realm served meanwhile.
    const awaited = this.#awaited;
    const writer = this.#writer;
    const performed = this.#performed;
    const status = this.#status;
    let place;
    try {
      const value = this.#perform();
      if (this.#awaited && isThenable(value)) return this.#respondLater(value, token);
      place = this.#encodeAnswer(
        this.#awaited && this.transform !== undefined ? this.transform(value) : value,
        this.#status,
        this.#writer,
        token !== undefined,
      );
      if (place < 0) return this.#respondLater(value, token);
    } catch (error) {
      if (error instanceof MissingCargo) return this.#respondWithCargo(error);
      place = this.#encodeError(error);
    } finally {
      this.#awaited = awaited;
      this.#writer = writer;
      this.#performed = performed;
      this.#status = status;
    }
    if (token === undefined) return place;
    this.carrier.settle(token, place);
    return -1;
  }

  /** @param {any} promise @param {number | undefined} token */
  #respondLater(promise, token) {
    token ??= this.carrier.defer(numberOf(this.#performed));
    this.#settleLater(promise, token, this.#status, this.#writer);
    return -1;
  }

  /** @param {any} promise @param {number} token @param {number} status @param {(value: any) => void} writer */
  async #settleLater(promise, token, status, writer) {
    let place;
    try {
      let value = await promise;
      if (this.transform !== undefined) value = this.transform(value);
      do {
        place = this.#encodeAnswer(value, status, writer, true);
        // A Blob's bytes are read first: a blocked worker cannot.
        if (place < 0) await this.#unread;
      } while (place < 0);
    } catch (error) {
      place = this.#encodeError(error);
    }
    this.carrier.settle(token, place);
  }

  /** @param {MissingCargo} missing */
  #respondWithCargo({ id, part }) {
    const token = this.carrier.defer(numberOf('cargo'));
    this.#withCargo(id, (values) => {
      openAside(this, part, values);
      this.#respond(token);
    });
    return -1;
  }

  /** What an answer waits for. @type {Promise<void> | undefined} */
  #unread;

  /**
   * Encodes an answer; -1 if a Blob has to be read first.
   * @param {any} value @param {number} status @param {(value: any) => void} writer @param {boolean} settling
   */
  #encodeAnswer(value, status, writer, settling) {
    this.canSendCargo = !this.isPage;
    this.#settling = settling;
    try {
      for (let whole = false; ; whole = true) {
        begin(this, whole);
        try {
          writeByte(status);
          writer(value);
        } catch (error) {
          abort();
          if (error instanceof Unread) {
            this.#unread = readBlob(error.blob);
            return -1;
          }
          if (error !== AGAIN_WHOLE) throw error instanceof Refused ? error : unserialisable(error).within('result');
          continue;
        }
        if (hasCargo()) this.#ship([]);
        return end();
      }
    } finally {
      this.canSendCargo = true;
      this.#settling = false;
    }
  }

  /** @param {unknown} thrown */
  #encodeError(thrown) {
    for (const error of [thrown, new SabirError(`an error that cannot travel: ${describe(thrown)}`)]) {
      begin(this);
      try {
        writeByte(ops.THREW);
        write(error);
        return end();
      } catch {
        abort();
      }
    }
    throw thrown;
  }

  /** Does what the open message asks; gives the result, or a promise of it. @returns {any} */
  #perform() {
    const op = readByte();
    this.#awaited = false;
    this.#writer = write;
    this.#performed = ops.NAMES[op];
    this.#status = ops.RETURNED;
    if (op === ops.GET && this.windowed) return this.#get(false);
    if (op === ops.CALL) return this.#callExport();
    if (op === ops.APPLY) return this.#apply();
    if (op === ops.WITH_CARGO) return this.#performWithCargo();
    if (op === ops.BATCH) return this.#performBatch();
    if (op === ops.RELEASE) return this.#takeReleased();
    if (op === ops.UNLINKED) return this.#takeUnlinked();
    if (op === ops.AHEAD) return this.#readAhead();
    if (!this.windowed) throw notWindowed();
    if (op === ops.SET) return this.#set();
    return op === ops.GET_LASTING ? this.#get(true) : this.#performRare(op);
  }

  /** @param {boolean} lasting whether to say if the value may be remembered */
  #get(lasting) {
    const target = this.own(readUint32());
    const key = read();
    close();
    this.#writer = this.#write;
    const { policy, load } = this.#settings;
    const module = key === 'import' && target === globalThis && load !== undefined;
    if (lasting && (module || canLast(target, key))) this.#status = ops.RETURNED_LASTING;
    if (module) {
      policy?.checkGet(target, key);
      return load;
    }
    return policy === undefined ? target[key] : policy.get(target, key);
  }

  #set() {
    const target = this.own(readUint32());
    const key = read();
    const value = read();
    close();
    this.#settings.policy?.checkSet(target, key, value);
    return assign(target, key, value);
  }

  #apply() {
    const target = this.own(readUint32());
    const self = read();
    const args = this.#readArgs();
    close();
    const { policy } = this.#settings;
    policy?.checkApply(target, self, args);
    const windowedPage = this.isPage && this.windowed;
    if (windowedPage) noteInvoke(target, self, args);
    this.#awaited = !windowedPage;
    this.#writer = this.#write;
    this.#performed = target.name || 'function';
    return apply(target, self, args);
  }

  #callExport() {
    const name = read();
    const args = this.#readArgs();
    close();
    this.#awaited = true;
    this.#performed = String(name);
    const callee = this.exports[name];
    if (callee === undefined && this.#early !== undefined) return this.#callEarly(name, args);
    return invoke(callee, name, args);
  }

  /** Waits for the program to export `name`, as long as it has not had the chance to. @param {string} name @param {any[]} args */
  #callEarly(name, args) {
    return new Promise((resolve) => {
      const waiting = this.#early?.get(name) ?? [];
      waiting.push(() => resolve(undefined));
      this.#early?.set(name, waiting);
    }).then(() => invoke(this.exports[name], name, args));
  }

  /** Exports a function. @param {PropertyKey} name @param {any} value */
  export(name, value) {
    this.exports[name] = value;
    for (const resume of this.#early?.get(name) ?? []) resume();
    this.#early?.delete(name);
  }

  /** From now on a name that is not exported is an error. */
  settle() {
    const early = this.#early;
    this.#early = undefined;
    for (const waiting of early?.values() ?? []) for (const resume of waiting) resume();
  }

  /** @returns {any} */
  #performWithCargo() {
    const id = readUint32();
    setAside();
    const part = readWritten();
    const values = this.#cargo.get(id);
    if (!Array.isArray(values)) throw new MissingCargo(id, part);
    this.#cargo.delete(id);
    openAside(this, part, values);
    return this.#perform();
  }

  /** @returns {any} */
  #performBatch() {
    const count = readUint32();
    setAside();
    const parts = Array.from({ length: count }, readWritten);
    const last = parts.length - 1;
    for (let index = 0; index < last; index++) {
      openAside(this, parts[index]);
      const value = this.#perform();
      if (this.#awaited && isThenable(value)) value.then(undefined, globalThis.reportError);
    }
    openAside(this, parts[last]);
    return this.#perform();
  }

  /** @param {number} op */
  #performRare(op) {
    const { policy } = this.#settings;
    if (op === ops.EVALUATE) {
      readUint32();
      const source = read();
      const args = this.#readArgs();
      close();
      policy?.checkEvaluate();
      this.#writer = this.#write;
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
        this.#writer = this.#writeDescriptorOf;
        this.#status = ops.RETURNED_DESCRIPTOR;
        return Reflect.getOwnPropertyDescriptor(target, key);
      }
      case ops.DEFINE: {
        const key = read();
        const descriptor = this.#readDescriptor() ?? {};
        close();
        policy?.checkWrite(target, key);
        return Reflect.defineProperty(target, key, descriptor);
      }
      case ops.PROTOTYPE:
        close();
        policy?.checkKeys(target);
        this.#writer = this.#write;
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
        this.#writer = this.#writeList;
        this.#status = ops.RETURNED_LIST;
        // What a policy says of each is asked one by one.
        return policy === undefined ? glanceAt(target) : [];
      case ops.PREVENT_EXTENSIONS:
        close();
        policy?.checkWrite(target, '');
        return Reflect.preventExtensions(target);
      case ops.CONSTRUCT: {
        const args = this.#readArgs();
        close();
        policy?.checkApply(target, undefined, args);
        this.#writer = this.#write;
        return construct(target, args);
      }
      case ops.ASSIGN: {
        const source = read();
        close();
        for (const key of Reflect.ownKeys(source)) policy?.checkSet(target, key, source[key]);
        Object.assign(target, source);
        return undefined;
      }
      case ops.GATHER: {
        const keys = this.#readArgs();
        close();
        for (const key of keys) policy?.checkPath(target, key);
        this.#writer = this.#writeList;
        this.#status = ops.RETURNED_LIST;
        return gather(target, keys);
      }
      case ops.QUERY: {
        const path = read();
        close();
        policy?.checkPath(target, path);
        this.#writer = this.#write;
        return query(target, path);
      }
      default:
        throw new SabirError(`operation ${op} is unknown; page and worker must run the same version`);
    }
  }

  // ---- handles that come back ----

  /** @param {number} handle @param {number} count */
  #release(handle, count) {
    this.#released.push([handle, count]);
    if (this.#released.length === 1) setTimeout(() => this.#sendReleased(), RELEASE_DELAY_MS);
  }

  #sendReleased() {
    const released = this.#released;
    this.#released = [];
    if (this.#closed !== undefined) return;
    begin(this);
    writeByte(ops.RELEASE);
    write(released.length);
    for (const [handle, count] of released) {
      writeUint32(handle);
      write(count);
    }
    this.carrier.post(numberOf('release'), end(), this.#settings.blocking);
  }

  #takeReleased() {
    for (let left = read(); left > 0; left--) {
      const handle = readUint32();
      this.#lent.release(handle, read());
    }
    close();
  }

  // ---- links between workers ----

  /** Tells the worker, also while it is blocked, that its link `id` has lost its other end. @param {string} id */
  unlink(id) {
    if (this.#closed !== undefined) return;
    begin(this);
    writeByte(ops.UNLINKED);
    write(id);
    this.carrier.post(numberOf('unlinked'), end(), false);
  }

  #takeUnlinked() {
    const id = read();
    close();
    this.#settings.unlinked?.(id);
  }

  // ---- the link's own affairs (`Host`) ----

  takeAttachments() {
    return takeAttachments();
  }

  /** @param {string} name @param {string} message */
  makeError(name, message) {
    return makeError(name, message);
  }

  /** Wakes the other realm where `Atomics.notify` cannot. */
  wake() {
    this.#settings.send({ type: 'sabir:ring' }, []);
  }

  /** The link has ended: nothing is lent any more, and who waits is told. @param {Error} error */
  closed(error) {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.#lent.clear();
    this.#borrowed.clear();
    this.#ahead.clear();
    this.#settings.ended?.();
  }

  /** Why the link has ended, if it has. */
  get ended() {
    return this.#closed;
  }
}

/** What came beside a call has not come yet. */
class MissingCargo extends Error {
  /** @param {number} id @param {import('./values.js').Aside} part */
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

/** @param {unknown} thrown */
function describe(thrown) {
  try {
    return String(thrown);
  } catch {
    return typeof thrown;
  }
}

/** An error of the other realm has the stack of this one below its own. @param {any} error */
function withCallersStack(error) {
  if (error instanceof Error) {
    const here = new Error().stack ?? '';
    const frames = here.slice(here.startsWith('Error') ? here.indexOf('\n') + 1 : 0);
    const stack = `${error.stack}\n    ---- called from the other realm ----\n${frames}`;
    Object.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true });
  }
  return error;
}
