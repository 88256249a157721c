// @ts-check
// A worker: polyscript's, with its page's options, and with what Sabir adds when PyScript is ready.

import './console.js';
import './urls.js';
import './interpreters.js';
import { ready } from './plugin.js';
import 'polyscript:worker';

/** PyScript's hooks travel as texts: this one finds its function by name. */
Object.assign(globalThis, { [Symbol.for('sabir-pyscript')]: { ready } });
