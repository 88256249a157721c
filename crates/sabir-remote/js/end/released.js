// @ts-check
// Handles that an end gives back, several in one message. None may overtake a message that still uses it.

import { report } from '../border.js';

const DELAY_MS = 4;
/** So many are given back at once: the timer of a program that never returns to its event loop does not fire. */
const MOST = 256;

/** A handle, and how many of those sent come back. @typedef {[handle: number, count: number]} Returned */

export class Released {
  /** @type {Returned[]} */
  _returned = [];
  _send;
  _batches;

  /** @param {(returned: Returned[]) => void} send @param {{ isHolding: boolean }} batches whose messages may use the handles */
  constructor(send, batches) {
    this._send = send;
    this._batches = batches;
  }

  /** @param {number} handle @param {number} count */
  add(handle, count) {
    this._returned.push([handle, count]);
    if (this._returned.length === 1) setTimeout(() => this._flush(), DELAY_MS);
    else this.flushMany();
  }

  flushMany() {
    if (this._returned.length >= MOST && !this._batches.isHolding) this._flush();
  }

  _flush() {
    const returned = this._returned;
    if (returned.length === 0) return;
    this._returned = [];
    this._send(returned);
  }
}

/** Handles that have come back. Calls that came before them may wait to be served, and use them. */
export class ComeBack {
  /** @type {Returned[]} */
  _waiting = [];
  _isTimed = false;
  _end;

  /** @param {import('./end.js').LinkEnd} end */
  constructor(end) {
    this._end = end;
  }

  /** @param {Returned[]} returned */
  take(returned) {
    this._waiting.push(...returned);
    this._release();
  }

  _release() {
    if (this._isUnread) return this._releaseLater();
    const { lent, settings } = this._end;
    const waiting = this._waiting;
    this._waiting = [];
    for (const [handle, count] of waiting) {
      const value = lent.release(handle, count);
      if (value !== undefined && settings.released !== undefined) tell(() => settings.released?.(value));
    }
  }

  /** A program that never returns to its event loop releases them with those that come next. */
  _releaseLater() {
    if (this._isTimed) return;
    this._isTimed = true;
    setTimeout(() => {
      this._isTimed = false;
      this._release();
    }, DELAY_MS);
  }

  /** Whether there are messages that have arrived, but were not read: calls that wait, also for cargo, and answers to outer calls. */
  get _isUnread() {
    const { blocked, cargo, carrier } = this._end;
    return blocked > 1 || cargo.isAwaited || carrier.hasWaiting();
  }
}

/** Runs a program's hook, which is not to fail what called it. @param {() => void} hook */
function tell(hook) {
  try {
    hook();
  } catch (error) {
    report(error);
  }
}
