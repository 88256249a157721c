// @ts-check
// Functions of the other end that are called from an event loop: by the page, most of them listeners in a worker.

import { numberOfLoop } from '../names.js';
import { isOf } from '../values/brands.js';
import { LIMIT_MS, askWithin } from './at-once.js';
import { rejected } from './ended.js';
import { invokeOnEvent, isOfLoop } from './events.js';
import { APPLY, AT_ONCE } from './operations.js';
import { isRepeated, withhold } from './withheld.js';
import { waitsFor } from './work.js';

/** How long a cancelable event waits for its listener in a worker, in ms: a later one does not prevent its default. */
const LISTENER_MS = 8;

export class Listeners {
  /** The event that was dispatched last still waits for its worker. */
  _busy = false;
  _end;

  /** @param {import('./end.js').LinkEnd} end */
  constructor(end) {
    this._end = end;
  }

  /** The function of the page that calls the worker's function of a handle. @param {number} handle */
  proxyOf(handle) {
    const listeners = this;
    /** @this {any} @param {any[]} args */
    return function caller(...args) {
      return listeners._call(caller, handle, this, args);
    };
  }

  /** @param {Function} caller @param {number} handle @param {any} self @param {any[]} args */
  _call(caller, handle, self, args) {
    const end = this._end;
    if (end.ended !== undefined) return rejected(end.ended);
    const [event] = args;
    const dispatched = isOf(event, 'Event') && event.eventPhase !== 0;
    if (dispatched) {
      if (isRepeated()) return;
      invokeOnEvent(event);
      end.lending?.keep(event);
      const { late, answer } = this._dispatch(event, handle, self, args);
      if (late) withhold(event, caller, answer);
      return answer;
    }
    if (!isOfLoop(caller) || waitsFor(end)) return end.request(APPLY, handle, self, args);
    return this._callLater(handle, self, args);
  }

  /** @param {Event} event @param {number} handle @param {any} self @param {any[]} args */
  _dispatch(event, handle, self, args) {
    // A worker whose call has caused the event serves as soon as it has a core.
    if (waitsFor(this._end)) return this._callWithin(handle, self, args, LIMIT_MS);
    if (event.cancelable && !this._busy) return this._callWithin(handle, self, args, LISTENER_MS, numberOfLoop(-1));
    return { late: true, answer: this._callLater(handle, self, args) };
  }

  /** @param {number} handle @param {any} self @param {any[]} args */
  _callLater(handle, self, args) {
    const end = this._end;
    end.compose(APPLY, handle, self, args);
    return end.ask(numberOfLoop(end.timeoutMs), APPLY, 'listener', []);
  }

  /**
   * Serves the worker until its listener has answered, for a while: only now can it prevent the event's default.
   * @param {number} handle @param {any} self @param {any[]} args @param {number} limitMs @param {number} [number] of the event loop
   */
  _callWithin(handle, self, args, limitMs, number) {
    // An async listener is answered at once too, by its promise.
    this._end.compose(APPLY, handle, self, args, AT_ONCE);
    const outcome = askWithin(this._end, APPLY, 'listener', limitMs, number);
    if (outcome.late) {
      // One event waits at most: a worker that computes must not make every event late.
      this._busy = true;
      const free = () => (this._busy = false);
      outcome.answer.then(free, free);
    }
    return outcome;
  }
}
