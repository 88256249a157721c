// @ts-check
import sabir from '/sabir/window/main.js';
import { outcome } from './try.mjs';

await outcome(async () => {
  const worker = new (sabir().Worker)('./echo-worker.mjs');
  await worker.proxy.anything();
});
