// @ts-check
import library from '/sabir/window/worker.js';
import { run } from './program.mjs';

run(await library());
