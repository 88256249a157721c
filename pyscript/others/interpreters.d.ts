// polyscript's kinds of interpreters, by their names.
export const registry: Map<string, any>;
