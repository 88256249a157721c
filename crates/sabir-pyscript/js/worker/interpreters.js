// @ts-check
// A worker's interpreters. Imported before polyscript asks for one.

import { registry } from 'polyscript:interpreters';
import { NAMES, giveWhole, setSources } from '../shared/interpreters.js';
import { settings } from '../shared/options.js';
import { link } from './coincident.js';

setSources(settings);
giveWhole();

/** MicroPython's loop of nothing never leaves wasm, where it could be interrupted. @param {string} code */
const interruptible = (code) => code.replaceAll(/^(\s*while\b[^:\n]*:\s*)pass\b/gm, '$1id(0)');

const micropython = registry.get('micropython');
for (const name of ['run', 'runAsync']) {
  const method = micropython[name];
  micropython[name] = (/** @type {any} */ interpreter, /** @type {string} */ code, /** @type {any[]} */ ...rest) =>
    method(interpreter, interruptible(code), ...rest);
}

// Before polyscript meets the page's first object.
for (const name of NAMES) {
  const details = registry.get(name);
  const { engine } = details;
  details.engine = async (/** @type {any} */ module, /** @type {any} */ config, /** @type {any[]} */ ...rest) => {
    const started = link?.pipeline(config?.pipeline);
    const interpreter = await engine.call(details, module, config, ...rest);
    await started;
    return interpreter;
  };
}
