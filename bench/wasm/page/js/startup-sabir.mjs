// @ts-check
import sabir from '/sabir/dist/worker.js';

await sabir();
postMessage('started');
