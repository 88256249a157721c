// @ts-check
import sabir from '../sabir/dist/window/worker.js';
import { serve } from './operations.mjs';

const { proxy, window } = await sabir();
const { held } = window;
const element = window.document.querySelector('#text');
proxy.add = (/** @type {number} */ value) => value + 1;
serve({
  echo: proxy.echo,
  get: () => held.value,
  set: (value) => (held.value = value),
  text: (text) => (element.textContent = text),
});
