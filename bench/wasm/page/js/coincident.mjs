// @ts-check
import coincident from '../node_modules/coincident/dist/window/worker.js';
import { serveWindow } from './operations.mjs';

serveWindow(await coincident({ maxByteLength: 1 << 28 }));
