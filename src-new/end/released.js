// @ts-check
// Handles that this end gives back, several in one message.

const DELAY_MS = 4;

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
  }

  _flush() {
    const returned = this._returned;
    this._returned = [];
    this._send(returned);
  }
}
