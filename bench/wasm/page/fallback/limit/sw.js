// @ts-check
addEventListener('fetch', (/** @type {any} */ event) => {
  if (event.request.url.endsWith('/answer')) event.respondWith(new Response(null));
});
