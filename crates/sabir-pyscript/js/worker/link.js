// @ts-check
// The worker's link to the page as PyScript has it, and the interpreter's share in it: interrupts and errors.

import { callLater, startPipeline } from 'sabir:workers-end';

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
    const own = { timeout: members.timeout, pyterminal_write: this.#write };
    this.members = { ...members, proxy: withOwn(members.proxy, own) };
    const { makeError } = end;
    end.makeError = (/** @type {string} */ name, /** @type {string} */ message) =>
      (this.#isWriting ? undefined : this.python?.makeError(name, message)) ?? makeError.call(end, name, message);
  }

  #isWriting = false;
  /** Whether an interrupt came while output was written. */
  #interrupted = false;

  /** Writes to a terminal. An interrupt comes after it: interpreters take an error of the output for one of the device. @param {any[]} args */
  #write = (...args) => {
    this.#isWriting = true;
    try {
      return this.page.pyterminal_write(...args);
    } catch (/** @type {any} */ error) {
      if (error?.name !== 'Interrupted') throw error;
      this.#interrupted = true;
    } finally {
      this.#isWriting = false;
    }
  };

  /** Calls the page, and does not block. @param {string} name @param {any[]} args @returns {Promise<any>} */
  later(name, args) {
    return callLater(this.end, name, args);
  }

  /** Has the worker not wait for operations whose results it knows, where memory is shared. @param {any} options a configuration's `pipeline` */
  async pipeline(options) {
    if (options && this.members.native && this.end.pipeline === undefined) await startPipeline(this.end, options);
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
    const taken = this.#interrupted;
    this.#interrupted = false;
    return taken || this.channel.takeInterrupt();
  }
}

/** The page's functions, and some instead of them. @param {any} proxy @param {Record<string, Function>} own */
function withOwn(proxy, own) {
  // Each stays the same: a look-up here is a trap less.
  /** @type {Map<PropertyKey, any>} */
  const known = new Map(Object.entries(own));
  return new Proxy(proxy, {
    get(target, name) {
      const found = known.get(name) ?? target[name];
      if (found !== undefined) known.set(name, found);
      return found;
    },
  });
}
