// @ts-check
// Events whose default takes the browser to another page: it has to wait for listeners in workers that are late.

import { isOf } from '../values/brands.js';

/** What listeners have said of an event whose default waits. */
class Withheld {
  prevented = false;
  /** Listeners that have not answered yet. */
  _late = 0;
  _event;
  _repeat;

  /** @param {Event} event @param {() => void} repeat does the default */
  constructor(event, repeat) {
    this._event = event;
    this._repeat = repeat;
    const prevent = () => void (this.prevented = true);
    const [value, configurable] = [prevent, true];
    // As listeners see the event, its default is not prevented.
    Object.defineProperties(event, {
      preventDefault: { value, configurable },
      defaultPrevented: { get: () => this.prevented, configurable },
      returnValue: { get: () => !this.prevented, set: (isWanted) => isWanted || prevent(), configurable },
    });
  }

  /** @param {Promise<any>} answer @param {boolean} isHandler whether `false` prevents the default */
  wait(answer, isHandler) {
    this._late++;
    /** @param {any} [result] */
    const answered = (result) => {
      if (isHandler && result === false) this.prevented = true;
      // A listener that is called after this one may be late, too.
      if (--this._late === 0) setTimeout(() => this._finish());
    };
    answer.then(answered, () => answered());
  }

  _finish() {
    if (this._late > 0 || this.prevented) return;
    // Once only: were it not prevented in another way, it would be done again.
    this.prevented = true;
    silently(this._event, this._repeat);
  }
}

/** @type {WeakMap<Event, Withheld>} */
const events = new WeakMap();
/** A default is done again. */
let repeating = false;

/** Whether an event comes of a default that is done again: listeners have heard it before. */
export const isRepeated = () => repeating;

/**
 * Has the default of an event wait for a listener, if it takes the browser to another page.
 * @param {Event} event @param {Function} caller the listener @param {Promise<any>} answer
 */
export function withhold(event, caller, answer) {
  const withheld = events.get(event) ?? begin(event);
  withheld?.wait(answer, /** @type {any} */ (event.currentTarget)?.[`on${event.type}`] === caller);
}

/** @param {Event} event */
function begin(event) {
  if (!event.cancelable || event.defaultPrevented) return;
  const repeat = repeaterOf(event);
  if (repeat === undefined) return;
  event.preventDefault();
  // Not by a passive listener.
  if (!event.defaultPrevented) return;
  const withheld = new Withheld(event, repeat);
  events.set(event, withheld);
  return withheld;
}

/** What does an event's default again; undefined if that keeps the page. @param {any} event @returns {(() => void) | undefined} */
function repeaterOf(event) {
  const { target, type } = event;
  // One that a script has dispatched submits nothing.
  if (type === 'submit') return event.isTrusted ? () => submit(target, event.submitter) : undefined;
  // With a modifier a click opens a tab.
  const isModified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (type !== 'click' || !isOf(event, 'MouseEvent') || isModified || !event.composedPath().some(leads)) return;
  return () => target.dispatchEvent(new event.constructor(type, event));
}

/** Whether a click goes to another page by it. @param {any} node */
const leads = (node) => node.matches?.('a[href], area[href]') || (/^(?:submit|image)$/.test(node.type) && node.form);

/** @param {HTMLFormElement} form, whose fields may have names of methods @param {any} submitter */
function submit(form, submitter) {
  const { requestSubmit } = HTMLFormElement.prototype;
  Reflect.apply(requestSubmit, form, submitter?.form === form ? [submitter] : []);
}

/** No listener of the page's hears of it. @param {any} event @param {() => void} act */
function silently({ type, target }, act) {
  const view = target.ownerDocument.defaultView;
  const hush = (/** @type {Event} */ event) => event.stopImmediatePropagation();
  view?.addEventListener(type, hush, true);
  repeating = true;
  try {
    act();
  } finally {
    repeating = false;
    view?.removeEventListener(type, hush, true);
  }
}
