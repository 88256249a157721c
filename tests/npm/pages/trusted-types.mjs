// @ts-check
import sabir from '/sabir/window/main.js';
import { outcome, tryWorker } from './try.mjs';

const types = /** @type {any} */ (globalThis).trustedTypes;
const policy = types?.createPolicy('app', { createScriptURL: (/** @type {string} */ url) => url });
await outcome(() => tryWorker(sabir(), policy?.createScriptURL('./echo-worker.mjs') ?? './echo-worker.mjs'));
