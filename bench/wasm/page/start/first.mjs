// @ts-check
// How long a page takes from its first script to a worker's first answered call.

/** @param {any} Worker of a library @param {string} name */
export function measureFirst(Worker, name) {
  const worker = new Worker(new URL(`./${name}-worker.mjs`, import.meta.url));
  worker.proxy.echo = (/** @type {any} */ value) => value;
  worker.addEventListener('message', (/** @type {MessageEvent} */ { data }) => {
    if (data !== 'answered') return;
    Object.assign(globalThis, { took: performance.now() - /** @type {any} */ (globalThis).began });
    /** @type {HTMLElement} */ (document.querySelector('#state')).textContent = 'ready';
  });
}
