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
export const importModule = (interpreter, name) => taken(interpreter, (held) => `from sabir import ${name} as ${held}`);

/** The value that a statement gives to a name, which is gone afterwards. @param {any} interpreter @param {(name: string) => string} statement */
export function taken(interpreter, statement) {
  const name = '__sabir_held';
  interpreter.runPython(statement(name));
  const { globals } = interpreter;
  const value = globals.get(name);
  globals.delete(name);
  return value;
}
