// @ts-check
import coincident from '../node_modules/coincident/dist/window/worker.js';
import { serve } from './operations.mjs';

const { proxy, window } = await coincident({ maxByteLength: 1 << 28 });
const { held } = window;
const element = window.document.querySelector('#text');
proxy.add = (/** @type {number} */ value) => value + 1;
serve({
  echo: proxy.echo,
  get: () => held.value,
  set: (value) => (held.value = value),
  text: (text) => (element.textContent = text),
});
