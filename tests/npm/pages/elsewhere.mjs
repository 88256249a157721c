// @ts-check
import { outcome, tryWorker } from './try.mjs';

// The library from another origin, as from a CDN.
const elsewhere = location.origin.replace('localhost', '127.0.0.1');
const { default: sabir } = await import(`${elsewhere}/sabir/window/main.js`);
await outcome(() => tryWorker(sabir(), `./elsewhere-worker.mjs?${encodeURIComponent(elsewhere)}`));
