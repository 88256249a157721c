// @ts-check
import sabir from '/sabir/window/main.js';
import { outcome, tryWorker } from './try.mjs';

// As polyscript ships: all of the worker in one file, run from a Blob.
const bundled = await (await fetch('/bundled/esbuild/worker.js')).text();
const url = URL.createObjectURL(new Blob([bundled], { type: 'text/javascript' }));
await outcome(() => tryWorker(sabir(), url));
