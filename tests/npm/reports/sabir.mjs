// @ts-check
import library from '/sabir/window/worker.js';
import { run } from './reports.mjs';

await run(await library());
