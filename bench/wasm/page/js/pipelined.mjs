// @ts-check
import sabir from '/sabir/dist/window/worker.js';
import { serveWindow } from './operations.mjs';

serveWindow(await sabir({ pipeline: true }));
