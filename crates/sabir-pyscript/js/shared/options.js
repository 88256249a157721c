// @ts-check
// Options for all workers of a page: attributes of the tag that loads PyScript.

/**
 * @typedef {object} PageOptions
 * @property {string} [pyodide] URL of `pyodide.mjs`
 * @property {string} [micropython] URL of `micropython.mjs`
 * @property {string} [serviceWorker] URL of the script of a service worker
 * @property {any[]} [transports] the names of those that may be used
 */

/**
 * Values that a page hands to its workers, beside its options.
 * @typedef {object} Handed
 * @property {string} base the URL that relative ones belong to
 * @property {Record<string, string>} modules the texts of Python's modules, by their files
 */

/** By this key a worker finds what its page has set. */
export const OPTIONS = 'sabir-pyscript';

/** In a worker: its page's options, and what else the page hands to it. @type {PageOptions & Handed} */
export const settings = /** @type {any} */ (globalThis)[OPTIONS];

const TAG = 'script[type="module"]';

/** @param {string} name */
const attribute = (name) => document.querySelector(`${TAG}[${name}]`)?.getAttribute(name) ?? undefined;

/** @param {string} name */
function url(name) {
  const url = attribute(name);
  return url === undefined ? undefined : new URL(url, document.baseURI).href;
}

/** @returns {PageOptions} */
export const pageOptions = () => ({
  pyodide: url('pyodide'),
  micropython: url('micropython'),
  serviceWorker: url('service-worker'),
  transports: attribute('transports')?.split(/[\s,]+/),
});
