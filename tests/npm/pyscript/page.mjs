// @ts-check
// PyScript's pages by subject: its own surface, and what Sabir adds to it.
import { runTests } from '../suite.mjs';
import { pipeline } from './pipeline.mjs';
import { plugin } from './plugin.mjs';
import { load, LIMIT_MS, isOriginal, printed, reported, transports } from './start.mjs';
import { awaited, tags } from './tags.mjs';
import { workerlib } from './workerlib.mjs';

await load();
// Without shared memory a computation is not interrupted.
const blocking = isOriginal || transports !== undefined ? tags : { ...tags, ...plugin, ...pipeline, ...workerlib };
await runTests(transports === 'message' ? awaited : blocking, {
  limitMs: 2 * LIMIT_MS,
  after() {
    printed.length = reported.length = 0;
    for (const element of document.querySelectorAll('*')) /** @type {any} */ (element).xworker?.terminate();
    document.body.replaceChildren();
  },
});
