// @ts-check
// Long lists, of which elements come ahead of the message that has the rest.

import { close, makeList, readAhead, unread } from '../values/decode.js';

/** @typedef {import('../values/decode.js').List} List */

export class Lists {
  /** @type {Map<number, List>} */
  _lists = new Map();
  _end;

  /** @param {import('./end.js').LinkEnd} end */
  constructor(end) {
    this._end = end;
  }

  /** Takes the list of which the open message has the rest. @param {number} number @returns {List} */
  take(number) {
    const list = this._lists.get(number);
    if (list === undefined) throw new SyntaxError(`list ${number} did not come ahead of its message`);
    this._lists.delete(number);
    return list;
  }

  /** Reads elements that came ahead; none: the list is given up. @param {number} number */
  read(number) {
    if (!this._lists.has(number)) this.forgetUnread();
    if (unread() === 0) {
      this._lists.delete(number);
      return close();
    }
    let list = this._lists.get(number);
    if (list === undefined) this._lists.set(number, (list = makeList()));
    try {
      readAhead(list);
      close();
    } catch (error) {
      // Nobody waits for this message. The reader of the list's own message is told.
      list.failure ??= error;
    }
  }

  /** Lists whose messages nobody reads are of calls that were given up. While calls block or wait, others may be unread. */
  forgetUnread() {
    if (this._lists.size > 0 && this._end.blocked === 0 && !this._end.carrier.hasWaiting()) this.clear();
  }

  clear() {
    this._lists.clear();
  }
}
