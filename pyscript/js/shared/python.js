// @ts-check
// Python's modules, and the folder in which interpreters find them.

import sabir from '../../python/sabir/__init__.py';
import install from '../../python/sabir/_install.py';
import micropython from '../../python/sabir/_micropython.py';
import pyodide from '../../python/sabir/_pyodide.py';

const FOLDER = '/sabir-pyscript';

/** @type {Record<string, string>} */
const MODULES = {
  'sabir/__init__.py': sabir,
  'sabir/_install.py': install,
  'sabir/_micropython.py': micropython,
  'sabir/_pyodide.py': pyodide,
};

/** Gives an interpreter the modules. @param {any} interpreter */
export function addModules(interpreter) {
  const { FS } = interpreter;
  for (const folder of [FOLDER, `${FOLDER}/sabir`]) if (!FS.analyzePath(folder).exists) FS.mkdir(folder);
  for (const [name, text] of Object.entries(MODULES)) FS.writeFile(`${FOLDER}/${name}`, text);
  interpreter.runPython(`import sys\nsys.path.append("${FOLDER}")`);
}

/** A module of ours. @param {any} interpreter @param {string} name */
export function importModule(interpreter, name) {
  const held = `__sabir_${name}`;
  interpreter.runPython(`from sabir import ${name} as ${held}`);
  const { globals } = interpreter;
  const module = globals.get(held);
  globals.delete(held);
  return module;
}
