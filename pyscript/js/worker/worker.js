// @ts-check
// A worker: polyscript's, with its page's options.

import './interpreters.js';
import 'polyscript:worker';
