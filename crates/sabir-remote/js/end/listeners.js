// @ts-check
// Functions of the other end that are called from an event loop: by the page, most of them listeners in a worker.

import { numberOfLoop } from '../names.js';
import { isOf } from '../values/brands.js';
import { LIMIT_MS, askWithin } from './at-once.js';
import { rejected } from './ended.js';
import { invokeOnEvent, isOfLoop } from './events.js';
import { APPLY, AT_ONCE } from './operations.js';
import { isRepeated, leads, watchForms, withhold } from './withheld.js';
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
    watchForms();
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
      if (isRepeated(event)) return;
      invokeOnEvent(event);
      end.lending?.keep(event);
      return this._dispatch(event, caller, handle, self, args);
    }
    if (!isOfLoop(caller) || waitsFor(end)) return end.request(APPLY, handle, self, args);
    return this._callLater(handle, self, args);
  }

  /** @param {any} event @param {Function} caller @param {number} handle @param {any} self @param {any[]} args */
  _dispatch(event, caller, handle, self, args) {
    const end = this._end;
    const isLeading = leads(event);
    const isHandler = isLeading && event.currentTarget?.[`on${event.type}`] === caller;
    let late = true;
    let answer;
    if (waitsFor(end)) {
      // A worker whose call has caused the event serves as soon as it has a core.
      ({ late, answer } = this._callWithin(handle, self, args, LIMIT_MS));
    } else if (event.cancelable && !this._busy) {
      ({ late, answer } = this._callWithin(handle, self, args, LISTENER_MS, numberOfLoop(-1)));
    } else answer = this._callLater(handle, self, args, isLeading ? AT_ONCE : undefined);
    const answered = late && isLeading && withhold(event, isHandler);
    if (answered) end.pending.whenArrived(answer, answered);
    return answer;
  }

  /** @param {number} handle @param {any} self @param {any[]} args @param {import('./operations.js').Operation} [outer] */
  _callLater(handle, self, args, outer) {
    const end = this._end;
    end.compose(APPLY, handle, self, args, outer);
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
