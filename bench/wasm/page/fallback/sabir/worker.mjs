// @ts-check
import sabir from '/sabir/dist/window/worker.js';
import { serveWindow } from '../../js/operations.mjs';

serveWindow(await sabir());
