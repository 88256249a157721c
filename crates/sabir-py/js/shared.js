// @ts-check
// What the package's own entries have, for those of Python.

export { CannotBlock, Closed, SabirError } from '../errors.js';
export { VERSION } from '../shared.js';
