// @ts-check
import { drive } from '../page.mjs';

await navigator.serviceWorker.register('sw.js');
await navigator.serviceWorker.ready;
// A worker belongs to the service worker that its page belonged to when it started.
if (navigator.serviceWorker.controller === null) location.reload();
else await drive('limit', () => void new Worker('worker.mjs', { type: 'module', name: 'limit' }));
