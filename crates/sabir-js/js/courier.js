// @ts-check
// A realm's messages where memory cannot be shared: by the platform's own, and so never blocking.

import { Closed, SabirError } from './errors.js';
import { encoded, takeAttachments } from './values.js';

/** @typedef {import('./realm.js').Realm} Realm */

/** Carries a realm's messages over `postMessage`; takes the place of the wasm's Channel. */
export class Courier {
  #realm;
  #send;
  #tokens = 0;
  /** The call that each deferred answer is for. @type {Map<number, number>} */
  #deferred = new Map();
  #serving = 0;

  /** @param {Realm} realm @param {(message: object, transfer: Transferable[]) => void} send */
  constructor(realm, send) {
    this.#realm = realm;
    this.#send = send;
  }

  call() {
    return -1;
  }

  takeError() {
    return new SabirError('this page cannot block: it is not cross-origin isolated');
  }

  /** @param {number} _ @param {number} place @param {number} token */
  start(_, place, token) {
    this.#post('call', token, place);
  }

  /** @param {number} name @param {number} place @param {number} token */
  startWithin(name, place, token) {
    this.start(name, place, token);
    return false;
  }

  /** @param {number} _ @param {number} place */
  post(_, place) {
    this.#post('call', 0, place);
  }

  defer() {
    this.#deferred.set(++this.#tokens, this.#serving);
    return this.#tokens;
  }

  /** @param {number} token @param {number} place */
  settle(token, place) {
    const call = this.#deferred.get(token) ?? 0;
    this.#deferred.delete(token);
    if (call !== 0) this.#post('answer', call, place);
  }

  /** @param {string} why */
  close(why) {
    this.#realm.closed(new Closed(`the link is closed: ${why}`));
  }

  /** @param {'call' | 'answer'} kind @param {number} call @param {number} place */
  #post(kind, call, place) {
    const bytes = encoded(place);
    this.#send({ type: 'sabir:frame', kind, call, bytes, attachments: takeAttachments() }, [bytes.buffer]);
  }

  /** @param {{ kind: string, call: number, bytes: Uint8Array, attachments: Uint8Array[] }} frame */
  receive({ kind, call, bytes, attachments }) {
    const message = { bytes, attachments, attachmentsFrom: 0 };
    if (kind === 'answer') return this.#realm.answeredBy(call, message);
    this.#serving = call;
    const place = this.#realm.serveMessage(message);
    if (place >= 0 && call !== 0) this.#post('answer', call, place);
  }
}
