// @ts-check
// Events whose listeners are in a worker: told, when the listener was added, what to do with them on the page.

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

/** Prepares an event for a listener that sees it later than it is dispatched. @param {Event} event */
export function invokeOnEvent(event) {
  const { currentTarget } = event;
  if (currentTarget === null) return;
  for (const method of invoked.get(currentTarget)?.get(event.type) ?? []) event[method]();
  // Once the event was dispatched, the target is null, and the path is empty: delegation, as Yew's, needs it.
  const path = event.composedPath();
  Object.defineProperties(event, {
    currentTarget: { value: currentTarget, configurable: true },
    composedPath: { value: () => path, configurable: true },
  });
}
