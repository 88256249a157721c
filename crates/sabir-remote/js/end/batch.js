// @ts-check
// Operations whose results nobody needs, in one message.

import { abort, partSoFar } from '../values/encode.js';
import { APPLY, CALL, DELETE, SET } from './operations.js';

export class Batch {
  /** @type {import('../values/encode.js').WrittenPart[]} */
  _parts = [];
  /** Whether messages are added to the batch. */
  isOpen = false;
  /** Whether the results of calls are needed too, unless their caller says otherwise. */
  answersCalls = false;
  _end;

  /** @param {import('./end.js').LinkEnd} end */
  constructor(end) {
    this._end = end;
  }

  /** Whether there are messages that were not sent yet. */
  get isHolding() {
    return this._parts.length > 0;
  }

  /** Runs `body`, whose messages are added; then sends them, also if it throws. @template T @param {() => T} body @returns {T} */
  run(body) {
    if (typeof body !== 'function') throw new TypeError('`batch` takes a function');
    if (this.isOpen) return body();
    this.isOpen = true;
    try {
      const result = body();
      if (result instanceof Promise)
        throw new TypeError('a `batch` ends when its function returns: that cannot be an async one');
      return result;
    } finally {
      try {
        this._send();
      } finally {
        this.isOpen = false;
        this._parts = [];
      }
    }
  }

  /** Adds the message that was written. If its result is needed, or it has cargo, the batch is sent. @returns {any} */
  add() {
    const part = partSoFar();
    abort();
    this._parts.push(part);
    const [code] = part.bytes;
    // A trap that sets or deletes has to say that it succeeded.
    if (code === SET.code || code === DELETE.code) return true;
    const isCall = code === APPLY.code || code === CALL.code;
    return isCall && !this.answersCalls ? undefined : this._send();
  }

  /** Runs `body`, a call whose result is known: it need not be answered. @param {() => void} body */
  withoutResult(body) {
    const { answersCalls } = this;
    this.answersCalls = false;
    try {
      body();
    } finally {
      this.answersCalls = answersCalls;
    }
  }

  /** Sends the messages; gives the last one's result. @returns {any} */
  _send() {
    const parts = this._parts;
    if (parts.length === 0) return undefined;
    this._parts = [];
    this.isOpen = false;
    try {
      return this._end.sendBatch(parts);
    } finally {
      this.isOpen = true;
    }
  }
}
