// @ts-check
// PyScript's version, which the build writes here.

export const VERSION = globalThis.__PYSCRIPT_VERSION__;
