// @ts-check
// The page's globals in a worker's global scope: frameworks find there all that they look for on a page.
//
// The worker keeps its own timers, `fetch`, `performance` and `crypto`: only the names below are replaced.

import { Classes, define, isClassName } from './classes.js';

/** @typedef {import('../end/end.js').LinkEnd} LinkEnd */

/** These are asked for once: a page never has others. */
const LASTING = new Set(
  (
    'document location history localStorage sessionStorage customElements screen visualViewport navigation scheduler ' +
    'getComputedStyle matchMedia requestAnimationFrame cancelAnimationFrame requestIdleCallback cancelIdleCallback getSelection ' +
    'alert confirm prompt scroll scrollTo scrollBy open print'
  ).split(' '),
);
/** The page's are taken though the worker has some: they would be of no use to a framework. */
const REPLACED = ['location', 'requestAnimationFrame', 'cancelAnimationFrame'];
/** Those that are made here go to the page's objects; a worker's `DOMMatrix` takes no text. */
const REPLACED_CLASSES = ['Event', 'CustomEvent', 'Path2D', 'DOMMatrix'];
/** These are the worker's global scope itself. */
const ITSELF = ['window', 'parent', 'top', 'frames'];
/** Events of a worker's global scope. A listener of any other is the page's. */
const OWN_EVENTS = new Set(
  'message messageerror error unhandledrejection rejectionhandled languagechange offline online rtctransform connect'.split(
    ' ',
  ),
);

/**
 * Gives this worker's global scope all that only the page's has. Each takes a trip when it is first used.
 * @param {LinkEnd} end
 */
export function installGlobals(end, classes = new Classes(end)) {
  for (const name of ITSELF) define(name, globalThis);
  for (const name of classes.names) if (!(name in globalThis) && !isClassName(name)) defineFor(end, name);
  for (const name of REPLACED) defineLater(name, () => end.borrowed.outlive(end.window[name]));
  for (const name of REPLACED_CLASSES) define(name, classes.standIn(name, /** @type {any} */ (globalThis)[name]));
  extendNavigator(end);
  routeEvents(end);
  end.hasGlobals = true;
}

/** @param {LinkEnd} end @param {string} name */
function defineFor(end, name) {
  if (LASTING.has(name)) return defineLater(name, () => end.borrowed.outlive(end.window[name]));
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get: () => end.window[name],
    set: (value) => (end.window[name] = value),
  });
}

/** Defines a global that is asked for when it is first used. @param {string} name @param {() => any} get */
const defineLater = (name, get) =>
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get() {
      const value = get();
      define(name, value);
      return value;
    },
    set: (value) => define(name, value),
  });

/** Adds what only the page's navigator has. @param {LinkEnd} end */
function extendNavigator(end) {
  const { navigator } = globalThis;
  /** @type {any} */
  let theirs;
  const names =
    'clipboard credentials maxTouchPoints vendor plugins mimeTypes cookieEnabled doNotTrack geolocation share canShare vibrate sendBeacon pdfViewerEnabled userActivation webdriver wakeLock getBattery getGamepads mediaDevices virtualKeyboard keyboard xr';
  for (const name of names.split(' ')) {
    if (name in navigator) continue;
    Object.defineProperty(navigator, name, {
      configurable: true,
      get() {
        theirs ??= end.borrowed.outlive(end.window.navigator);
        const value = theirs[name];
        return typeof value === 'function' ? value.bind(theirs) : value;
      },
    });
  }
}

/** Has listeners of the page's events be the page's. @param {LinkEnd} end */
function routeEvents(end) {
  const own = globalThis;
  for (const name of /** @type {const} */ (['addEventListener', 'removeEventListener'])) {
    const method = own[name];
    define(name, (/** @type {string} */ type, /** @type {any[]} */ ...rest) =>
      OWN_EVENTS.has(type) ? Reflect.apply(method, own, [type, ...rest]) : end.window[name](type, ...rest),
    );
  }
  const { dispatchEvent } = own;
  define('dispatchEvent', (/** @type {any} */ event) =>
    end.isProxy(event) ? end.window.dispatchEvent(event) : Reflect.apply(dispatchEvent, own, [event]),
  );
}
