// @ts-check
import sabir from 'sabir/window/main';
import { outcome, tryWorker } from '../pages/try.mjs';

const { Worker } = sabir();
await outcome(() =>
  tryWorker(
    {
      Worker: class {
        constructor() {
          return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
        }
      },
    },
    '',
  ),
);
