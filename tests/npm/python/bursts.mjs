// @ts-check
// Bursts of calls and events: all are answered, in order.
import { burst, inOrder, same } from '../suite.mjs';
import { INTERPRETERS, inBoth, onPage, start, until } from './start.mjs';

const parameters = new URLSearchParams(location.search);
/** The size of a burst: trips cost a hundred times more where memory is not shared. */
const count = Number(parameters.get('count') ?? (globalThis.crossOriginIsolated ? 10_000 : 200));

/** Of the bursts that differ in one point from the plain ones. */
const FEW = Math.min(count, 300);

/** @type {Record<string, () => Promise<void>>} */
export const bursts = Object.fromEntries([
  ...inBoth('a burst of calls, each of which asks the page, is answered in order', async (type) => {
    const worker = await start(type);
    worker.sync.one = (/** @type {number} */ value) => value;
    for (const [name, size] of /** @type {[string, number][]} */ ([
      ['asks', count],
      ['asks_later', FEW],
    ])) {
      await burst(size, (index) => worker.sync[name](index));
      inOrder(await worker.sync.take_log(), size, 2, 'starts and ends');
    }
    same(await worker.sync.echo('and goes on'), 'and goes on');
  }),
  ...inBoth('a burst of events whose listener reads the page is heard in order', async (type) => {
    const worker = await start(type);
    await worker.sync.listen('burst');
    for (let detail = 0; detail < count; detail++) document.dispatchEvent(new CustomEvent('burst', { detail }));
    await until(async () => (await worker.sync.logged()) === 2 * count, 'the last event');
    inOrder(await worker.sync.take_log(), count, 2, 'starts and ends');
  }),
  ...INTERPRETERS.flatMap((page) =>
    inBoth(
      `a burst of calls by the page's Python (${page}), each of which asks it, is answered in order`,
      async (type) => {
        const code = `
import asyncio
from pyscript import PyWorker
w = PyWorker("worker.py", type="${type}")
w.sync.one = lambda value: value
await w.ready
answers = []
async def call(value):
    answers.append(await w.sync.asks(value))
await asyncio.gather(*[call(value) for value in range(${FEW})])
log = await w.sync.take_log()
print("result", answers == list(range(${FEW})), log == [value // 2 for value in range(2 * ${FEW})])
w.terminate()`;
        same(await onPage(page, code), 'True True');
      },
    ),
  ),
]);
