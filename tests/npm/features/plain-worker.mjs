// @ts-check
// A worker without the page's `window`.
import sabir from '/sabir/worker.js';

const { proxy } = await sabir();
proxy.gives = (/** @type {string} */ code) => ({ value: (0, eval)(code) });
