// @ts-check
// Events and timers whose functions are in a worker: noted when it gives them to the page.

import { isNative } from '../native.js';

/** @typedef {'preventDefault' | 'stopPropagation' | 'stopImmediatePropagation'} Method */

const METHODS = new Set(['preventDefault', 'stopPropagation', 'stopImmediatePropagation']);

/** @type {WeakMap<EventTarget, Map<string, Method[]>>} */
const invoked = new WeakMap();

/** Takes the `invoke` option of a listener that a worker adds. @param {Function} callee @param {any} self @param {any[]} args */
export function noteInvoke(callee, self, args) {
  const invoke = args[2]?.invoke;
  if (invoke === undefined || callee.name !== 'addEventListener' || !isNative(callee)) return;
  const target = self ?? globalThis;
  const types = invoked.get(target) ?? new Map();
  types.set(
    args[0],
    [invoke].flat().filter((method) => METHODS.has(method)),
  );
  invoked.set(target, types);
  delete args[2].invoke;
}

/** These keep a function, which the event loop calls. `then` is not among them: code may await its promise. */
const KEEPERS = new Set(
  (
    'requestAnimationFrame requestIdleCallback requestVideoFrameCallback setTimeout setInterval queueMicrotask ' +
    'getCurrentPosition watchPosition toBlob ' +
    'MutationObserver IntersectionObserver ResizeObserver PerformanceObserver ReportingObserver'
  ).split(' '),
);

/** @type {WeakSet<Function>} */
const ofLoop = new WeakSet();

/** Notes the functions that a worker gives to the event loop. @param {Function} callee @param {any[]} args */
export function noteOfLoop(callee, args) {
  // They take it as their first argument, or their first two.
  if (typeof args[0] !== 'function' && typeof args[1] !== 'function') return;
  if (!KEEPERS.has(callee?.name) || !isNative(callee)) return;
  for (const arg of args) if (typeof arg === 'function') ofLoop.add(arg);
}

/** Whether a function was given to the event loop. @param {Function} callee */
export const isOfLoop = (callee) => ofLoop.has(callee);

const { composedPath } = Event.prototype;
const currentTargetOf = /** @type {() => EventTarget | null} */ (
  /** @type {any} */ (Object.getOwnPropertyDescriptor(Event.prototype, 'currentTarget')).get
);

/** Prepares an event for a listener that sees it later than it is dispatched. @param {Event} event */
export function invokeOnEvent(event) {
  const currentTarget = currentTargetOf.call(event);
  if (currentTarget === null) return;
  for (const method of invoked.get(currentTarget)?.get(event.type) ?? []) event[method]();
  // Once the event was dispatched, the target is null, and the path is empty: delegation, as Yew's, needs it. Until then they are
  // each listener's own. Of an event that is frozen nothing is kept.
  const path = composedPath.call(event);
  const during = () => (currentTargetOf.call(event) === null ? path : composedPath.call(event));
  Reflect.defineProperty(event, 'composedPath', { value: during, configurable: true });
  const get = () => currentTargetOf.call(event) ?? currentTarget;
  Reflect.defineProperty(event, 'currentTarget', { get, configurable: true });
}
