// @ts-check
// A worker's interpreters. Imported before polyscript asks for one.

import { setSources } from '../shared/interpreters.js';
import { OPTIONS } from '../shared/options.js';

setSources(/** @type {any} */ (globalThis)[OPTIONS] ?? {});
