// @ts-check
// A worker that runs the page's functions, with the library as their argument.
import sabir from '/sabir/window/worker.js';

const library = await sabir();
library.proxy.run = (/** @type {string} */ text, /** @type {any[]} */ ...args) =>
  Function('library', 'args', `return (${text})(library, ...args)`)(library, args);
