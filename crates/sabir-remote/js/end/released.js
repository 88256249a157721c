// @ts-check
// Handles that this end gives back, several in one message.

const DELAY_MS = 4;
/** So many are given back at once: the timer of a program that never returns to its event loop does not fire. */
const MOST = 256;

/** A handle, and how many of those sent come back. @typedef {[handle: number, count: number]} Returned */

export class Released {
  /** @type {Returned[]} */
  _returned = [];
  _send;

  /** @param {(returned: Returned[]) => void} send */
  constructor(send) {
    this._send = send;
  }

  /** @param {number} handle @param {number} count */
  add(handle, count) {
    this._returned.push([handle, count]);
    if (this._returned.length === 1) setTimeout(() => this._flush(), DELAY_MS);
    else if (this._returned.length === MOST) this._flush();
  }

  _flush() {
    const returned = this._returned;
    if (returned.length === 0) return;
    this._returned = [];
    this._send(returned);
  }
}
