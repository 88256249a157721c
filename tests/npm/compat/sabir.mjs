// @ts-check
import library from '/sabir/window/worker.js';
import { run } from './behaviours.mjs';

await run(library);
