// @ts-check
// Long lists, of which elements come ahead of the message that has the rest.

import { close, makeList, readAhead, unread } from '../values/decode.js';

/** @typedef {import('../values/decode.js').List} List */

export class Lists {
  /** @type {Map<number, List>} */
  _lists = new Map();

  /** Takes the list of which the open message has the rest. @param {number} number @returns {List} */
  take(number) {
    const list = this._lists.get(number);
    if (list === undefined) throw new SyntaxError(`list ${number} did not come ahead of its message`);
    this._lists.delete(number);
    return list;
  }

  /** Reads elements that came ahead; none: the list is given up. @param {number} number */
  read(number) {
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

  /** @param {number} number */
  has(number) {
    return this._lists.has(number);
  }

  get size() {
    return this._lists.size;
  }

  clear() {
    this._lists.clear();
  }
}
