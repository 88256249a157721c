// @ts-check
// polyscript's workers: its own module of this shape holds the worker's text with coincident in it.

import coincident from 'coincident/window/main';
import { text, urls } from 'sabir:worker-text';
import { OPTIONS, pageOptions } from '../shared/options.js';
import { MODULES } from './modules.js';
import { transform } from './interpreters.js';

const options = pageOptions();
const { serviceWorker, transports } = options;
const { Worker } = coincident({ transfer: false, transform, serviceWorker, transports });

/** A worker's script, whose first line has what the page hands to it. It starts from a Blob: its chunks are named in full. */
function script() {
  const handed = { ...options, base: document.baseURI, modules: MODULES };
  const line = `globalThis[${JSON.stringify(OPTIONS)}] = ${JSON.stringify(handed)};`;
  const code = `${line}${text.slice(text.indexOf('\n'))}`;
  return Object.entries(urls).reduce((code, [name, url]) => code.replaceAll(name, url), code);
}

/** @type {string | undefined} */
let blob;
let count = 0;

/** The name of each worker's links. @type {WeakMap<object, string>} */
export const linkNames = new WeakMap();

/** @param {object} own the options of polyscript */
export default (own) => {
  blob ??= URL.createObjectURL(new Blob([script()], { type: 'text/javascript' }));
  const name = `pyscript-${++count}`;
  const worker = new Worker(blob, { ...own, name });
  linkNames.set(worker, name);
  return worker;
};
