// @ts-check
// Timers, and notes that set them: an idle page sets none.
import { ok, pause, same } from '../suite.mjs';
import { scale, settled, start } from './start.mjs';

/** How many timers are set while `body` runs. @param {(setTimeout: typeof globalThis.setTimeout) => any} body gets the platform's own */
async function timersDuring(body) {
  const { setTimeout } = globalThis;
  let count = 0;
  Object.assign(globalThis, {
    setTimeout: (/** @type {any[]} */ ...args) => {
      count++;
      return /** @type {any} */ (setTimeout)(...args);
    },
  });
  await body(setTimeout);
  Object.assign(globalThis, { setTimeout });
  return count;
}

/** @type {Record<string, () => any>} */
export const timers = {
  async 'timers: a limit beyond what timers hold sets no flood of them'() {
    const worker = start();
    await worker.run(() => 0);
    const count = await timersDuring(async (setTimeout) => {
      worker.proxy.never = () => new Promise(() => {});
      for (const limit of [2 ** 31, 2 ** 40, Infinity]) {
        const call = worker.timeout(limit).run('() => new Promise(() => {})');
        call.catch(() => {});
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    ok(count < 20, `${count} timers`);
  },
  async 'timers: objects of a worker that has ended set none when they are collected'() {
    const { LinkEnd } = /** @type {any} */ (await import('/sabir/end/end.js'));
    const worker = start();
    await worker.run(() => 0);
    /** @type {any} */
    let end;
    const { closed } = LinkEnd.prototype;
    LinkEnd.prototype.closed = function (/** @type {any[]} */ ...args) {
      end = this;
      return closed.apply(this, args);
    };
    worker.terminate();
    LinkEnd.prototype.closed = closed;
    same(await timersDuring(() => end.borrowed._released(1, 1)), 0);
  },
  async 'timers: of two workers that call at once one ends, and the page is idle'() {
    for (let round = 0; round < 8; round++) {
      const [one, other] = [start(), start()];
      let calls = 0;
      one.proxy.hot = other.proxy.hot = () => ++calls;
      const hot = (/** @type {any} */ { proxy }, /** @type {number} */ times) => {
        for (let index = 0; index < times; index++) proxy.hot();
      };
      await Promise.all([one.run(hot, 1), other.run(hot, 1)]);
      const [ends, stays] = [settled(one.run(hot, 1e6)), other.run(hot, 3000 * scale)];
      await pause(20 + round);
      one.terminate();
      await Promise.all([ends, stays]);
      const count = await timersDuring((setTimeout) => new Promise((resolve) => setTimeout(resolve, 200)));
      ok(count < 10, `${count} timers in round ${round}`);
      other.terminate();
    }
  },
  async 'notes: handles that are given back take no interrupt'() {
    const worker = start();
    // Later, or the interrupt would end this very call.
    worker.proxy.interruptMe = () => void setTimeout(() => worker.interrupt(), 20);
    const found = await settled(
      worker.run(async (/** @type {any} */ { window, poll, proxy }) => {
        const { LinkEnd } = /** @type {any} */ (await import('/sabir/end/end.js'));
        /** @type {any} */
        let end;
        const { request } = LinkEnd.prototype;
        LinkEnd.prototype.request = function (/** @type {any[]} */ ...args) {
          end = this;
          return request.apply(this, args);
        };
        void window.document;
        LinkEnd.prototype.request = request;
        proxy.interruptMe();
        for (let round = 0; round < 40; round++) {
          end._released.add(0, 0);
          await new Promise((resolve) => setTimeout(resolve, 6));
        }
        try {
          poll();
        } catch (/** @type {any} */ error) {
          return error.name;
        }
      }),
    );
    same(found, 'Interrupted');
  },
};
