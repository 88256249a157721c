// @ts-check
// A service worker's part: gives the answers of a host that cannot send them the headers that allow shared memory.
// Classic, so that every browser runs it, and so that it can be imported into a service worker that does more.

/** `credentialless` lets pages embed what sends no headers of its own; where it is unknown, nothing is isolated. */
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'credentialless',
  'cross-origin-resource-policy': 'cross-origin',
};

/** @param {Response} response */
function isolated(response) {
  // What another origin has not opened to us cannot be wrapped.
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  const { status, statusText } = response;
  return new Response([101, 204, 205, 304].includes(status) ? null : response.body, { status, statusText, headers });
}

addEventListener('install', () => /** @type {any} */ (globalThis).skipWaiting());
addEventListener('activate', (/** @type {any} */ event) =>
  event.waitUntil(/** @type {any} */ (globalThis).clients.claim()),
);
addEventListener('fetch', (/** @type {any} */ event) => {
  const { request } = event;
  // Such a request may be answered from the cache only: a fetch of it fails.
  if (request.cache === 'only-if-cached' && request.mode !== 'same-origin') return;
  event.respondWith(fetch(request).then(isolated));
});
