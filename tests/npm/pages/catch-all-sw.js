// @ts-check
// A service worker that is not ours, or a server: it answers every request with a page.
addEventListener('install', () => /** @type {any} */ (globalThis).skipWaiting());
addEventListener('message', (/** @type {any} */ event) =>
  event.waitUntil(/** @type {any} */ (globalThis).clients.claim()),
);
addEventListener('fetch', (/** @type {any} */ event) => {
  const { method } = event.request;
  if (method === 'POST')
    event.respondWith(new Response('<h1>Welcome</h1>', { headers: { 'content-type': 'text/html' } }));
});
