// @ts-check
// Reports from trackers of libraries of this kind: each is a module that says where it is from and what should be. Its worker
// runs in a realm of its own: one that hangs takes no other with it.
import { ok, outcomeOf, pause } from '../suite.mjs';
import { reports } from './reports.mjs';

const parameters = new URLSearchParams(location.search);
const name = parameters.get('library') ?? 'sabir';
const transports = parameters.get('transports')?.split(',');
const LIMIT_MS = name === 'sabir' ? 20_000 : 3000;
const { default: library } = await import(
  name === 'sabir' ? '/sabir/window/main.js' : '/node_modules/coincident/dist/window/main.js'
);
const { Worker } = library({ transports, serviceWorker: '/sw.js' });

/** @type {Record<string, string>} */
const outcomes = {};
Object.assign(globalThis, { outcomes });
const only = parameters.get('only') ?? '';
for (const [behaviour, { page }] of Object.entries(reports)) {
  if (!behaviour.includes(only)) continue;
  const worker = new Worker(new URL(`./${name}.mjs?${encodeURIComponent(behaviour)}`, import.meta.url));
  const done = new Promise((resolve) =>
    worker.addEventListener(
      'message',
      (/** @type {MessageEvent} */ { data }) => data?.outcome && resolve(data.outcome),
    ),
  );
  const failed = outcomeOf(async () => {
    await page?.(worker);
    const outcome = await Promise.race([done, pause(LIMIT_MS)]);
    ok(outcome === 'ok', outcome ?? 'it hangs');
  });
  outcomes[behaviour] = (await Promise.race([failed, pause(2 * LIMIT_MS)])) ?? 'the page hangs';
  worker.terminate();
}
document.title = 'done';
