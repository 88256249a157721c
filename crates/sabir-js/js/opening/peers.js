// @ts-check
// A worker's links to other workers. The page introduces them, and relays what memory cannot carry.

import { SabirChannel as Channel, linkBytes, ring } from '../core.js';
import { Closed, SabirError } from '../errors.js';
import { LinkEnd } from '../end/end.js';
import { native } from '../sharing.js';
import { RING_BYTES, byMessage } from './link.js';

export class Peers {
  #end;
  #post;
  /** The links, the names that the page has given their workers, and whether those have opened them. @type {Map<string, { end: LinkEnd, name: string | undefined, isTheirs: boolean }>} */
  #linked = new Map();
  /** Callbacks of those who wait for a link. @type {Map<string, (error?: string) => void>} */
  #connecting = new Map();

  /** @param {LinkEnd} end the end of the link to the page @param {(message: object, transfer?: Transferable[]) => void} post tells the page */
  constructor(end, post) {
    this.#end = end;
    this.#post = post;
  }

  /** The worker of this name, linked: calls of it do not pass through the page. @param {string} name @returns {Promise<LinkEnd>} */
  async connect(name) {
    if (typeof name !== 'string') throw new TypeError('`connect` takes the name of a worker');
    // It serves both ways, also while that worker is blocked in a call of this one: it could not take another.
    const theirs = [...this.#linked.values()].find((linked) => linked.isTheirs && linked.name === name);
    if (theirs !== undefined) return theirs.end;
    if (!native) throw new SabirError('workers are linked by shared memory, which this page does not allow');
    if (this.#end.ended !== undefined) throw this.#end.ended;
    const [id, memory] = [crypto.randomUUID(), new SharedArrayBuffer(linkBytes(RING_BYTES))];
    const peer = this.#link(id, name, false, (peer) => Channel.create(memory, RING_BYTES, byMessage, peer));
    const failed = await new Promise((resolve) => {
      this.#connecting.set(id, resolve);
      this.#post({ type: 'sabir:connect', id, name, memory, byMessage });
    });
    if (failed === undefined) return peer;
    peer.carrier.close('');
    throw new Closed(failed);
  }

  /** @param {string} id @param {string} [error] why there is no link */
  connected(id, error) {
    this.#connecting.get(id)?.(error);
    this.#connecting.delete(id);
  }

  /** The page can introduce nobody any more. @param {string} [why] */
  refuseConnecting(why) {
    for (const id of this.#connecting.keys()) this.connected(id, why);
  }

  /** Takes the end of a link that another worker has opened. @param {import('../messages').Linked} linked */
  receiveLink({ id, name, memory, byMessage }) {
    let error;
    try {
      this.#link(id, name, true, (peer) => Channel.attach(memory, byMessage, peer));
    } catch (/** @type {any} */ { message }) {
      // The worker that has asked for the link has closed it: this one has been blocked for too long.
      error = message;
    }
    this.#post({ type: 'sabir:connected', id, error });
  }

  /** @param {string} id @param {string | undefined} name @param {boolean} isTheirs @param {(peer: LinkEnd) => Channel} open */
  #link(id, name, isTheirs, open) {
    const peer = new LinkEnd({
      page: false,
      windowed: false,
      blocking: true,
      shared: true,
      handlers: this.#end.handlers,
      send: (message, transfer) => this.#post({ type: 'sabir:relay', id, message, transfer }, transfer),
      exports: this.#end.exports.functions,
      ended: () => {
        this.#linked.delete(id);
        this.#post({ type: 'sabir:disconnect', id });
      },
    });
    peer.exports.settle();
    peer.carrier = open(peer);
    this.#linked.set(id, { end: peer, name, isTheirs });
    return peer;
  }

  /** A message of another worker, by way of the page. @param {import('../messages').Relayed} relayed */
  receiveRelayed({ id, message }) {
    if (message.type === 'sabir:ring') ring();
    else this.#linked.get(id)?.end.receiveCargo(message.id, message.values);
  }

  /** The other worker of a link has ended. @param {string} id */
  unlinked(id) {
    const why = 'its realm ended: it was terminated, closed itself, or crashed';
    this.#linked.get(id)?.end.carrier.close(why);
    this.connected(id, why);
  }

  /** Ends links: one, those to the worker of a name, or all. @param {LinkEnd | string} [which] */
  disconnect(which) {
    for (const { end, name } of [...this.#linked.values()]) {
      if (which === undefined || which === name || which === end) end.carrier.close('');
    }
  }
}
