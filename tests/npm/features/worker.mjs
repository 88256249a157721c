// @ts-check
// A worker that runs the page's functions, with the library as their argument; `?options` has its options.
import sabir from '/sabir/window/worker.js';
import { collect, computeFor } from '../suite.mjs';

Object.assign(globalThis, { collect, computeFor });

const library = await sabir(JSON.parse(new URL(import.meta.url).searchParams.get('options') ?? '{}'));
library.proxy.run = (/** @type {string} */ text, /** @type {any[]} */ ...args) =>
  Function('library', 'args', `return (${text})(library, ...args)`)(library, args);
