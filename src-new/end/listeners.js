// @ts-check
// Functions of the other end that are called from an event loop: by the page, most of them listeners in a worker.

import { isOf } from '../values/brands.js';
import { finish } from '../values/encode.js';
import { numberOf } from '../names.js';
import { rejected } from './ended.js';
import { invokeOnEvent } from './events.js';
import { APPLY } from './operations.js';

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
    return function (...args) {
      return listeners._call(handle, this, args);
    };
  }

  /** @param {number} handle @param {any} self @param {any[]} args */
  _call(handle, self, args) {
    const end = this._end;
    if (end.ended !== undefined) return rejected(end.ended);
    const [event] = args;
    const dispatched = isOf(event, 'Event') && event.eventPhase !== 0;
    if (dispatched) {
      invokeOnEvent(event);
      end.undo?.keep(event);
    }
    if (!dispatched || !event.cancelable || this._busy || end.blocking) return end.request(APPLY, handle, self, args);
    return this._callWithin(handle, self, args);
  }

  /**
   * Serves the worker until its listener has answered, for a while: only now can it prevent the event's default.
   * @param {number} handle @param {any} self @param {any[]} args
   */
  _callWithin(handle, self, args) {
    const end = this._end;
    end.compose(APPLY, handle, self, args);
    const place = finish();
    const [token, answer] = end.pending.begin('listener');
    if (!end.carrier.startWithin(numberOf('listener'), place, token, LISTENER_MS)) {
      // One event waits at most: a worker that computes must not make every event late.
      this._busy = true;
      const free = () => (this._busy = false);
      answer.then(free, free);
    }
    return answer;
  }
}
