// @ts-check
import sabir from '/sabir/window/main.js';
import { outcome, tryWorker } from './try.mjs';

await outcome(() => tryWorker(sabir(), './echo-worker.mjs'));
