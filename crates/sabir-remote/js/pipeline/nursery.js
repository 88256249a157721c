// @ts-check
// The page's objects that were borrowed in this turn of the event loop. A `WeakRef` would hold them as long (ECMA-262, 9.10), and
// costs as much as the rest of an operation: each gets its own when the turn is over.

/** @typedef {import('../end/handles.js').Borrowed} Borrowed */
/** @typedef {import('../end/handles.js').Entry} Entry */

/** In the place of the outermost scope. */
export class Nursery {
  /** @type {Entry[]} */
  _young = [];
  outer = undefined;
  entries = {
    get: () => undefined,
    delete: () => false,
    /** @param {object} _ @param {Entry} entry */
    set: (_, entry) => {
      if (this._young.push(entry) === 1) setTimeout(() => this._empty());
    },
  };
  _borrowed;

  /** @param {Borrowed} borrowed */
  constructor(borrowed) {
    this._borrowed = borrowed;
  }

  get open() {
    return this;
  }

  _empty() {
    const young = this._young;
    this._young = [];
    for (const entry of young) {
      const proxy = entry.proxy.deref();
      if (proxy !== undefined && entry.count > 0) this._borrowed.keepWeakly(proxy, entry);
    }
  }
}
