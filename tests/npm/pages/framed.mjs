// @ts-check
import sabir from '/sabir/window/main.js';
import { outcome, tryWorker } from './try.mjs';

await outcome(() => tryWorker(sabir(), './echo-worker.mjs'));
parent.postMessage(/** @type {any} */ (globalThis).outcome, '*');
