// @ts-check
// A worker's half of a pipeline: it goes on while the page performs operations whose results are known beforehand.
//
// Promise pipelining is Cap'n Proto's (https://capnproto.org/rpc.html). There a call names the answer of another one; here the
// worker chooses the handle of the object that is made.

import { Kind } from '../end/kinds.js';
import { GONE } from '../end/handles.js';
import { RELEASE, serve } from '../end/operations.js';
import { close, read } from '../values/decode.js';
import { AGAIN_WHOLE, abort, begin, lengthSoFar, moveTo, writeByte, writeUint32 } from '../values/encode.js';
import { FIRST_KIND, isObject } from '../values/tags.js';
import { Handler, proxyOf } from '../end/proxies.js';
import { SabirError } from '../errors.js';
import { PIPELINED as HANDLERS, PipelinedHandler } from './handlers.js';
import { MOST_NAMES, NAMED, UNCOUNTED } from './names.js';
import { Nursery } from './nursery.js';
import { CATCH_UP, DRAIN, FAILED, PIPELINE, PIPELINED } from './operations.js';
import { MOST_BYTES, TrackWriter } from './track.js';

/** @typedef {import('../end/end.js').LinkEnd} LinkEnd */
/** @typedef {import('../end/operations.js').Operation} Operation */

/** So many bytes on the track are performed, with the page's frames between, before the worker waits for an answer. */
const MUCH = 1 << 16;

/** The names or stacks of so many operations are kept: the page may be as many behind when one fails. */
const NOTED = 1 << 15;

/** `stacks`: the error of an operation has its stack, which costs time for each operation. @typedef {{ stacks?: boolean }} PipelineOptions */

/** A worker's knowledge of one kind. */
export class PipelinedKind extends Kind {
  /** The rules of its members; undefined if the page was not asked. @type {import('./rules.js').Rules | undefined} */
  rules;
  /** Keys that were set on one of its objects: they are no methods of all. @type {Set<PropertyKey>} */
  assigned = new Set();
  /** The handles of its methods. @type {Map<PropertyKey, number>} */
  handles = new Map();
  /** The types of what its methods make, and of its attributes: by the method's or attribute's name, and what tells them apart. @type {Map<PropertyKey, Map<string, number>>} */
  types = new Map();
  /** How many of its objects the worker has got by a way that is not pipelined. */
  strays = 0;

  /** @override */
  without() {
    const left = new PipelinedKind();
    left.rules = new Map();
    return left;
  }
}

export class Pipeline {
  /** The names of methods with a rule, by their handles. @type {Map<number, string>} */
  methods = new Map();
  /** @type {PipelinedKind[]} */
  _kinds = [];
  /** @type {WeakMap<object, PipelinedHandler>} */
  _handlers = new WeakMap();
  _named = 0;
  _sent = 0;
  /** Whether an async operation was sent that comes before the next one. */
  _isBehind = false;
  _track = new TrackWriter();
  /** Names of operations, or errors that have their stacks. @type {(string | Error)[]} */
  _notes = [];
  /** The number of one that has failed, until a program hears of its error. @type {number | undefined} */
  _failed;
  /** The number of one whose error is the next answer. @type {number | undefined} */
  _next;
  /** The last such error. @type {unknown} */
  _told;
  /** One that came in the place of a look. @type {{ error: unknown } | undefined} */
  _kept;
  _isLooking = false;

  /** @param {LinkEnd} end @param {PipelineOptions} options @param {typeof HANDLERS} [handlers] */
  constructor(end, { stacks = false }, handlers = HANDLERS) {
    if (!(end.handlers.function?.prototype instanceof Handler))
      throw new SabirError("Sabir's worker entry was loaded twice, under two URLs: import it without a query");
    this.end = end;
    this._stacks = stacks;
    this._Handler = handlers.object;
    end.request(PIPELINE, 0, end.cargo.send([this._track.memory], []));
    const { block, borrowed, call, handleOf: handleToSend, makeProxy, note, request, requestLater } = end;
    const { handleOf, pin } = borrowed;
    // An operation on a node may change its tree.
    end.handleOf = (value) => {
      const handler = this._handlers.get(value);
      if (handler === undefined) return handleToSend.call(end, value);
      handler.site?.touch();
      return handler.handle;
    };
    end.handlers = { ...end.handlers, function: handlers.function };
    end.makeProxy = (type, handle) =>
      type < FIRST_KIND ? makeProxy.call(end, type, handle) : this._strayProxy(type, handle);
    end.requestLater = (...request) => {
      this._isBehind = true;
      return requestLater.apply(end, request);
    };
    // The page has no operation to look for meanwhile.
    end.block = (number, place) => {
      this._track.wait(true);
      try {
        return block.call(end, number, place);
      } finally {
        this._track.wait(end.blocked > 0);
      }
    };
    end.request = (...asked) => {
      if (asked[0] !== DRAIN) this._beforeWait();
      return request.apply(end, asked);
    };
    end.call = (...asked) => {
      this._beforeWait();
      return call.apply(end, asked);
    };
    // Handles come back behind the operations that use them.
    end.note = (operation, ...told) => {
      if (operation !== RELEASE || !this._sendFree(operation, told[0])) note.call(end, operation, ...told);
    };
    // One map for each object, not two: they cost the collector more than all else.
    borrowed.handleOf = (value) => this._handlers.get(value)?.handle ?? handleOf.call(borrowed, value);
    borrowed.pin = (handle, proxy) => this._handlers.has(proxy) || pin.call(borrowed, handle, proxy);
    borrowed.scope ??= /** @type {any} */ (new Nursery(borrowed));
    end.pipeline = this;
  }

  /** @param {number} type @param {number} handle */
  _handlerFor(type, handle) {
    const kind = (this._kinds[type] ??= new PipelinedKind());
    const handler = new this._Handler(this, type, handle, kind);
    this._handlers.set(proxyOf({}, handler), handler);
    return handler;
  }

  /** A proxy of an object that was got by a way that is not pipelined. @param {number} type @param {number} handle */
  _strayProxy(type, handle) {
    const handler = this._handlerFor(type, handle);
    handler.isStray = true;
    handler.kind.strays++;
    return handler.proxy;
  }

  /** @param {number} type */
  kindOf(type) {
    return this._kinds[type];
  }

  /** The traps of an object whose kind is known. @param {any} value */
  handlerOf(value) {
    return this._handlers.get(value);
  }

  /** Whether a value has no code that the page might need an answer of at once. @param {any} value @returns {boolean} */
  isPlain(value) {
    if (typeof value !== 'object' || value === null || this.end.isProxy(value)) return true;
    return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every((one) => !isObject(one));
  }

  /**
   * Has the page perform an operation; false if it has to be waited for.
   * @param {PropertyKey} name @param {Operation} operation @param {number} handle @param {any} first @param {any} second @param {number} [made]
   */
  send(name, operation, handle, first, second, made = 0) {
    const { end } = this;
    if (end.batches.isOpen || handle === GONE || this._track.isNested) return false;
    if (end.ended !== undefined) throw end.ended;
    if (this._isBehind) this.catchUp();
    begin(end);
    try {
      writeUint32(made);
      writeByte(operation.code);
      writeUint32(handle);
      operation.ask(end, first, second);
    } catch (error) {
      abort();
      if (error === AGAIN_WHOLE) return false;
      throw error;
    }
    const length = lengthSoFar();
    if (length < 0 || length > MOST_BYTES) {
      abort();
      return false;
    }
    this._put(length, this._drainChecked);
    end.trips++;
    const note = this._stacks ? new Error(String(name)) : String(name);
    this._notes[++this._sent % NOTED] = note;
    return true;
  }

  /** Has the page perform an operation without a handle, whose error nobody hears; false if that has to go another way. @param {Operation} operation @param {any} first */
  _sendFree(operation, first) {
    const { _track: track, end } = this;
    if (track.isNested || end.ended !== undefined) return false;
    begin(end);
    writeUint32(UNCOUNTED);
    writeByte(operation.code);
    operation.ask(end, first, undefined);
    const length = lengthSoFar();
    const isShort = length >= 0 && length <= MOST_BYTES;
    if (isShort) this._put(length, this._drain);
    else abort();
    return isShort;
  }

  /** Puts the message that was written on the track. @param {number} length @param {() => void} drain */
  _put(length, drain) {
    const track = this._track;
    let offset = track.reserve(length);
    while (offset < 0) {
      try {
        drain();
      } catch (error) {
        abort();
        throw error;
      }
      offset = track.reserve(length);
    }
    moveTo(track.bytes, offset);
    if (track.publish(length)) this.end.note(PIPELINED, undefined);
  }

  /**
   * Has the page make an object; undefined if it has to be waited for.
   * @param {PropertyKey} name @param {number} type @param {Operation} operation @param {number} handle @param {any} first @param {any} [second]
   */
  make(name, type, operation, handle, first, second) {
    if (this._named === MOST_NAMES) return undefined;
    const made = NAMED + this._named;
    if (!this.send(name, operation, handle, first, second, made)) return undefined;
    this._named++;
    const handler = this._handlerFor(type, made);
    handler.isMade = true;
    this.end.borrowed.keep(made, handler.proxy);
    return handler.proxy;
  }

  /** Waits until the page has performed all operations in slices. */
  _drain = () => this.end.request(DRAIN, 0);

  /** The same, for a program. @throws the error of one that has failed */
  _drainChecked = () => {
    this._drain();
    if (this._failed !== undefined) this.catchUp();
  };

  /** Waits while the page performs much. In the midst of an operation it cannot. @throws an error that was kept */
  _beforeWait() {
    if (this._kept !== undefined && !this._isLooking) {
      const { error } = this._kept;
      this._kept = undefined;
      throw error;
    }
    const track = this._track;
    if (track.unread > MUCH && !track.isNested) this._drainChecked();
  }

  /**
   * Runs a look that no program has asked for. The error of an operation before it comes with the program's next wait instead.
   * @template T @param {() => T} look @returns {T}
   */
  look(look) {
    const was = this._isLooking;
    this._isLooking = true;
    try {
      return look();
    } catch (error) {
      if (error === undefined || error !== this._told) throw error;
      this._kept = { error };
      setTimeout(() => this._kept && this.catchUp());
      return look();
    } finally {
      this._isLooking = was;
    }
  }

  /** Waits until the page has performed all operations. @throws the error of one that has failed */
  catchUp() {
    this._isBehind = false;
    this.end.request(CATCH_UP, 0);
  }

  /** An operation has failed. @param {number} count of the operations until then @param {boolean} isNext whether the next answer is its error */
  failed(count, isNext) {
    if (isNext) {
      this._failed = undefined;
      this._next = count;
      return;
    }
    this._failed = count;
    // The program hears of it as of other errors that nobody has caught, unless it waits for something before.
    setTimeout(() => this._failed === count && this.catchUp());
  }

  /** Adds to the error of an operation where the program called it. @param {any} error */
  explain(error) {
    const count = this._next;
    if (count === undefined) return;
    this._next = undefined;
    this._told = error;
    if (!(error instanceof Error)) return;
    const note = this._notes[count % NOTED];
    const [name, stack] = typeof note === 'string' ? [note, ADVICE] : [note.message, note.stack ?? ''];
    const calls = stack.slice(stack.startsWith('Error') ? stack.indexOf('\n') + 1 : 0);
    error.stack = `${error.stack}\n    ---- thrown by \`${name}\`, for which nobody waited; called from ----\n${calls}`;
  }
}

serve(FAILED, (end) => {
  const [count, isNext] = [read(), read()];
  close();
  end.pipeline?.failed(count, isNext);
});

const ADVICE = '    (unknown: the option `stacks` of `pipeline` tells)';
