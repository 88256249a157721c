// @ts-check
// A worker that does what the page tells it to, with the library at hand.
import sabir from '/sabir/window/worker.js';

const library = await sabir();
library.proxy.run = (/** @type {string} */ text, /** @type {any[]} */ ...args) =>
  Function('library', 'args', `return (${text})(library, ...args)`)(library, args);
