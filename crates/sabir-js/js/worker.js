// @ts-check
// A worker's entry.

import { take, trace } from './opening/worker.js';
import { functionOf, limitOf, methods } from './shared.js';
import { sleep } from './sleep.js';
import { transferred, transfer } from './transfer.js';

export { trace };

/** @type {any} */
const dispose = Symbol.dispose;

/** The exports that `connect` gave, and the link behind each. @type {WeakMap<object, import('./end/end.js').LinkEnd>} */
const connections = new WeakMap();

/**
 * Joins the page.
 * @param {any} [options]
 */
export async function joined(options) {
  const { end, channel, peers, memoMs, transport, passedOver, prepare } = await take();
  const checkTransfer = options?.transfer !== false;
  end.useTransform(functionOf(options?.transform, 'transform'));
  end.settings.released = functionOf(options?.released, 'released');
  if (options?.timeout !== undefined) end.timeoutMs = limitOf(options.timeout, 'the option `timeout`');
  const export_ = (/** @type {PropertyKey} */ name, /** @type {any} */ value) => end.exports.set(name, value);
  /** @param {number} [ms] */
  const proxy = (ms) =>
    methods(
      end.exports.functions,
      (name, args) => {
        const result = end.call(name, args, transferred(args, checkTransfer), ms ?? end.timeoutMs);
        // As coincident does, where an Error that is returned cannot be told from one that is thrown.
        if (result instanceof Error) throw result;
        return result;
      },
      export_,
    );
  /** @param {any} peer @param {number} [ms] */
  const exportsOf = (peer, ms) => {
    const exports = methods(Object.create(null), (name, args) => {
      if (name === dispose) return peers.disconnect(peer);
      return peer.call(name, args, transferred(args, checkTransfer), ms ?? end.timeoutMs);
    });
    connections.set(exports, peer);
    return exports;
  };
  /** @param {any} other @param {string} demand */
  const peerOf = (other, demand) => {
    const peer = connections.get(other);
    if (peer === undefined) throw new TypeError(demand);
    return peer;
  };
  const members = {
    native: transport === 'atomics',
    sync: transport !== 'message',
    transport,
    passedOver,
    proxy: proxy(),
    transfer,
    trace,
    ffi_timeout: memoMs,
    /**
     * The same as `proxy`, or as what `connect` gave, but each call ends with `TimedOut` after so many ms.
     * @param {number} ms @param {object} [other]
     */
    timeout(ms, other) {
      const limit = limitOf(ms, '`timeout`');
      return other === undefined
        ? proxy(limit)
        : exportsOf(peerOf(other, '`timeout` takes what `connect` gave'), limit);
    },
    /** Runs `body`, whose sets and calls without a result go in one message. @template T @param {() => T} body */
    batch: (body) => end.batch(body),
    /** Serves what has arrived, and throws `Interrupted` if the page has interrupted; for loops that make no calls. */
    poll() {
      channel.poll();
      if (channel.takeInterrupt()) throw end.makeError('Interrupted', 'the computation was interrupted');
    },
    /**
     * Links this worker to the one that the page named so; gives what that one exports. Calls of it block, and pass the page by.
     * @param {string} name
     */
    connect: async (name) => exportsOf(await peers.connect(name)),
    /**
     * Ends links to other workers: one that `connect` gave, those to the worker of a name, or all.
     * @param {object | string} [which]
     */
    disconnect(which) {
      const isName = typeof which !== 'object';
      peers.disconnect(
        isName ? which : peerOf(which, '`disconnect` takes what `connect` gave, or the name of a worker'),
      );
    },
    /** Blocks this worker, and serves what the page asks meanwhile; an interrupt ends it. @param {number} ms */
    sleep(ms) {
      const limit = limitOf(ms, '`sleep`');
      if (end.blocking) channel.sleep(limit < 0 ? Infinity : limit);
      else sleep(ms);
    },
    /** How many objects the page and the worker hold of each other. */
    handles: () => end.handles,
  };
  return { end, members, prepare };
}

/** @param {any} [options] */
const sabir = async (options) => (await joined(options)).members;

export default Object.assign(sabir, { trace });
export * from './errors.js';
