// @ts-check
// The worker's link to the page as PyScript has it, and the interpreter's share in it: interrupts and errors.

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
    this.sleep = members.sleep;
    /** The page's functions, as before they were given to Python. */
    this.page = members.proxy;
    this.blocking = members.sync;
    this.members = { ...members, proxy: withTimeout(members) };
    const { makeError } = end;
    end.makeError = (/** @type {string} */ name, /** @type {string} */ message) =>
      this.python?.makeError(name, message) ?? makeError.call(end, name, message);
  }

  /** Whether the page has sent an interrupt since it was asked last. */
  takeInterrupt() {
    return this.channel.takeInterrupt();
  }
}

/** The page's functions; `timeout(ms)` gives them with a time limit. @param {any} members */
const withTimeout = ({ proxy, timeout }) =>
  new Proxy(proxy, {
    get: (target, name) => (name === LIMITED ? timeout : target[name]),
  });
