// @ts-check
// A site's own service worker, which has ours inside.
/** @type {any} */ (globalThis).importScripts('/sw.js');
addEventListener('fetch', (/** @type {any} */ event) => {
  if (event.request.url.endsWith('/own')) event.respondWith(new Response('own'));
});
