// @ts-check
// Answers the messages of the other end.

import { describe, report } from '../border.js';
import { NotNow, Refused } from '../errors.js';
import { numberOf } from '../names.js';
import { readBlob, writeFault } from '../values/classes.js';
import { open, openPart, read, readByte, readPart, readUint32, setAside } from '../values/decode.js';
import {
  AGAIN_WHOLE,
  Unread,
  abort,
  beginProven,
  finish,
  hasCargo,
  nesting,
  unserialisable,
  unwind,
  write,
} from '../values/encode.js';
import { thrown } from './answers.js';
import { MissingCargo } from './cargo.js';
import { AT_ONCE, BATCH, CALL, Later, WITH_CARGO, operationOf } from './operations.js';

/** @typedef {import('./operations.js').Operation} Operation */
/** @typedef {import('../values/decode.js').Part} Part */

export class Answerer {
  /** Whether the message that is encoded answers a deferred call: it may leave behind others. */
  isSettling = false;
  /** A Blob that an answer waits for. @type {Promise<void> | undefined} */
  _unread;
  _end;

  /** @param {import('./end.js').LinkEnd} end */
  constructor(end) {
    this._end = end;
  }

  /**
   * Serves the call that stands at `address`; gives where its answer stands, -1 if it is settled later, or -2 if there can be
   * none (`Host`). Never throws.
   * @param {number} address @param {number} len
   */
  serve(address, len) {
    const outer = nesting();
    try {
      open(this._end, address, len);
      return this._respond(undefined);
    } catch (error) {
      try {
        unwind(outer);
        return this._encodeError(error);
      } catch {
        return -2;
      }
    }
  }

  /**
   * Answers the open message: at once, or, for a call that was deferred, by its token.
   * @param {number | undefined} token
   */
  _respond(token) {
    this._end.trips++;
    const { borrowed, lending } = this._end;
    const { scope } = borrowed;
    // The blocked caller's scope is not this call's.
    borrowed.scope = undefined;
    lending?.begin(this._end);
    let place;
    try {
      const operation = this._openOperation();
      this._end.performer?.check(operation);
      if (operation === AT_ONCE) return this._respondAtOnce();
      const result = operation.perform(this._end);
      if (operation.mayWait && result instanceof Later) {
        return this._respondLater(result.promise, token, operation, result.name);
      }
      place = this._encodeAnswer(operation, result, token !== undefined);
      if (place < 0) return this._respondLater(result, token, operation, operation.name);
    } catch (error) {
      if (error instanceof MissingCargo) return this._respondWithCargo(error, token);
      place = this._encodeError(error);
    } finally {
      lending?.rest();
      borrowed.scope = scope;
    }
    if (token === undefined) return place;
    this._end.carrier.settle(token, place);
    return -1;
  }

  /** Answers the open message now: what cannot leave now is an error, and a promise is lent. */
  _respondAtOnce() {
    const operation = this._openOperation();
    const result = operation.perform(this._end);
    const value = operation.mayWait && result instanceof Later ? Promise.resolve(result.promise) : result;
    const place = this._encodeAnswer(operation, value, false, false);
    if (place < 0) throw new NotNow('a Blob or a File takes a while to be read: give its bytes instead');
    return place;
  }

  /** Opens the operation whose result answers the open message. @returns {Operation} */
  _openOperation() {
    const operation = operationOf(readByte(), this._end.windowed);
    if (operation === WITH_CARGO) return this._unpack();
    if (operation !== BATCH) return operation;
    const count = readUint32();
    setAside();
    return this._openLast(Array.from({ length: count }, readPart));
  }

  /** Opens the message that cargo belongs to. @returns {Operation} @throws {MissingCargo} */
  _unpack() {
    const id = read();
    setAside();
    const part = readPart();
    const values = this._end.cargo.take(id);
    if (values === undefined) throw new MissingCargo(id, part);
    openPart(this._end, part, values);
    return this._openOperation();
  }

  /** Performs all parts of a batch but the last, which it opens. @param {Part[]} parts @returns {Operation} */
  _openLast(parts) {
    const last = parts.length - 1;
    for (let index = 0; index < last; index++) {
      openPart(this._end, parts[index]);
      const result = this._openOperation().perform(this._end);
      if (result instanceof Later) result.promise.then(undefined, report);
    }
    openPart(this._end, parts[last]);
    return this._openOperation();
  }

  /**
   * Answers when a promise is settled, or the Blobs of a value have been read.
   * @param {any} result @param {number | undefined} token @param {Operation} operation @param {PropertyKey} name
   */
  _respondLater(result, token, operation, name) {
    token ??= this._end.carrier.defer(numberOf(name));
    this._settleLater(result, token, operation);
    return -1;
  }

  /** @param {any} promise @param {number} token @param {Operation} operation */
  async _settleLater(promise, token, operation) {
    let place;
    try {
      const value = await promise;
      do {
        place = this._encodeAnswer(operation, value, true);
        // A Blob's bytes are read first: a blocked worker cannot.
        if (place < 0) await this._unread;
      } while (place < 0);
    } catch (error) {
      place = this._encodeError(error);
    }
    this._end.carrier.settle(token, place);
  }

  /** @param {MissingCargo} missing @param {number | undefined} token */
  _respondWithCargo({ id, part }, token) {
    const deferred = token ?? this._end.carrier.defer(numberOf(WITH_CARGO.name));
    this._end.cargo.whenArrived(id, (values) => {
      openPart(this._end, part, values);
      this._respond(deferred);
    });
    return -1;
  }

  /**
   * Encodes an answer; -1 if a Blob has to be read first.
   * @param {Operation} operation @param {any} result @param {boolean} settling
   * @param {boolean} [mayShip] whether values that only the platform can clone may go beside it
   */
  _encodeAnswer(operation, result, settling, mayShip = !this._end.isPage) {
    const end = this._end;
    // An error of the hook is the call's error.
    if (operation === CALL && end.transform !== undefined) result = end.transform(result);
    const [canSendCargo, wasSettling] = [end.canSendCargo, this.isSettling];
    end.canSendCargo = mayShip;
    this.isSettling = settling;
    try {
      for (let whole = false; ; whole = true) {
        beginProven(end, whole);
        try {
          operation.answer(end, result);
        } catch (error) {
          abort();
          if (error instanceof Unread) {
            this._unread = readBlob(error.blob);
            return -1;
          }
          if (error !== AGAIN_WHOLE) throw error instanceof Refused ? error : unserialisable(error).within('result');
          continue;
        }
        if (hasCargo()) end.ship([]);
        return finish();
      }
    } finally {
      end.canSendCargo = canSendCargo;
      this.isSettling = wasSettling;
    }
  }

  /** @param {unknown} error */
  _encodeError(error) {
    beginProven(this._end);
    try {
      thrown(() => write(error));
      return finish();
    } catch {
      abort();
    }
    const message = `an error that cannot travel: ${describe(error)}`;
    beginProven(this._end);
    thrown(() => writeFault('SabirError', message));
    return finish();
  }
}
