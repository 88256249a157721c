// @ts-check
// Workers over a transport that cannot block.
import { same } from '../suite.mjs';
import { PyWorker } from '/sabir/dist/py/main.js';
import { examples } from './examples.mjs';
import { inBoth, matches, prints, show } from './start.mjs';

/** @type {Record<string, () => Promise<void>>} */
export const awaiting = {
  'the calculator: add(5, 3) is 8': examples['the calculator: add(5, 3) is 8'],
  'MicroPython starts a Pyodide worker, whose `sync` has to be awaited': async () => {
    show(`<script type="mpy">
from pyscript import PyWorker
worker = PyWorker("awaiting.py", type="pyodide")
worker.sync.double = lambda x: (2 * x,)
await worker.ready
print("result", await worker.sync.relay("double", 21), await worker.sync.relay("nope", 1))
</script>`);
    await prints('result (42,) AttributeError');
  },
  ...Object.fromEntries(
    inBoth('what blocks says what to do', async (type) => {
      const worker = new PyWorker('awaiting.py', { type });
      await worker.ready;
      same(worker.transport, 'message');
      for (const told of await worker.sync.blocked())
        matches(told, /^RuntimeError: .*Cross-Origin-Opener-Policy.*sw\.js/);
      const slept = await worker.sync.slept(0.05);
      if (slept < 45) throw new Error(`slept ${slept} ms`);
    }),
  ),
};
