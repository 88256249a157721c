// @ts-check
// For a host whose headers one does not control: `<script src="coi.js"></script>`, before the page's other scripts.
// The package's file has `sw.js` at its end: it registers itself as the service worker that sends the headers, and loads
// the page once more, through that; twice where only `require-corp` isolates it. On a page that is isolated already it
// does nothing.
// Options are mini-coi's (the attribute `scope`) and coi-serviceworker's (`globalThis.coi`, as below). `?coi=off` in the
// page's URL takes the service worker away.

'use strict';

if (typeof document !== 'undefined') {
  /** Where it stands by which policy the page was to be isolated, while it is loaded anew. */
  const LOADED = 'sabir:isolating';
  const CREDENTIALLESS = 'credentialless';
  const element = /** @type {HTMLScriptElement} */ (document.currentScript);

  const options = {
    shouldRegister: () => true,
    shouldDeregister: () => new URLSearchParams(location.search).get('coi') === 'off',
    /** Embeds what sends no headers of its own; where a browser does not know that, `require-corp` follows. */
    coepCredentialless: () => true,
    doReload: () => location.reload(),
    quiet: false,
    .../** @type {any} */ (globalThis).coi,
  };

  /** @param {unknown} why */
  const warn = (why) => options.quiet || console.warn(`Sabir: the page is not isolated: ${why}`);

  async function isolate() {
    const { serviceWorker } = navigator;
    if (options.shouldDeregister()) return standDown(serviceWorker);
    if (globalThis.crossOriginIsolated) return sessionStorage.removeItem(LOADED);
    if (!options.shouldRegister()) return;
    if (!isSecureContext) return warn('service workers need https, or localhost');
    if (serviceWorker === undefined) return warn('the browser has no service workers here (a private window?)');
    const tried = sessionStorage.getItem(LOADED);
    // A browser that does not isolate even so must not load the page for ever.
    if (tried !== null && (tried !== CREDENTIALLESS || obstacle() !== undefined))
      return warn(obstacle() ?? 'the browser does not isolate it even with the headers');
    // Whether a browser knows the policy is shown by nothing but a page that has it.
    const policy = tried === null && options.coepCredentialless() ? CREDENTIALLESS : 'require-corp';
    const script = new URL(element.src);
    script.searchParams.set('isolate', policy);
    const scope = new URL(element.getAttribute('scope') ?? new URL('./', script), document.baseURI).href;
    if (!location.href.startsWith(scope))
      return warn(`${script} serves what is below ${scope}: put it into a folder above`);
    const present = await serviceWorker.getRegistration(scope);
    if (present?.scope === scope && !isOurs(present))
      return warn(`${scope} has another service worker, ${present.active?.scriptURL}: it has to send the headers`);
    await activated(await serviceWorker.register(script, { scope }));
    sessionStorage.setItem(LOADED, policy);
    options.doReload();
  }

  /** @param {ServiceWorkerContainer | undefined} serviceWorker */
  async function standDown(serviceWorker) {
    const registration = await serviceWorker?.getRegistration();
    if (registration === undefined || !isOurs(registration)) return;
    await registration.unregister();
    if (globalThis.crossOriginIsolated) options.doReload();
  }

  /** @param {ServiceWorkerRegistration} registration */
  function isOurs({ installing, waiting, active }) {
    const path = (/** @type {string | undefined} */ url) => url?.split('?')[0];
    return path((installing ?? waiting ?? active)?.scriptURL) === path(element.src);
  }

  /** @param {ServiceWorkerRegistration} registration */
  async function activated({ installing, waiting, active }) {
    const worker = /** @type {ServiceWorker} */ (installing ?? waiting ?? active);
    worker.postMessage({ type: 'sabir:activate' });
    while (worker.state !== 'activated') {
      if (worker.state === 'redundant') throw new Error(`${worker.scriptURL} was not installed`);
      await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }));
    }
  }

  /** Why no policy can help. */
  function obstacle() {
    if (navigator.serviceWorker.controller === null) return 'it was not loaded through the service worker';
    if (top !== window) return 'the page that embeds it has to be isolated, and to allow it `cross-origin-isolated`';
    return undefined;
  }

  isolate().catch(warn);
}
