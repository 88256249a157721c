// @ts-check
// Relative URLs of a worker are relative to its page: the worker starts from a Blob, which has no place.

import { settings } from '../shared/options.js';

/** @param {any} url */
function absolute(url) {
  if (typeof url !== 'string') return url;
  try {
    return new URL(url, settings.base).href;
  } catch {
    // The browser's own error names it.
    return url;
  }
}

const { fetch } = globalThis;
globalThis.fetch = (/** @type {any} */ url, /** @type {any[]} */ ...rest) => fetch(absolute(url), ...rest);

const { open } = XMLHttpRequest.prototype;
XMLHttpRequest.prototype.open = function (
  /** @type {string} */ method,
  /** @type {any} */ url,
  /** @type {any[]} */ ...rest
) {
  return /** @type {Function} */ (open).call(this, method, absolute(url), ...rest);
};
