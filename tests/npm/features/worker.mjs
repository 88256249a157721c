// @ts-check
// A worker that runs the page's functions, with the library as their argument; `?pipeline` has the option's value.
import sabir from '/sabir/window/worker.js';

const pipeline = JSON.parse(new URL(import.meta.url).searchParams.get('pipeline') ?? 'false');
const library = await sabir({ pipeline });
library.proxy.run = (/** @type {string} */ text, /** @type {any[]} */ ...args) =>
  Function('library', 'args', `return (${text})(library, ...args)`)(library, args);
