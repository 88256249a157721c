// @ts-check
// A worker that does not start as it should; its URL's `how` says in which way.
const how = new URL(import.meta.url).searchParams.get('how') ?? '';
const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
const join = async () => (await import('/sabir/window/worker.js')).default();

/** @type {Record<string, () => any>} */
const ways = {
  async later() {
    await pause(50);
    throw new RangeError('it throws later');
  },
  rejects: () => Promise.reject(new RangeError('it rejects')),
  idle: () => {},
  closes: () => globalThis.close(),
  async 'joins and throws'() {
    const { proxy } = await join();
    proxy.f = () => 7;
    throw new RangeError('it throws at its top');
  },
  async slow() {
    await pause(400);
    const { proxy } = await join().catch((error) => {
      postMessage(String(error));
      throw error;
    });
    proxy.f = () => 7;
  },
  async 'imports first'() {
    const { default: sabir } = await import('/sabir/window/worker.js');
    await pause(600);
    const { proxy } = await sabir();
    proxy.f = () => 7;
  },
  async 'no wasm'() {
    WebAssembly.Instance = /** @type {any} */ (
      function () {
        throw new Error('no wasm here');
      }
    );
    await join();
  },
};
// A module that awaits has thrown later.
if (how === 'throws') throw new RangeError('it throws at once');
await ways[how]?.();
