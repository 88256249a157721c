// @ts-check
// Async calls that wait for their answers.

import { Closed, withCallersStack } from '../errors.js';
import { close, open, openPart, read, readByte, readPart, setAside } from '../values/decode.js';
import { isThrown, readResult } from './answers.js';
import { WITH_CARGO } from './operations.js';

/**
 * A call without an answer yet.
 * @typedef {object} PendingCall
 * @property {Promise<any>} promise
 * @property {(value: any) => void} resolve
 * @property {(error: unknown) => void} reject
 * @property {string} name
 * @property {number} since when it began, in ms, as `performance.now()` gives it
 * @property {(value?: any) => void} [arrived] hears of the answer when it comes, though that is a promise itself
 */

export class PendingCalls {
  /** @type {Map<number, PendingCall>} */
  _calls = new Map();
  _nextToken = 1;
  _end;

  /** @param {import('./end.js').LinkEnd} end */
  constructor(end) {
    this._end = end;
  }

  /** Begins a call. @param {PropertyKey} name @returns {[token: number, answer: Promise<any>]} */
  begin(name) {
    const token = this._nextToken++;
    const { promise, resolve, reject } = Promise.withResolvers();
    this._calls.set(token, { promise, resolve, reject, name: String(name), since: performance.now() });
    return [token, promise];
  }

  /**
   * Calls a function when an answer comes, or none will: the answer's promise waits further if it is a promise itself.
   * @param {Promise<any>} answer @param {(value?: any) => void} arrived
   */
  whenArrived(answer, arrived) {
    for (const call of this._calls.values()) {
      if (call.promise === answer) return void (call.arrived = arrived);
    }
    arrived();
  }

  /** Takes the call of a token, which then is pending no more; it is traced. @param {number} token */
  take(token) {
    const call = this._calls.get(token);
    if (call === undefined) return undefined;
    this._calls.delete(token);
    const { name, since } = call;
    this._end.tracer?.record({ name, bytes: 0, start: since, duration: performance.now() - since });
    return call;
  }

  /** The answer to a call stands at `address`. @param {number} token @param {number} address @param {number} len */
  answered(token, address, len) {
    open(this._end, address, len);
    const status = readByte();
    if (status !== WITH_CARGO.code) return this._deliver(token, status);
    const id = read();
    setAside();
    const part = readPart();
    this._end.cargo.whenArrived(id, (values) => {
      openPart(this._end, part, values);
      this._deliver(token, readByte());
    });
  }

  /** @param {number} token @param {number} status */
  _deliver(token, status) {
    let value;
    let threw;
    try {
      value = readResult(status);
      threw = isThrown(status);
      close();
    } catch (error) {
      [value, threw] = [error, true];
    }
    this._end.performer?.performAll();
    const call = this.take(token);
    call?.arrived?.(threw ? undefined : value);
    if (threw) call?.reject(withCallersStack(value));
    else call?.resolve(value);
  }

  /** @param {number} token @param {unknown} error */
  failed(token, error) {
    this._end.performer?.performAll();
    const call = this.take(token);
    if (call !== undefined) this.refuse(call, error);
  }

  /** @param {unknown} error */
  failAll(error) {
    const calls = [...this._calls.values()];
    this._calls.clear();
    for (const call of calls) this.refuse(call, error);
  }

  /** Rejects a promise of an answer. @param {Pick<PendingCall, 'promise' | 'reject' | 'arrived'>} call @param {unknown} error */
  refuse({ promise, reject, arrived }, error) {
    arrived?.();
    // Nobody waits for the listeners that a worker had yet to call when it ended.
    if (this._end.isPage && error instanceof Closed) promise.catch(() => {});
    reject(error);
  }

  values() {
    return this._calls.values();
  }
}
