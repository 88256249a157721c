// @ts-check
// PyScript, whose workers are Sabir's, and what Sabir adds to it.

import './page/interpreters.js';
import './page/plugin.js';
export * from 'pyscript:core';
