// @ts-check
// Where interpreters come from unless a configuration says so. polyscript asks `module` of its registry; it has no option.

import { registry } from 'polyscript:interpreters';

/** @param {import('./options.js').PageOptions} options */
export function setSources(options) {
  for (const name of /** @type {const} */ (['pyodide', 'micropython'])) {
    const interpreter = registry.get(name);
    const { module } = interpreter;
    interpreter.module = (/** @type {string | undefined} */ version) =>
      version === undefined && options[name] !== undefined ? options[name] : module(version);
  }
}
