// @ts-check
// Which transport a worker gets, and why no better one, on a page that lacks something: headers, or what `without` names.
import { outcome } from './try.mjs';

const parameters = new URLSearchParams(location.search);
const without = new Set(parameters.get('without')?.split(','));
const script = new URL(parameters.get('worker') ?? '../features/worker.mjs', location.href).href;
const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

const refuse = () => {
  throw new DOMException('it is not allowed here', 'SecurityError');
};
/** Refusals of the browser, by the refused feature. @type {Record<string, () => void>} */
const refusals = {
  storage() {
    Object.defineProperty(globalThis, 'sessionStorage', { get: refuse });
    Object.defineProperty(navigator, 'serviceWorker', { get: refuse });
    navigator.storage.getDirectory = async () => refuse();
  },
  locks: () => void Object.defineProperty(navigator, 'locks', { value: undefined }),
};
for (const name of without) refusals[name]?.();

/** The worker's URL: of a Blob where the page has no origin, or the worker must lack something too. */
function workerUrl() {
  if (origin !== 'null' && !without.has('locks')) return script;
  const text = `${without.has('locks') ? `(${refusals.locks})();` : ''} import(${JSON.stringify(script)});`;
  return URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
}

await outcome(async () => {
  const { default: sabir } = await import('/sabir/window/main.js');
  const { Worker } = sabir({ serviceWorker: parameters.has('sw') ? '/sw.js' : undefined, startTimeout: 15_000 });
  // Chromium starts no module from a Blob without an origin.
  const worker = new Worker(workerUrl(), origin === 'null' ? { type: 'classic' } : {});
  const run = (/** @type {Function} */ body) => worker.proxy.run(String(body));
  const inWorker = await run((/** @type {any} */ { transport, passedOver }) => [transport, passedOver]);
  const { transport, passedOver } = worker;
  const agrees = JSON.stringify([transport, passedOver]) === JSON.stringify(inWorker);
  const waiting = run(() => new Promise(() => {})).catch(
    (/** @type {any} */ error) => `${error.name}: ${error.message}`,
  );
  void run(() => void setTimeout(() => globalThis.close(), 20));
  const end = await Promise.race([waiting, pause(3000).then(() => 'nothing')]);
  return { transport, passedOver, agrees, end };
});
if (parent !== window) parent.postMessage(/** @type {any} */ (globalThis).outcome, '*');
