// @ts-check
// The worker's link to the page as PyScript has it, and the interpreter's share in it: interrupts and errors.

import { callLater } from 'sabir:workers-end';

/** Names of `sync` that are Sabir's. */
const LIMITED = 'timeout';

/**
 * A running interpreter, which takes part in the link.
 * @typedef {object} Python
 * @property {(name: string, message: string) => any} makeError an error that is raised as an exception of Python's
 */

export class Link {
  /** @type {Python | undefined} */
  python;

  /** @param {Awaited<ReturnType<typeof import('../end/sabir.js').joinPage>>} joined */
  constructor({ members, end, channel, peers }) {
    this.channel = channel;
    this.peers = peers;
    this.end = end;
    this.sleep = members.sleep;
    /** The page's functions, as before they were given to Python. */
    this.page = members.proxy;
    this.blocking = members.sync;
    this.members = { ...members, proxy: withTimeout(members) };
    const { makeError } = end;
    end.makeError = (/** @type {string} */ name, /** @type {string} */ message) =>
      this.python?.makeError(name, message) ?? makeError.call(end, name, message);
  }

  /** Calls the page, and does not block. @param {string} name @param {any[]} args @returns {Promise<any>} */
  later(name, args) {
    return callLater(this.end, name, args);
  }

  /** Links to other workers, by the names that the page gave them. @type {Map<string, Promise<any>>} */
  #linked = new Map();

  /** The link to another worker, which transforms values as this one does. @param {string} name */
  peerOf(name) {
    let linked = this.#linked.get(name);
    if (linked === undefined) {
      linked = this.peers.connect(name).then((/** @type {any} */ peer) => {
        peer.useTransform(this.end.transform);
        return Object.assign(peer, { closed: this.#forgetting(peer, name) });
      });
      this.#linked.set(name, linked);
      linked.catch(() => this.#linked.delete(name));
    }
    return linked;
  }

  /** A link that ends is made anew for the next call. @param {any} peer @param {string} name */
  #forgetting(peer, name) {
    const { closed } = peer;
    return (/** @type {Error} */ error) => {
      this.#linked.delete(name);
      closed.call(peer, error);
    };
  }

  /** Whether the page has sent an interrupt since it was asked last. */
  takeInterrupt() {
    return this.channel.takeInterrupt();
  }
}

/** The page's functions; `timeout(ms)` gives them with a time limit. @param {any} members */
function withTimeout({ proxy, timeout }) {
  // Each stays the same: a look-up here is a trap less.
  /** @type {Map<PropertyKey, any>} */
  const known = new Map([[LIMITED, timeout]]);
  return new Proxy(proxy, {
    get(target, name) {
      const found = known.get(name) ?? target[name];
      if (found !== undefined) known.set(name, found);
      return found;
    },
  });
}
