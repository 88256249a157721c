// @ts-check
// Abort signals: the other end of the link has one of its own, which follows.

import { writeLenient } from '../values/classes.js';
import { close, read, readByte, readUint32 } from '../values/decode.js';
import { writeByte, writeUint32 } from '../values/encode.js';
import { operation } from './operations.js';

/** A signal was aborted, for a reason; without one, it was collected. */
export const ABORT = operation(32, 'abort', {
  ask(_, number, why) {
    writeUint32(number);
    writeByte(why === undefined ? 0 : 1);
    if (why !== undefined) writeLenient(why[0]);
  },
  perform(end) {
    const number = readUint32();
    const why = readByte() === 1 ? /** @type {[any]} */ ([read()]) : undefined;
    close();
    // The other end goes on meanwhile: listeners of the signal do not wait for it.
    end.lending?.begin();
    try {
      end.signals.hear(number, why);
    } finally {
      end.lending?.rest();
    }
  },
  anywhere: true,
});

export class Signals {
  /** The numbers of this end's signals that the other end follows. @type {WeakMap<AbortSignal, number>} */
  _numbers = new WeakMap();
  /** What follows the other end's signals, by their numbers. @type {Map<number, AbortController>} */
  _followers = new Map();
  _next = 0;
  _end;
  /** A signal that was collected aborts no more. */
  _registry = new FinalizationRegistry((/** @type {number} */ number) => this._end.note(ABORT, number));

  /** @param {import('./end.js').LinkEnd} end */
  constructor(end) {
    this._end = end;
  }

  /** The number by which the other end follows a signal. @param {AbortSignal} signal */
  numberOf(signal) {
    let number = this._numbers.get(signal);
    if (number === undefined) {
      const fresh = (number = this._next++);
      this._numbers.set(signal, fresh);
      this._registry.register(signal, fresh);
      signal.addEventListener('abort', () => this._end.note(ABORT, fresh, [signal.reason]));
    }
    return number;
  }

  /** What follows a signal of the other end's. @param {number} number */
  follow(number) {
    let follower = this._followers.get(number);
    if (follower === undefined) this._followers.set(number, (follower = new AbortController()));
    return follower;
  }

  /** A signal of the other end's was aborted, maybe before the message that has it is read; or it was collected. @param {number} number @param {[any] | undefined} why */
  hear(number, why) {
    if (why === undefined) this._followers.delete(number);
    else this.follow(number).abort(why[0]);
  }

  clear() {
    this._followers.clear();
  }
}
