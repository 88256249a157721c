// @ts-check
export const count = (/** @type {number} */ value) => value + 1;
