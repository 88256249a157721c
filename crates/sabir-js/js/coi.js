// @ts-check
// For a host whose headers one does not control: `<script src="coi.js"></script>`, with `sw.js` beside it.
// On the page it registers itself as the service worker, and loads the page once more when that has taken over.

if (typeof document === 'undefined') {
  /** @type {any} */ (globalThis).importScripts('./sw.js');
} else if (!globalThis.crossOriginIsolated && 'serviceWorker' in navigator) {
  const { src } = /** @type {HTMLScriptElement} */ (document.currentScript);
  const LOADED = 'sabir:isolated';
  navigator.serviceWorker.register(src).then(
    async ({ active }) => {
      if (active === null || navigator.serviceWorker.controller === null) {
        await new Promise((resolve) =>
          navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
        );
      }
      // Once: a browser that is not isolated even so must not load the page for ever.
      if (sessionStorage.getItem(LOADED) !== null)
        return console.warn('Sabir: the page is not isolated, even with its headers');
      sessionStorage.setItem(LOADED, 'yes');
      location.reload();
    },
    (error) => console.warn(`Sabir: no service worker, so the page is not isolated: ${error}`),
  );
} else {
  sessionStorage.removeItem('sabir:isolated');
}
