// @ts-check
import sabir from '/sabir/dist/window/main.js';
import { drive, starts } from '../page.mjs';

const transport = /** @type {any} */ (location.search.slice(1));
await drive('sabir', starts(sabir({ transports: [transport] }).Worker, 'sabir'));
