// @ts-check
// The folder in which interpreters find our modules of Python's.

const FOLDER = '/sabir-pyscript';

/** Gives an interpreter modules, and has it tell exceptions of tasks. @param {any} interpreter @param {Record<string, string>} modules their texts, by their files */
export function addModules(interpreter, modules) {
  const { FS } = interpreter;
  for (const folder of [FOLDER, `${FOLDER}/sabir`]) if (!FS.analyzePath(folder).exists) FS.mkdir(folder);
  for (const [name, text] of Object.entries(modules)) FS.writeFile(`${FOLDER}/${name}`, text);
  interpreter.runPython(`import sys\nsys.path.append("${FOLDER}")\nimport sabir._tasks`);
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
