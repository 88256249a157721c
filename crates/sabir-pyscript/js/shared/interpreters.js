// @ts-check
// polyscript's interpreters, by its registry: where they come from, and which of their values leave Python.

import { registry } from 'polyscript:interpreters';
import { taken } from './python.js';

export const NAMES = /** @type {const} */ (['pyodide', 'micropython']);

/** Where interpreters come from unless a configuration says so. polyscript asks `module`; it has no option. @param {import('./options.js').PageOptions} options */
export function setSources(options) {
  for (const name of NAMES) {
    const interpreter = registry.get(name);
    const { module } = interpreter;
    interpreter.module = (/** @type {string | undefined} */ version) =>
      version === undefined && options[name] !== undefined ? options[name] : module(version);
  }
}

/**
 * Has values of Python's leave it whole, or be errors: outside Python the proxy of an object that is no value is an object without
 * properties.
 */
export function giveWhole() {
  for (const name of NAMES) {
    const details = registry.get(name);
    const { transform } = details;
    details.transform = (/** @type {any} */ python, /** @type {any} */ value) => {
      const mayBeDict = name === 'micropython' && isObjectOfPython(python, value) && !isGenerator(python, value);
      const given = transform.call(details, python, mayBeDict ? nameKeys(python, value) : value);
      if (isObjectOfPython(python, given)) throw new TypeError(refusalOf(python, given));
      return given;
    };
  }
}

/** Functions are called from outside; objects have no other use there. @param {any} python @param {any} value */
function isObjectOfPython(python, value) {
  if (typeof value !== 'object') return false;
  const CPython = python.ffi?.PyProxy;
  return CPython ? value instanceof CPython : value instanceof python.PyProxy || isGenerator(python, value);
}

/** MicroPython's class of generators and coroutines, which has no name outside, by interpreter. @type {WeakMap<object, Function>} */
const generators = new WeakMap();

/** @param {any} python MicroPython @param {any} value */
function isGenerator(python, value) {
  let Generator = generators.get(python);
  if (Generator === undefined) {
    Generator = /** @type {Function} */ (taken(python, (name) => `${name} = (each for each in ())`).constructor);
    generators.set(python, Generator);
  }
  return value instanceof Generator;
}

/** Names the keys of dicts, at any depth, as JavaScript names them. */
const NAME_KEYS = `(lambda name: lambda value: name(name, value))(lambda name, value:
  {str(key) if type(key) is int else 'null' if key is None else key: name(name, each) for key, each in value.items()}
  if type(value) is dict else [name(name, each) for each in value] if type(value) in (list, tuple) else value)`;

/** By interpreter. @type {WeakMap<object, (value: any) => any>} */
const namers = new WeakMap();

/** MicroPython's conversion leaves out the keys from 0 to 3, and None (`toJs` in its objpyproxy.js). @param {any} python @param {any} value */
function nameKeys(python, value) {
  let name = namers.get(python);
  if (name === undefined) namers.set(python, (name = python.pyimport('builtins').eval(NAME_KEYS)));
  return /** @type {(value: any) => any} */ (name)(value);
}

/** MicroPython's class of a value. @param {any} python @param {any} value */
function classOf(python, value) {
  if (isGenerator(python, value)) return 'generator';
  const { getattr, type } = python.pyimport('builtins');
  return getattr(type(value), '__name__');
}

/** @param {any} python @param {any} value */
function refusalOf(python, value) {
  const kind = python.ffi?.PyProxy ? value.type : classOf(python, value);
  return `cannot send a \`${kind}\` of Python's: give a value that JavaScript has, or call by \`workerlib\`, which sends Python's own`;
}
