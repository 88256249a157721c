// @ts-check
// Order and nesting: long bursts over any transport, workers that call each other, waits that cannot end.
// The URL says which `transports` the workers have, and the `count` of a burst.
import sabir from '/sabir/window/main.js';
import { burst, inOrder, ok, pause, runTests, same } from '../suite.mjs';

const parameters = new URLSearchParams(location.search);
const transports = parameters.get('transports')?.split(',');
const shared = globalThis.crossOriginIsolated && transports === undefined;
/** Trips cost a hundred times more where memory is not shared. */
const count = Number(parameters.get('count') ?? (shared ? 10_000 : 200));
/** Of the bursts that differ in one point from the plain ones. */
const few = Math.max(100, count / 10);
const LIMIT_MS = Number(parameters.get('limit') ?? 60_000);

/** @type {Set<any>} */
const workers = new Set();

/** @param {string} [name] */
function start(name) {
  const { Worker } = sabir(/** @type {any} */ ({ transports, serviceWorker: '/sw.js' }));
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), name === undefined ? {} : { name });
  workers.add(worker);
  worker.proxy.one = (/** @type {number} */ value) => value;
  return worker;
}

/** A worker that has joined. @param {string} [name] */
async function joined(name) {
  const worker = start(name);
  await worker.proxy.same(0);
  return worker;
}

/** Has a worker run a function of its own, with the library at hand. @param {any} worker @param {Function} body @param {any[]} args */
const run = (worker, body, ...args) => worker.proxy.run(String(body), ...args);

/** Both sides answer as if nothing had been. @param {any} worker */
async function isUsable(worker) {
  same(await worker.proxy.same(7), 7);
  same(await worker.proxy.onPage(8), 8);
  same(await worker.proxy.later(9), 9);
}

/** Workers of these names, each linked to all others. @param {string[]} names */
async function linked(...names) {
  const started = await Promise.all(names.map(joined));
  for (const [index, worker] of started.entries())
    for (const name of names) if (name !== names[index]) await worker.proxy.link(name);
  return started;
}

/** @type {Record<string, () => any>} */
const tests = {
  async 'a burst of calls, each of which asks the page'() {
    const worker = await joined();
    await burst(count, (index) => worker.proxy.asks(index));
    inOrder(await worker.proxy.takeLog(), count, 2, 'starts and ends');
    await isUsable(worker);
  },
  async 'a burst of calls before their workers have joined'() {
    for (let round = 0; round < (shared ? 3 : 1); round++) {
      const pair = [start(), start()];
      const answers = pair.map((worker) =>
        Promise.all(Array.from({ length: 100 }, (_, index) => worker.proxy.asks(index))),
      );
      for (const [index, worker] of pair.entries()) {
        inOrder(await answers[index], 100, 1, 'answers');
        inOrder(await worker.proxy.takeLog(), 100, 2, 'starts and ends');
        worker.terminate();
        workers.delete(worker);
      }
    }
  },
  async 'a burst of calls of an async function, each of which asks the page'() {
    const worker = await joined();
    await burst(few, (index) => worker.proxy.asksLater(index));
    inOrder(await worker.proxy.takeLog(), few, 2, 'starts and ends');
  },
  async 'a burst of calls, each of which asks an async function of the page'() {
    const worker = await joined();
    worker.proxy.one = async (/** @type {number} */ value) => (await undefined, value);
    await burst(few, (index) => worker.proxy.asks(index));
    inOrder(await worker.proxy.takeLog(), few, 2, 'starts and ends');
  },
  async 'a burst of events whose listener reads the page'() {
    const worker = await joined();
    await worker.proxy.listen('burst');
    for (let detail = 0; detail < count; detail++) document.dispatchEvent(new CustomEvent('burst', { detail }));
    let heard = 0;
    while (heard < 2 * count) {
      await pause(20);
      heard = await run(worker, (/** @type {any} */ { log }) => log.length);
    }
    inOrder(await worker.proxy.takeLog(), count, 2, 'starts and ends');
    await isUsable(worker);
  },
  async 'a burst of events while the worker is blocked in a call'() {
    const worker = await joined();
    worker.proxy.one = async (/** @type {number} */ value) => (await pause(20), value);
    await worker.proxy.listen('burst');
    const blocked = worker.proxy.asks(-1);
    for (let detail = 0; detail < few; detail++) document.dispatchEvent(new CustomEvent('burst', { detail }));
    same(await blocked, -1);
    let heard = 0;
    while (heard < 2 * few + 2) {
      await pause(20);
      heard = await run(worker, (/** @type {any} */ { log }) => log.length);
    }
    const log = await worker.proxy.takeLog();
    // Those that the page waits for are served while the worker is blocked, the others wait.
    inOrder(
      log.filter((/** @type {number} */ value) => value !== -1),
      few,
      2,
      'starts and ends',
    );
  },
  async 'a burst of callbacks, each of which asks the page'() {
    const worker = await joined();
    /** @type {any} */
    let callback;
    worker.proxy.keep = (/** @type {any} */ value) => void (callback = value);
    await run(worker, (/** @type {any} */ { proxy, asks }) => proxy.keep(asks));
    await burst(few, (index) => callback(index));
    inOrder(await worker.proxy.takeLog(), few, 2, 'starts and ends');
  },
  async 'a burst of large arguments, each of which is streamed'() {
    const worker = await joined();
    worker.proxy.one = (/** @type {any} */ value) => value;
    const calls = shared ? 50 : 10;
    const bytes = new Uint8Array(1 << 20);
    const lengths = await Promise.all(
      Array.from({ length: calls }, (_, index) => run(worker, SIZED, index, bytes.subarray(index))),
    );
    inOrder(
      lengths.map((length) => bytes.length - length),
      calls,
      1,
      'lengths',
    );
    inOrder(await worker.proxy.takeLog(), calls, 2, 'starts and ends');
  },
  async 'bursts of two workers at once'() {
    const pair = [await joined(), await joined()];
    await Promise.all(pair.map((worker) => burst(few, (index) => worker.proxy.asks(index))));
    for (const worker of pair) inOrder(await worker.proxy.takeLog(), few, 2, 'starts and ends');
  },
  async 'a burst while the worker is blocked, of what its call does not await'() {
    const worker = await joined();
    /** @type {Promise<void> | undefined} */
    let beside;
    worker.proxy.blocks = async () => {
      await pause(1);
      beside = burst(few, (index) => worker.proxy.asks(index));
      await pause(100);
      return 'done';
    };
    same(await run(worker, (/** @type {any} */ { proxy }) => proxy.blocks()), 'done');
    await beside;
    inOrder(await worker.proxy.takeLog(), few, 2, 'starts and ends');
  },
  async 'a burst that the blocked call awaits, at once and after an await'() {
    const worker = await joined();
    for (const ms of [undefined, 1]) {
      worker.proxy.blocks = async () => {
        if (ms !== undefined) await pause(ms);
        await burst(few, (index) => worker.proxy.asks(index));
        return 'done';
      };
      same(await run(worker, (/** @type {any} */ { proxy }) => proxy.blocks()), 'done');
      inOrder(await worker.proxy.takeLog(), few, 2, 'starts and ends');
    }
  },

  // ---- what cannot end ----
  async 'a deadlock: an async function that awaits one of the worker it serves'() {
    const worker = await joined();
    worker.proxy.blocks = () => worker.proxy.later(1);
    await isDeadlock(worker, 450);
  },
  async 'a deadlock: the same after an await'() {
    const worker = await joined();
    worker.proxy.blocks = async () => {
      await pause(1);
      return worker.proxy.later(1);
    };
    await isDeadlock(worker, 450);
  },
  async 'a deadlock that the page handles'() {
    const worker = await joined();
    worker.proxy.blocks = () => worker.proxy.later(1).catch((/** @type {any} */ { name }) => `seen: ${name}`);
    same(await run(worker, (/** @type {any} */ { proxy }) => proxy.blocks()), 'seen: Deadlock');
    await isUsable(worker);
  },
  async 'no deadlock: an async function that another handler awaits for a while'() {
    const worker = await joined();
    worker.proxy.blocks = () => pause(1500);
    const blocked = run(worker, (/** @type {any} */ { proxy }) => proxy.blocks());
    await pause(100);
    same(await worker.proxy.later(3), 3);
    await blocked;
  },
  async 'a deadlock: an outer call is answered while an inner one waits for what comes after it'() {
    const worker = await joined();
    /** @type {(value: string) => void} */
    let open = () => {};
    const gate = new Promise((resolve) => (open = resolve));
    /** @type {Promise<string> | undefined} */
    let inner;
    Object.assign(worker.proxy, {
      gate: () => gate,
      open: () => open('passed'),
      blocks: async () => {
        inner = run(worker, (/** @type {any} */ { proxy }) => proxy.gate()).catch(
          (/** @type {Error} */ { name }) => name,
        );
        await pause(50);
      },
    });
    await run(worker, (/** @type {any} */ { proxy }) => {
      proxy.blocks();
      proxy.open();
    });
    const outcome = /** @type {string} */ (await inner);
    ok(['Deadlock', 'passed'].includes(outcome), outcome);
    await isUsable(worker);
  },
  async 'calls that nest without proof end, however deep'() {
    const worker = await joined();
    const depth = 100;
    /** @type {(value: string) => void} */
    let open = () => {};
    const gate = new Promise((resolve) => (open = resolve));
    /** @type {Promise<string>[]} */
    const inner = [];
    worker.proxy.one = async (/** @type {number} */ value) => {
      await pause(1);
      if (value === depth) open('passed');
      else
        inner.push(
          worker.proxy.asks(value + 1).then(
            () => 'passed',
            (/** @type {any} */ { name }) => (open('refused'), name),
          ),
        );
      await gate;
      return value;
    };
    const outcome = await worker.proxy.asks(0).then(
      () => 'passed',
      (/** @type {any} */ { name }) => name,
    );
    // Those beyond the bound wait: what waits for them says so.
    if (outcome !== 'passed') same(outcome, 'Deadlock');
    open('passed');
    const outcomes = await Promise.all(inner);
    ok(
      outcomes.every((inner) => ['passed', 'Deadlock'].includes(inner)),
      outcomes,
    );
    await isUsable(worker);
  },
};

const SIZED = (/** @type {any} */ { log, proxy }, /** @type {number} */ index, /** @type {Uint8Array} */ bytes) => {
  log.push(index);
  const { length } = proxy.one(bytes);
  log.push(index);
  return length;
};

/** The worker's call of `blocks` is a deadlock, not before some ms. @param {any} worker @param {number} least */
async function isDeadlock(worker, least) {
  const [name, message, ms] = await run(worker, (/** @type {any} */ { proxy }) => {
    const since = performance.now();
    try {
      return ['returned', proxy.blocks(), performance.now() - since];
    } catch (/** @type {any} */ error) {
      return [error.name, error.message, performance.now() - since];
    }
  });
  same(name, 'Deadlock');
  ok(/later/.test(message), message);
  ok(ms >= least, `after ${ms} ms`);
  await isUsable(worker);
}

/** Links between workers are shared memory. @type {Record<string, () => any>} */
const linkTests = {
  async 'two workers that call each other at the same moment'() {
    const [one, other] = await linked('one', 'other');
    for (const what of ['same', 'onPage', 'asks']) {
      const rounds = what === 'same' ? count : few;
      same(await Promise.all([one.proxy.loop('other', what, rounds), other.proxy.loop('one', what, rounds)]), [[], []]);
    }
    for (const worker of [one, other]) inOrder(await worker.proxy.takeLog(), few, 2, 'starts and ends');
  },
  async 'a ring of three, each of which calls the next at the same moment'() {
    const [a, b, c] = await linked('a', 'b', 'c');
    const rounds = few;
    for (const what of ['same', 'onPage', 'asks']) {
      const loops = [a.proxy.loop('b', what, rounds), b.proxy.loop('c', what, rounds), c.proxy.loop('a', what, rounds)];
      same(await Promise.all(loops), [[], [], []]);
    }
    for (const worker of [a, b, c]) inOrder(await worker.proxy.takeLog(), rounds, 2, 'starts and ends');
  },
  async 'a ring of three, around which calls go at the same moment'() {
    const ring = await linked('a', 'b', 'c');
    const names = ['a', 'b', 'c'];
    for (let round = 0; round < 50; round++) {
      const calls = ring.map((worker, index) =>
        worker.proxy.around(
          [1, 2, 3, 4, 5, 6].map((step) => names[(index + step) % 3]),
          index,
        ),
      );
      same(await Promise.all(calls), [0, 1, 2]);
    }
  },
  async 'a burst from the page at a worker that asks another'() {
    const [one, other] = await linked('one', 'other');
    await one.proxy.askAnother('other', 'asks');
    await burst(few, (index) => one.proxy.asks(index));
    for (const worker of [one, other]) inOrder(await worker.proxy.takeLog(), few, 2, 'starts and ends');
  },
  async 'bursts from the page at two workers that ask each other'() {
    const pair = await linked('one', 'other');
    await pair[0].proxy.askAnother('other', 'onPage');
    await pair[1].proxy.askAnother('one', 'onPage');
    await Promise.all(pair.map((worker) => burst(few, (index) => worker.proxy.asks(index))));
    for (const worker of pair) inOrder(await worker.proxy.takeLog(), few, 2, 'starts and ends');
  },
  async 'bursts from the page at a ring of three, each of which asks the next'() {
    const ring = await linked('a', 'b', 'c');
    const next = ['b', 'c', 'a'];
    await Promise.all(ring.map((worker, index) => worker.proxy.askAnother(next[index], 'onPage')));
    await Promise.all(ring.map((worker) => burst(few, (index) => worker.proxy.asks(index))));
    for (const worker of ring) inOrder(await worker.proxy.takeLog(), few, 2, 'starts and ends');
  },
  async 'a burst at a worker while another calls it'() {
    const [one, other] = await linked('one', 'other');
    const looped = other.proxy.loop('one', 'onPage', few);
    await burst(few, (index) => one.proxy.asks(index));
    same(await looped, []);
    const log = await one.proxy.takeLog();
    same(log.length, 2 * few);
  },
};
if (shared) Object.assign(tests, linkTests);

/** Of a worker of which no call can block. @type {Record<string, () => any>} */
const awaitingTests = {
  async 'a burst of calls, each of which awaits the page'() {
    const worker = await joined();
    await burst(count, (index) => worker.proxy.awaits(index));
    const log = await worker.proxy.takeLog();
    inOrder(
      log.filter((/** @type {number} */ value) => value >= 0),
      count,
      1,
      'starts',
    );
    inOrder(
      log.filter((/** @type {number} */ value) => value < 0).map((/** @type {number} */ value) => -1 - value),
      count,
      1,
      'ends',
    );
  },
  async 'a burst of callbacks and calls by turns'() {
    const worker = await joined();
    /** @type {any} */
    let callback;
    worker.proxy.keep = (/** @type {any} */ value) => void (callback = value);
    await run(worker, (/** @type {any} */ { proxy, awaits }) => proxy.keep(awaits));
    await burst(few, (index) => (index % 2 ? callback(index) : worker.proxy.awaits(index)));
  },
};
const chosen = transports?.includes('message') ? awaitingTests : tests;
await runTests(chosen, { limitMs: LIMIT_MS, workers });
