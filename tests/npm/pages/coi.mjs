// @ts-check
import sabir from '/sabir/window/main.js';
import { outcome, tryWorker } from './try.mjs';

// The page loads once more when the service worker has taken over.
if (crossOriginIsolated) await outcome(() => tryWorker(sabir(), './echo-worker.mjs'));
