// @ts-check
// Functions of a worker's that the platform's code on the page waits for.
import { ok, same } from '../suite.mjs';
import { shared, start } from './start.mjs';

/** Tries in a worker to sort by a function that takes so long, in ms. @param {any} library @param {number} ms */
const sortsSlowly = ({ window }, ms) => {
  const list = window.eval('[2, 1]');
  try {
    list.sort((/** @type {number} */ a, /** @type {number} */ b) => {
      computeFor(ms);
      return a - b;
    });
    return list.join();
  } catch (/** @type {any} */ error) {
    return `${error.name}: ${error.message}`;
  }
};

/** @type {Record<string, () => any>} */
const withSharedMemory = {
  async 'callback: one that is slow, and one that is too slow'() {
    const worker = start();
    same(await worker.run(sortsSlowly, 300), '1,2');
    const late = await worker.run(sortsSlowly, 1500);
    ok(/^TimedOut: `sort` waited 1000 ms/.test(late), late);
    same(await worker.run(sortsSlowly, 0), '1,2');
  },
  async "callback: another worker's, which is idle, and which computes"() {
    const [worker, other] = [start(), start()];
    Object.assign(globalThis, { kept: {} });
    await other.run((/** @type {any} */ { window }) => {
      window.kept.double = (/** @type {number} */ value) => 2 * value;
    });
    const doubles = (/** @type {any} */ { window }) => {
      try {
        return window.eval('[1, 2]').map(window.kept.double).join();
      } catch (/** @type {any} */ error) {
        return `${error.name}: ${error.message}`;
      }
    };
    same(await worker.run(doubles), '2,4');
    void other.run(() => {
      computeFor(2500);
    });
    const late = await worker.run(doubles);
    ok(/^TimedOut: `map` waited/.test(late), late);
  },
  async "callback: a busy worker's listener holds up no event that another worker dispatches"() {
    const [worker, other] = [start(), start()];
    await other.run((/** @type {any} */ { window }) => {
      window.document.addEventListener('dispatched', () => {});
    });
    void other.run(() => {
      computeFor(1500);
    });
    const ms = await worker.run((/** @type {any} */ { window }) => {
      const since = performance.now();
      window.document.dispatchEvent(new window.Event('dispatched'));
      return performance.now() - since;
    });
    ok(ms < 900, ms);
  },
  async 'callback: recursion through the page'() {
    const worker = start();
    const found = await worker.run((/** @type {any} */ { window }) => {
      const list = window.eval('[0]');
      const deep = (/** @type {number} */ left) => (left === 0 ? 0 : 1 + list.map(() => deep(left - 1))[0]);
      const endless = () => list.map(endless)[0];
      /** @type {any} */
      let error;
      try {
        endless();
      } catch (/** @type {any} */ thrown) {
        error = thrown;
      }
      return [deep(20), error.name, window.document.title.length >= 0];
    });
    same([found[0], found[2]], [20, true]);
    // A slow machine does not get as deep within the outermost wait.
    ok(['RangeError', 'TooDeep', 'InternalError', 'TimedOut'].includes(found[1]), found[1]);
  },
  async 'callback: a getter of the page is asked in JSON.stringify and Object.assign'() {
    const worker = start();
    const found = await worker.run((/** @type {any} */ { window }) => {
      const held = window.eval('({})');
      let count = 0;
      window.Object.defineProperty(held, 'x', { get: () => ++count, enumerable: true });
      return [window.JSON.stringify(held), window.Object.assign(window.eval('({})'), held).x];
    });
    same(found, ['{"x":1}', 2]);
  },
  async 'callback: an event with an async listener does not wait for its promise'() {
    const worker = start();
    const ms = await worker.run((/** @type {any} */ { window }) => {
      const target = new window.EventTarget();
      target.addEventListener('made', async () => {
        await 1;
      });
      const since = performance.now();
      target.dispatchEvent(new window.Event('made'));
      return performance.now() - since;
    });
    ok(ms < 500, ms);
  },
  async 'callback: what an async listener is rejected with is reported'() {
    const worker = start();
    /** @type {string[]} */
    const reported = [];
    const report = (/** @type {any} */ event) => {
      event.preventDefault();
      reported.push(String(event.reason));
    };
    addEventListener('unhandledrejection', report);
    try {
      await worker.run(async (/** @type {any} */ { window }) => {
        const target = new window.EventTarget();
        target.addEventListener('made', async () => {
          await 1;
          throw new RangeError('mine');
        });
        target.dispatchEvent(new window.Event('made', { cancelable: true }));
        await new Promise((resolve) => setTimeout(resolve, 1500));
      });
    } finally {
      removeEventListener('unhandledrejection', report);
    }
    same(reported, ['RangeError: mine']);
  },
  async "callback: the page's own listener is given a promise, whoever dispatches the event"() {
    const worker = start();
    const target = new EventTarget();
    /** @type {boolean[]} */
    const found = [];
    Object.assign(globalThis, { kept: { target } });
    target.addEventListener(
      'made',
      () => void found.push(/** @type {any} */ (globalThis).kept.one() instanceof Promise),
    );
    await worker.run((/** @type {any} */ { window }) => {
      window.kept.one = () => 1;
      window.kept.target.dispatchEvent(new window.Event('made'));
    });
    target.dispatchEvent(new Event('made'));
    same(found, [true, true]);
  },
};

const withoutSharedMemory = {
  async 'callback: the page says why it cannot wait'() {
    const worker = start();
    const error = await worker.run(sortsSlowly, 0);
    ok(/^NotNow: `sort` needs an answer of the worker at once.*`atomics`/.test(error), error);
  },
};

/** @type {Record<string, () => any>} */
export const callbacks = shared ? withSharedMemory : withoutSharedMemory;
