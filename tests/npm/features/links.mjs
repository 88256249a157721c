// @ts-check
// Links between workers.
import sabir from '/sabir/window/main.js';
import { ok, pause, rejects, same } from '../suite.mjs';
import { launch, settings, settled, shared, start, starting, uncaughtDuring, url, workers } from './start.mjs';

/** @param {string} name @param {object} [options] */
const named = (name, options = {}) => launch('./worker.mjs', { name, ...options });
const run = (/** @type {any} */ worker, /** @type {Function} */ body, /** @type {any[]} */ ...args) =>
  worker.proxy.run(String(body), ...args);

/** Calls the worker until it has closed. @param {any} worker */
async function closed(worker) {
  for (let tries = 0; tries < 200; tries++) {
    try {
      await worker.proxy.run('() => 0');
    } catch (/** @type {any} */ error) {
      return same(error.name, 'Closed');
    }
    await pause(10);
  }
  throw new Error('it works on');
}

/** @type {Record<string, () => any>} */
export const links = {
  async 'calls between workers nest, and too deep is an error'() {
    const [one, other] = [named('one'), named('other')];
    await run(one, async (/** @type {any} */ library) => {
      library.down = (/** @type {number} */ depth) => (depth === 0 ? 0 : library.other.up(depth - 1) + 1);
      library.proxy.down = library.down;
      library.other = await library.connect('other');
    });
    await run(other, async (/** @type {any} */ library) => {
      library.proxy.up = (/** @type {number} */ depth) => library.one.down(depth);
      library.one = await library.connect('one');
    });
    const down = (/** @type {any} */ library, /** @type {number} */ depth) => library.down(depth);
    for (const depth of [1, 8, 40]) same(await run(one, down, depth), depth);
    await rejects(run(one, down, 200), 'TooDeep', /64/);
    same(await run(one, down, 40), 40);
  },
  async 'workers call workers, and the page meanwhile'() {
    const { Worker } = sabir(settings);
    const [one, other] = ['one', 'other'].map((name) => {
      const worker = new Worker(url, { name });
      workers.add(worker);
      return worker;
    });
    one.proxy.page = () => 'page';
    other.proxy.page = () => 'page';
    await other.proxy.run(
      String((/** @type {any} */ { proxy }) => {
        proxy.double = (/** @type {number} */ value) => 2 * value;
        proxy.viaPage = () => proxy.page();
        proxy.callBack = (/** @type {Function} */ callback) => callback(20) + 1;
        proxy.busy = (/** @type {number} */ ms) => {
          computeFor(ms);
          return 'done';
        };
      }),
    );
    const results = await one.proxy.run(
      String(async (/** @type {any} */ library) => {
        const other = await (library.other = library.connect('other'));
        return [
          other.double(21),
          other.viaPage(),
          other.callBack((/** @type {number} */ value) => 2 * value),
          other.double(new Float64Array(1).length),
          library.proxy.page(),
        ];
      }),
    );
    same(results, [42, 'page', 41, 2, 'page']);
    // Blocked on the other worker, it serves the page.
    const blocked = one.proxy.run(String(async (/** @type {any} */ library) => (await library.other).busy(300)));
    const served = await one.proxy.run(String(() => 'served'));
    same([served, await blocked], ['served', 'done']);
    await rejects(
      one.proxy.run(String((/** @type {any} */ { connect }) => connect('nobody'))),
      'Closed',
      /no worker named `nobody`/,
    );
    const waiting = one.proxy.run(String(async (/** @type {any} */ library) => (await library.other).busy(60_000)));
    await pause(50);
    other.terminate();
    await rejects(waiting, 'Closed', /its realm ended/);
    same(await one.proxy.run(String((/** @type {any} */ { proxy }) => proxy.page())), 'page');
  },
};

/** Of pages that share memory. */
const connections = {
  async 'connect: a worker calls back the one that is blocked in a call of it'() {
    const [one, other] = [named('one'), named('other')];
    await run(one, (/** @type {any} */ { proxy }) => void (proxy.answer = () => 7));
    await run(other, (/** @type {any} */ { proxy, connect }) => {
      proxy.callsBack = async () => (await connect('one')).answer();
    });
    const found = run(one, async (/** @type {any} */ { connect }) => (await connect('other')).callsBack());
    same(await settled(found), 7);
  },
  async 'connect: the link is there when the other worker has taken it'() {
    const [one, other] = [named('one'), named('other')];
    other.proxy.pause = pause;
    await run(other, (/** @type {any} */ { proxy }) => void (proxy.isFree = () => true));
    const blocked = run(
      other,
      (/** @type {any} */ { proxy }) => (proxy.pause(300), performance.timeOrigin + performance.now()),
    );
    const linked = await run(one, async (/** @type {any} */ { connect }) => {
      const other = await connect('other');
      const at = performance.timeOrigin + performance.now();
      return [at, other.isFree()];
    });
    ok(linked[0] >= (await blocked) - 5, 'it is free when it is linked');
    same(linked[1], true);
    const wrong = run(one, (/** @type {any} */ { connect }) => connect());
    await rejects(wrong, 'TypeError', /name of a worker/);
  },
  async 'interrupt: a call of another worker ends, too'() {
    const [one, other] = [named('one'), named('other')];
    await run(other, (/** @type {any} */ { proxy }) => {
      proxy.computes = () => {
        computeFor(3000);
      };
    });
    const called = run(one, async (/** @type {any} */ { connect, proxy }) => {
      const other = await connect('other');
      proxy.calls();
      other.computes();
    });
    one.proxy.calls = () => void setTimeout(() => one.interrupt(), 100);
    await rejects(called, 'Interrupted');
  },
  async 'connect: a worker that is still loading is waited for, one that never joins is an error'() {
    const one = named('one');
    starting('slow', { name: 'loading' });
    same(await run(one, async (/** @type {any} */ { connect }) => (await connect('loading')).f()), 7);
    starting('idle', { name: 'idle', startTimeout: 300 });
    await rejects(
      run(one, (/** @type {any} */ { connect }) => connect('idle')),
      'Closed',
      /did not join within 300 ms/,
    );
  },
  async 'connect: a worker that is blocked, or busy, refuses within its limit'() {
    const [one, busy] = [named('one'), named('other', { startTimeout: 3000 })];
    const connecting = (/** @type {any} */ { connect }) => connect('other');
    const { promise: asleep, resolve } = Promise.withResolvers();
    busy.proxy.sleeps = resolve;
    const waits = run(busy, (/** @type {any} */ { proxy, sleep }) => {
      proxy.sleeps();
      sleep(4500);
    });
    await asleep;
    await rejects(run(one, connecting), 'Closed', /`other` has not taken its end of a link within 3000 ms/);
    await waits;
    const found = run(one, async (/** @type {any} */ { connect }) => typeof (await connect('other')));
    ok((await found) !== 'undefined');
  },
  async 'connect: a link is ended from either end, and its names can be used again'() {
    const [one, other] = [named('one'), named('other')];
    await run(other, (/** @type {any} */ { proxy }) => void (proxy.double = (/** @type {number} */ x) => 2 * x));
    const calls = (/** @type {any} */ library) => {
      const { connect, disconnect } = library;
      return (async () => {
        library.peer = await connect('other');
        const before = library.peer.double(21);
        disconnect(library.peer);
        disconnect(library.peer);
        let after;
        try {
          after = library.peer.double(1);
        } catch (/** @type {any} */ error) {
          after = error.name;
        }
        return [before, after];
      })();
    };
    for (let round = 0; round < 3; round++) same(await run(one, calls), [42, 'Closed']);
    const ended = await run(one, async (/** @type {any} */ library) => {
      library.peer = await library.connect('other');
      return library.peer.double(4);
    });
    same(ended, 8);
    await run(other, (/** @type {any} */ { disconnect }) => disconnect('one'));
    await pause(50);
    await rejects(
      run(one, (/** @type {any} */ { peer }) => peer.double(1)),
      'Closed',
    );
    await rejects(
      run(one, (/** @type {any} */ { disconnect }) => disconnect({})),
      'TypeError',
      /`disconnect` takes/,
    );
    if (Symbol.dispose !== undefined) {
      const disposed = run(one, async (/** @type {any} */ { connect }) => {
        const peer = await connect('other');
        peer[Symbol.dispose]();
        return peer.double(1);
      });
      await rejects(disposed, 'Closed');
    }
    other.terminate();
    const again = named('other');
    await run(again, (/** @type {any} */ { proxy }) => void (proxy.double = (/** @type {number} */ x) => 3 * x));
    same(await run(one, calls), [63, 'Closed']);
  },
  async 'connect: calls of a linked worker have time limits'() {
    const [one, other] = [named('one'), named('other')];
    await run(other, (/** @type {any} */ { proxy }) => {
      proxy.double = (/** @type {number} */ x) => 2 * x;
      proxy.never = () => new Promise(() => {});
    });
    const limited = await run(one, async (/** @type {any} */ { connect, timeout }) => {
      const peer = await connect('other');
      const told = [];
      for (const call of [
        () => timeout(100, peer).never(),
        () => timeout(10_000, peer).double(21),
        () => timeout(-1, peer),
        () => timeout(100, {}),
        () => timeout(100, null),
      ]) {
        try {
          told.push(call());
        } catch (/** @type {any} */ error) {
          told.push(`${error.name}: ${error.message}`);
        }
      }
      return [...told, peer.double(2)];
    });
    ok(/^TimedOut: .*never.*100 ms/.test(limited[0]), limited[0]);
    same(limited[1], 42);
    for (const refused of limited.slice(2, 5)) ok(/Error: .*`timeout`/.test(refused), refused);
    same(limited[5], 4);
  },
  async 'connect: two workers that are linked end at once'() {
    const failed = await uncaughtDuring(async () => {
      for (let round = 0; round < 10; round++) {
        const [one, other] = [named('one'), named('other')];
        await run(other, () => 0);
        await run(one, async (/** @type {any} */ library) => void (library.peer = await library.connect('other')));
        for (const worker of [one, other]) void run(worker, () => void setTimeout(() => globalThis.close(), 5));
        for (const worker of [one, other]) await closed(worker);
      }
    });
    same(
      failed.filter((/** @type {string} */ error) => !/Closed/.test(error)),
      [],
    );
    same(await start().run(() => 7), 7);
  },
};
if (shared) Object.assign(links, connections);
