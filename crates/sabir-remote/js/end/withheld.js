// @ts-check
// Events whose default takes the browser to another page: it has to wait for listeners in workers that are late.

import { isOf } from '../values/brands.js';

/** What listeners have said of an event whose default waits. */
class Withheld {
  prevented = false;
  /** Listeners that have not answered yet. */
  _late = 0;
  _isOver = false;
  _go;

  /** @param {Event} event @param {() => void} go does the default */
  constructor(event, go) {
    this._go = go;
    waiting++;
    const prevent = () => void (this.prevented = true);
    const [value, configurable] = [prevent, true];
    // As listeners see the event, its default is not prevented.
    Object.defineProperties(event, {
      preventDefault: { value, configurable },
      defaultPrevented: { get: () => this.prevented, configurable },
      returnValue: { get: () => !this.prevented, set: (isWanted) => isWanted || prevent(), configurable },
    });
  }

  /** A listener is late. Gives the function that takes its answer. @param {boolean} isHandler whether `false` prevents the default */
  wait(isHandler) {
    this._late++;
    /** @param {any} [result] */
    return (result) => {
      if (isHandler && result === false) this.prevented = true;
      // A listener that is called after this one may be late, too.
      if (--this._late === 0) setTimeout(() => this._finish());
    };
  }

  _finish() {
    if (this._late > 0 || this._isOver) return;
    this._isOver = true;
    waiting--;
    if (!this.prevented) this._go();
  }
}

/** @type {WeakMap<Event, Withheld>} */
const events = new WeakMap();
/** How many defaults wait. */
let waiting = 0;
/** The form that is sent after all. @type {HTMLFormElement | undefined} */
let sent;

/** Takes a call of `preventDefault` itself: workers keep the methods of classes. @param {Function} callee @param {any} self */
export function notePrevented(callee, self) {
  if (waiting === 0 || callee.name !== 'preventDefault') return;
  const withheld = events.get(self);
  if (withheld !== undefined) withheld.prevented = true;
}

/** Whether listeners have heard an event before. @param {Event} event */
export const isRepeated = ({ type, target }) => sent !== undefined && type === 'submit' && target === sent;

/** Whether a listener in a worker may prevent that an event leads to another page. @param {Event} event */
export const leads = (event) =>
  events.has(event) || (event.cancelable && !event.defaultPrevented && defaultOf(event) !== undefined);

/**
 * Has the default of an event that `leads` wait for a listener. Gives the function that takes its answer.
 * @param {Event} event @param {boolean} isHandler whether the event's target has it as `onclick` or the like
 */
export const withhold = (event, isHandler) => (events.get(event) ?? begin(event))?.wait(isHandler);

/** @param {Event} event */
function begin(event) {
  const go = /** @type {() => void} */ (defaultOf(event));
  // One that computes on may have prevented it in time.
  if (event.defaultPrevented) return;
  event.preventDefault();
  // Not by a passive listener.
  if (!event.defaultPrevented) return;
  const withheld = new Withheld(event, go);
  events.set(event, withheld);
  return withheld;
}

/** What does an event's default, if that leads to another page. @param {any} event @returns {(() => void) | undefined} */
function defaultOf(event) {
  const { target, type } = event;
  // One that a script has dispatched submits nothing.
  if (type === 'submit') return event.isTrusted ? () => sendSilently(target, event.submitter) : undefined;
  if (type !== 'click' || !isOf(event, 'MouseEvent')) return;
  for (const node of event.composedPath()) {
    const go = defaultOfClick(node, event);
    if (go !== undefined) return go;
  }
}

/** What a click on an element does, if that leads to another page. @param {any} node @param {MouseEvent} event */
function defaultOfClick(node, event) {
  if (node.nodeType !== 1) return;
  // With a modifier the click opens a tab.
  const isModified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (matches(node, 'a[*|href], area[*|href]')) return isModified ? undefined : () => follow(node);
  if (!matches(node, 'button, input') || node.type !== 'submit' || !node.form) return;
  return () => !node.disabled && node.form && send(node.form, node);
}

/** Fields of a form have names of its methods. @param {Element} node @param {string} selector @returns {boolean} */
const matches = (node, selector) => Reflect.apply(Element.prototype.matches, node, [selector]);

/** Follows a link by another one: no listener hears of that. @param {any} link */
function follow(link) {
  const copy = link.ownerDocument.createElement('a');
  for (const name of ['target', 'rel', 'download', 'ping', 'referrerpolicy', 'hreflang', 'type']) {
    if (link.hasAttribute(name)) copy.setAttribute(name, link.getAttribute(name));
  }
  copy.href = link.href.baseVal ?? link.href;
  copy.click();
}

/** @param {HTMLFormElement} form @param {any} submitter */
function send(form, submitter) {
  const { requestSubmit } = HTMLFormElement.prototype;
  Reflect.apply(requestSubmit, form, submitter?.form === form ? [submitter] : []);
}

/** Sends a form whose listeners have heard of it, and whose fields were right then. @param {HTMLFormElement} form @param {any} submitter */
function sendSilently(form, submitter) {
  const { hasAttribute, setAttribute, removeAttribute } = Element.prototype;
  /** @type {any} */
  const { defaultView: view } = Reflect.get(Node.prototype, 'ownerDocument', form);
  const validates = !Reflect.apply(hasAttribute, form, ['novalidate']);
  if (validates) Reflect.apply(setAttribute, form, ['novalidate', '']);
  view?.addEventListener('submit', hush, true);
  sent = form;
  try {
    send(form, submitter);
  } finally {
    sent = undefined;
    if (view !== globalThis) view?.removeEventListener('submit', hush, true);
    if (validates) Reflect.apply(removeAttribute, form, ['novalidate']);
  }
}

/** Listens before the listeners of programs do. */
export const watchForms = () => addEventListener('submit', hush, true);

/** Has no listener of the page's hear of an event again. @param {Event} event */
const hush = (event) => isRepeated(event) && event.stopImmediatePropagation();
