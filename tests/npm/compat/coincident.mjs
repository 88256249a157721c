// @ts-check
import library from '/node_modules/coincident/dist/window/worker.js';
import { run } from './behaviours.mjs';

await run(library);
