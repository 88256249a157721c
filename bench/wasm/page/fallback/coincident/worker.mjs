// @ts-check
import coincident from '../../node_modules/coincident/dist/window/worker.js';
import { serveWindow } from '../../js/operations.mjs';

// It does not end an echo of 1000 objects within a minute.
serveWindow(await coincident(), ['objects', 'floats']);
