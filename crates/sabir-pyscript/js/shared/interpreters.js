// @ts-check
// polyscript's interpreters, by its registry: where they come from, and which of their values leave Python.

import { registry } from 'polyscript:interpreters';

const NAMES = /** @type {const} */ (['pyodide', 'micropython']);

/** Where interpreters come from unless a configuration says so. polyscript asks `module`; it has no option. @param {import('./options.js').PageOptions} options */
export function setSources(options) {
  for (const name of NAMES) {
    const interpreter = registry.get(name);
    const { module } = interpreter;
    interpreter.module = (/** @type {string | undefined} */ version) =>
      version === undefined && options[name] !== undefined ? options[name] : module(version);
  }
}

/** Has objects of Python's that are no values be errors: outside Python such a proxy is an object without properties. */
export function refuseObjects() {
  for (const name of NAMES) {
    const details = registry.get(name);
    const { transform } = details;
    details.transform = (/** @type {any} */ python, /** @type {any} */ value) => {
      const given = transform.call(details, python, value);
      if (isObjectOfPython(python, given)) throw new TypeError(refusalOf(python, given));
      return given;
    };
  }
}

/** Functions are called from outside; objects have no other use there. @param {any} python @param {any} value */
function isObjectOfPython(python, value) {
  const PyProxy = python.ffi?.PyProxy ?? python.PyProxy;
  return typeof value === 'object' && value instanceof PyProxy;
}

/** MicroPython's class of a value. @param {any} builtins @param {any} value */
const classOf = ({ getattr, type }, value) => getattr(type(value), '__name__');

/** @param {any} python @param {any} value */
function refusalOf(python, value) {
  const kind = python.ffi?.PyProxy ? value.type : classOf(python.pyimport('builtins'), value);
  return `cannot send a \`${kind}\` of Python's: give a value that JavaScript has, or call by \`workerlib\`, which sends Python's own`;
}
