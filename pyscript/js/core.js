// @ts-check
// PyScript, whose workers are Sabir's, and what the workers add to it.

import './page/interpreters.js';
export * from 'pyscript:core';
