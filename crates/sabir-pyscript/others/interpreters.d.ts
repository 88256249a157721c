// polyscript's kinds of interpreters, by their names.
export const registry: Map<string, any>;
/** The configurations of those that run, by their names. */
export const configs: Map<string, any>;
