// @ts-check
// Calls, events and callbacks at once: all are answered in order.
import { allAnswered, inOrder, ok, pause, same } from '../suite.mjs';
import { told } from './told.mjs';

/**
 * The outcome of a burst that the page makes: every call answered, in order, and (if there is a `log` of starts and ends)
 * one done before the next began.
 * @param {Promise<any>} settled @param {number} count @param {number[]} [log]
 */
export async function answeredInOrder(settled, count, log) {
  allAnswered(await settled, count);
  if (log) inOrder(log, count, 2, 'starts and ends');
}

/** A function for bursts: notes its start and its end, and asks the page between. @param {any} proxy */
function asking(proxy) {
  const log = /** @type {number[]} */ ([]);
  const asks = (/** @type {number} */ value) => {
    log.push(value);
    const answer = proxy.echo(value);
    log.push(answer);
    return answer;
  };
  return { log, asks };
}

/** The sizes of bursts: trips cost a hundred times more where memory is not shared. */
const [BURST, LARGE_BURST] = globalThis.crossOriginIsolated ? [200, 1000] : [70, 200];

/** @type {import('./behaviours.mjs').Behaviours} */
export const order = {
  ...Object.fromEntries(
    [BURST, LARGE_BURST].map((count) => [
      `order: ${count} calls at once, each of which asks the page`,
      async (/** @type {any} */ { proxy }) => {
        const { log, asks } = asking(proxy);
        proxy.asks = asks;
        const settled = told('settled');
        proxy.burst('asks', count);
        await answeredInOrder(settled, count, log);
      },
    ]),
  ),
  'order: calls at once of an async function, each of which asks the page': async ({ proxy }) => {
    const { log, asks } = asking(proxy);
    proxy.asks = async (/** @type {number} */ value) => asks(value);
    const settled = told('settled');
    proxy.burst('asks', BURST);
    await answeredInOrder(settled, BURST, log);
  },
  'order: calls at once of a function that asks the page after an await': async ({ proxy }) => {
    const started = /** @type {number[]} */ ([]);
    proxy.asks = async (/** @type {number} */ value) => {
      started.push(value);
      await pause(1);
      return proxy.echo(value);
    };
    const settled = told('settled');
    proxy.burst('asks', BURST);
    await answeredInOrder(settled, BURST);
    inOrder(started, BURST, 1, 'starts');
  },
  'order: calls at once, each of which asks an async function of the page': async ({ proxy }) => {
    const log = /** @type {number[]} */ ([]);
    proxy.asks = (/** @type {number} */ value) => {
      log.push(value, proxy.soon(value));
      return value;
    };
    const settled = told('settled');
    proxy.burst('asks', BURST);
    await answeredInOrder(settled, BURST, log);
  },
  'order: calls at once, each of which uses the window': async ({ proxy, window }) => {
    const log = /** @type {number[]} */ ([]);
    proxy.asks = (/** @type {number} */ value) => {
      log.push(value);
      window.document.body.dataset.burst = String(value);
      log.push(Number(window.document.body.dataset.burst));
      return value;
    };
    const settled = told('settled');
    proxy.burst('asks', BURST);
    await answeredInOrder(settled, BURST, log);
  },
  'order: calls at once whose answers nobody awaits': async ({ proxy }) => {
    const { log, asks } = asking(proxy);
    const last = new Promise((resolve) => {
      proxy.asks = (/** @type {number} */ value) => {
        asks(value);
        if (value === BURST - 1) resolve(undefined);
      };
    });
    proxy.burstUnawaited('asks', BURST);
    await last;
    inOrder(log, BURST, 2, 'starts and ends');
  },
  'order: calls at once of two functions': async ({ proxy }) => {
    const { log, asks } = asking(proxy);
    proxy.even = asks;
    proxy.odd = asks;
    const settled = told('settled');
    proxy.burst('even,odd', BURST);
    await answeredInOrder(settled, BURST, log);
  },
  'order: calls at once from the function that the worker calls': async ({ proxy }) => {
    const { log, asks } = asking(proxy);
    proxy.asks = asks;
    const settled = told('settled');
    proxy.burstNow('asks', BURST);
    proxy.echo('the page has answered, and more is asked of it');
    await answeredInOrder(settled, BURST, log);
  },
  'order: what a handler asks beside its answer waits for the end of the turn': async ({ proxy }) => {
    const { log, asks } = asking(proxy);
    proxy.asks = asks;
    const settled = told('settled');
    proxy.burstNow('asks', 3);
    for (let index = 0; index < 100; index++) proxy.echo(index);
    same(log, []);
    await answeredInOrder(settled, 3, log);
  },
  'order: calls at once while the worker makes many calls': async ({ proxy }) => {
    const { log, asks } = asking(proxy);
    proxy.asks = asks;
    const settled = told('settled');
    proxy.burst('asks', BURST);
    for (let index = 0; index < 500; index++) same(proxy.echo(index), index);
    await answeredInOrder(settled, BURST, log);
  },
  'order: calls at once while the worker is blocked in a call': async ({ proxy }) => {
    const { log, asks } = asking(proxy);
    proxy.asks = asks;
    const settled = told('settled');
    proxy.burst('asks', BURST);
    same(proxy.soon('free', 50), 'free');
    await answeredInOrder(settled, BURST, log);
  },
  'order: calls at once from an async function that the worker is blocked in': async ({ proxy }) => {
    const { log, asks } = asking(proxy);
    proxy.asks = asks;
    const settled = told('settled');
    same(proxy.burstAndPause('asks', BURST), 'paused');
    await answeredInOrder(settled, BURST, log);
  },
  'order: the same, after an await': async ({ proxy }) => {
    const { log, asks } = asking(proxy);
    proxy.asks = asks;
    const settled = told('settled');
    same(proxy.pauseAndBurst('asks', BURST), 'paused');
    await answeredInOrder(settled, BURST, log);
  },
  'order: a blocked worker answers a burst that its call awaits': async ({ proxy }) => {
    const { log, asks } = asking(proxy);
    proxy.asks = asks;
    await answeredInOrder(proxy.awaitBurst('asks', BURST), BURST, log);
  },
  'order: events at once whose listener reads the page': async ({ proxy, window }) => {
    const log = /** @type {number[]} */ ([]);
    const last = new Promise((resolve) => {
      window.document.addEventListener('burst', (/** @type {any} */ event) => {
        const value = event.detail;
        log.push(value);
        window.document.title;
        log.push(value);
        if (value === BURST - 1) resolve(undefined);
      });
    });
    proxy.burstOfEvents('burst', BURST);
    await last;
    inOrder(log, BURST, 2, 'starts and ends');
  },
  'order: events at once while the worker is blocked in a call': async ({ proxy, window }) => {
    const log = /** @type {number[]} */ ([]);
    const last = new Promise((resolve) => {
      window.document.addEventListener('burst', (/** @type {any} */ event) => {
        const value = event.detail;
        log.push(value);
        if (value === BURST - 1) resolve(undefined);
      });
    });
    proxy.burstOfEvents('burst', BURST);
    proxy.soon('free', 50);
    await last;
    inOrder(log, BURST, 1, 'starts');
  },
  'order: callbacks at once, each of which asks the page': async ({ proxy, window }) => {
    const { log, asks } = asking(proxy);
    const settled = told('settled');
    window.burstOfCallbacks(asks, BURST, 5);
    await answeredInOrder(settled, BURST, log);
  },
  'order: callbacks at once while the worker is blocked in the call that takes them': async ({ proxy, window }) => {
    const { log, asks } = asking(proxy);
    const settled = told('settled');
    window.burstOfCallbacks(asks, BURST);
    await answeredInOrder(settled, BURST, log);
  },
  'order: calls and callbacks by turns': async ({ proxy, window }) => {
    const { log, asks } = asking(proxy);
    proxy.asks = asks;
    const settled = told('settled');
    window.burstByTurns(asks, BURST);
    await answeredInOrder(settled, BURST, log);
  },
  'order: an outer call that is answered before an inner one': async ({ proxy }) => {
    const inner = told('settled');
    proxy.asksForGate = () => proxy.passGate();
    // The page's function calls `asksForGate`, which waits for the gate that is opened below.
    same(proxy.callAndPause('asksForGate'), 'paused');
    proxy.openGate();
    const outcome = await inner;
    ok(outcome === 'passed' || outcome.startsWith('Deadlock: '), outcome);
    same(proxy.echo(1), 1);
  },
  'order: the same, and the inner one comes after an await': async ({ proxy }) => {
    const inner = told('settled');
    proxy.asksForGate = () => proxy.passGate();
    same(proxy.callAndPause('asksForGate', 5), 'paused');
    proxy.openGate();
    const outcome = await inner;
    ok(outcome === 'passed' || outcome.startsWith('Deadlock: '), outcome);
    same(proxy.echo(1), 1);
  },
};
