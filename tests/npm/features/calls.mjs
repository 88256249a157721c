// @ts-check
// Calls: one at a time, nested, in batches, traced, and with time limits.
import sabir from '/sabir/window/main.js';
import { ok, pause, rejects, same } from '../suite.mjs';
import { settings, shared, start, url } from './start.mjs';

/** @type {Record<string, () => any>} */
export const calls = {
  async 'a sleep serves what the page asks, and an interrupt ends it'() {
    const worker = start();
    const slept = worker.run((/** @type {any} */ { sleep }) => {
      const since = performance.now();
      sleep(300);
      return performance.now() - since;
    });
    same(await worker.run(() => 7), 7);
    const ms = await slept;
    // Clocks of isolated pages are exact, others are not.
    ok(ms >= 298, ms);
    const endless = worker.run((/** @type {any} */ { sleep }) => sleep(60_000));
    await pause(100);
    worker.interrupt();
    await rejects(endless, 'Interrupted', /`sleep`/);
  },
  async 'a batch is one trip, in order, and reads are right within it'() {
    const worker = start();
    worker.proxy.note = (/** @type {any} */ value) => seen.push(value);
    /** @type {any[]} */
    const seen = [];
    Object.assign(globalThis, { batched: { count: 0 } });
    const [trips, inside] = await worker.run((/** @type {any} */ { batch, window, proxy, trace }) => {
      const { batched } = window;
      trace.start();
      const inside = batch(() => {
        for (let index = 1; index <= 50; index++) batched.count = index;
        proxy.note('first');
        const count = batched.count;
        batched.count = 99;
        proxy.note('second');
        return count;
      });
      return [trace.stop().length, inside];
    });
    same([trips, inside, /** @type {any} */ (globalThis).batched.count, seen], [2, 50, 99, ['first', 'second']]);
  },
  async 'a batch takes along what only the platform can clone'() {
    const worker = start();
    const kinds = /** @type {string[]} */ ([]);
    worker.proxy.kind = (/** @type {any} */ value) => void kinds.push(Object.prototype.toString.call(value));
    Object.assign(globalThis, { batched: {} });
    await worker.run((/** @type {any} */ { batch, window, proxy }) =>
      batch(() => {
        window.batched.memory = new SharedArrayBuffer(4);
        proxy.kind(new SharedArrayBuffer(8));
        window.batched.name = 'after';
      }),
    );
    const { memory, name } = /** @type {any} */ (globalThis).batched;
    same([kinds, memory?.byteLength, name], [['[object SharedArrayBuffer]'], 4, 'after']);
  },
  async 'a batch that throws has done what came before, and takes a function that ends'() {
    const worker = start();
    Object.assign(globalThis, { batched: { count: 0 } });
    const thrown = await worker.run((/** @type {any} */ { batch, window }) => {
      const outcome = (/** @type {() => any} */ body) => {
        try {
          return body();
        } catch (/** @type {any} */ error) {
          return `${error.name}: ${error.message}`;
        }
      };
      const fails = () => {
        window.batched.count = 3;
        throw new RangeError('mine');
      };
      return [() => batch(fails), () => batch(5), () => batch(async () => 1)].map(outcome);
    });
    same(/** @type {any} */ (globalThis).batched.count, 3);
    same(thrown[0], 'RangeError: mine');
    ok(/^TypeError: `batch` takes a function$/.test(thrown[1]), thrown[1]);
    ok(/^TypeError: a `batch` ends when its function returns/.test(thrown[2]), thrown[2]);
  },
  async 'a batch throws what one of its operations threw'() {
    const worker = start();
    worker.proxy.fails = () => {
      throw new RangeError('in a batch');
    };
    await rejects(
      worker.run((/** @type {any} */ { batch, proxy }) => batch(() => void proxy.fails())),
      'RangeError',
      /in a batch/,
    );
  },
  async 'a trace has each call, its bytes and its time'() {
    const worker = start();
    worker.proxy.add = (/** @type {number} */ a, /** @type {number} */ b) => a + b;
    const [events, rows, marks] = await worker.run((/** @type {any} */ { trace, proxy, window }) => {
      trace.start();
      proxy.add(1, 2);
      proxy.add(3, 4);
      window.document.title;
      const rows = trace.table();
      const marks = trace.measure();
      return [trace.stop(), rows, marks];
    });
    ok(
      events.length >= 4 && events.every((/** @type {any} */ event) => event.bytes > 0 && event.duration >= 0),
      JSON.stringify(events),
    );
    same([rows.find((/** @type {any} */ row) => row.name === 'add').calls, marks], [2, events.length]);
    const [small, long] = await worker.run((/** @type {any} */ { trace, proxy }) => {
      const list = Array.from({ length: 3000 }, (_, index) => `text ${index}`);
      proxy.add(1, list.length);
      proxy.add(list, '');
      trace.start();
      proxy.add(1, 2);
      proxy.add(list, '');
      return trace.stop();
    });
    ok(small.bytes < 100 && long.bytes > 30_000, `${small.bytes}, ${long.bytes}`);
    const isEntrys = await worker.run(
      async (/** @type {any} */ { trace }) => (await import('/sabir/window/worker.js')).default.trace === trace,
    );
    ok(isEntrys, 'the entry has another trace');
  },
  async 'a default timeout'() {
    const worker = start();
    worker.proxy.forever = () => new Promise(() => {});
    await rejects(
      worker.run((/** @type {any} */ { timeout }) => timeout(30).forever()),
      'TimedOut',
      /`forever` got no answer within 30 ms/,
    );
    await rejects(worker.timeout(30).run(String(() => new Promise(() => {}))), 'TimedOut');
    same(await worker.run(() => 'still there'), 'still there');
  },
  async 'a call that times out while it waits for space is TimedOut'() {
    const worker = start();
    const busy = worker.run(() => {
      const end = Date.now() + 600;
      while (Date.now() < end);
    });
    await pause(50);
    const send = () =>
      worker.timeout(100).run(
        String(() => 0),
        new Uint8Array(2 << 20),
      );
    await Promise.all([send(), send(), send()].map((call) => rejects(call, 'TimedOut', /`run`.*100 ms/)));
    await busy;
    same(await worker.run(() => 'still there'), 'still there');
  },
  async 'calls nest, and too deep is an error'() {
    const worker = start();
    worker.proxy.down = (/** @type {number} */ depth) =>
      depth === 0 ? 0 : worker.proxy.up(depth - 1).then((/** @type {number} */ x) => x + 1);
    const deepest = await worker.run((/** @type {any} */ { proxy }) => {
      proxy.up = (/** @type {number} */ depth) => proxy.down(depth);
      return [proxy.down(1), proxy.down(8), proxy.down(40)];
    });
    same(deepest, [1, 8, 40]);
    await rejects(
      worker.run((/** @type {any} */ { proxy }) => proxy.down(200)),
      'TooDeep',
      /64/,
    );
  },
  async 'a late answer is given to no other call, however many came between'() {
    const worker = start();
    let [keep, held] = /** @type {((value: string) => void)[]} */ ([]);
    worker.proxy.late = () => new Promise((resolve) => (keep = resolve));
    worker.proxy.quick = async (/** @type {number} */ index) => index;
    worker.proxy.hold = () => new Promise((resolve) => (held = resolve));
    const answered = worker.run((/** @type {any} */ { proxy, timeout }) => {
      try {
        timeout(5).late();
      } catch (/** @type {any} */ error) {
        if (error.name !== 'TimedOut') throw error;
      }
      for (let index = 0; index < 2047; index++) {
        const found = proxy.quick(index);
        if (found !== index) throw new Error(`quick(${index}) gave ${found}`);
      }
      return proxy.hold();
    });
    while (held === undefined) await pause(5);
    keep('WRONG');
    await pause(30);
    held('right');
    same(await answered, 'right');
  },
  async 'pending calls are answered in whatever order they are settled'() {
    const worker = start();
    const count = globalThis.crossOriginIsolated ? 5000 : 200;
    await worker.run((/** @type {any} */ { proxy }) => {
      /** @type {((value: number) => void)[]} */
      const settle = [];
      proxy.wait = () => new Promise((resolve) => settle.push(resolve));
      proxy.settle = (/** @type {number} */ step) => {
        for (let index = 0; index < settle.length; index++) {
          const place = (index * step) % settle.length;
          settle[place](place);
        }
      };
    });
    const calls = Array.from({ length: count }, () => worker.proxy.wait());
    // It has no factor in common with their number.
    await worker.proxy.settle(1237);
    ok((await Promise.all(calls)).every((value, index) => value === index));
  },
  async 'a worker that has slept is called in its event loop'() {
    const worker = start();
    await worker.run((/** @type {any} */ { sleep }) => void setTimeout(sleep, 0, 50));
    await pause(300);
    same(await worker.run(() => 7), 7);
  },
  async 'a page that computes for long is waited for'() {
    const worker = start();
    let calls = 0;
    worker.proxy.compute = (/** @type {number} */ ms) => {
      computeFor(ms);
      return ++calls;
    };
    // Other transports have limits of their own, of up to 10 s.
    const ms = shared ? 2000 : 10_000;
    same(await worker.run((/** @type {any} */ { proxy }, /** @type {number} */ ms) => proxy.compute(ms), ms), 1);
  },
  async '16 workers at once: all answers are right, and each worker gets on'() {
    const { Worker } = sabir(settings);
    const seconds = Number(new URLSearchParams(location.search).get('seconds') ?? 2);
    const all = Array.from({ length: 16 }, () => new Worker(url));
    for (const worker of all) worker.proxy.echo = (/** @type {any} */ value) => value;
    await Promise.all(all.map((worker) => worker.proxy.run('() => 0')));
    const counts = await Promise.all(
      all.map((worker) =>
        worker.proxy.run(
          String((/** @type {any} */ { proxy }, /** @type {number} */ ms) => {
            let count = 0;
            for (const end = performance.now() + ms; performance.now() < end; count++) {
              if (proxy.echo(count) !== count) throw new Error('wrong answer');
            }
            return count;
          }),
          seconds * 1000,
        ),
      ),
    );
    for (const worker of all) worker.terminate();
    // How far apart they are is the system's doing as well: `cargo xtask bench` has the figure, `rounds.rs` tests our part.
    ok(Math.min(...counts) > 0, `calls of each: ${counts}`);
  },
  async 'limits: what is no time is an error at once, on both sides'() {
    const worker = start();
    const refused = (/** @type {() => any} */ body) => {
      try {
        body();
      } catch (/** @type {any} */ error) {
        return `${error.name}: ${error.message}`;
      }
      return 'nothing';
    };
    const wrong = /** @type {any[]} */ ([NaN, -5, -Infinity, '5', null, 5n, {}]);
    const { Worker } = sabir(settings);
    for (const ms of wrong) {
      const name = typeof ms === 'number' ? 'RangeError' : 'TypeError';
      for (const [what, body] of Object.entries({
        '`timeout`': () => worker.timeout(ms),
        'the option `timeout`': () => ms !== null && sabir({ timeout: ms }),
        'the option `startTimeout`': () => ms !== null && new Worker('/never.js', { startTimeout: ms }),
      })) {
        if (ms === null && what !== '`timeout`') continue;
        const said = refused(body);
        ok(said.startsWith(`${name}: ${what} takes a number of ms`), `${String(ms)}: ${said}`);
      }
    }
    const said = await worker.run((/** @type {any} */ { timeout, sleep }) => {
      const refused = (/** @type {() => any} */ body) => {
        try {
          body();
        } catch (/** @type {any} */ error) {
          return error.name;
        }
      };
      return [NaN, -5, '5'].flatMap((/** @type {any} */ ms) => [refused(() => timeout(ms)), refused(() => sleep(ms))]);
    });
    same(said, ['RangeError', 'RangeError', 'RangeError', 'RangeError', 'TypeError', 'TypeError']);
    same(await worker.timeout(Infinity).run('() => 7'), 7);
    same(await worker.timeout(2 ** 40).run('() => 7'), 7);
    worker.proxy.seven = () => 7;
    same(await worker.run((/** @type {any} */ { timeout }) => timeout(Infinity).seven()), 7);
  },
  async "an error of Sabir's that no code catches is told by its name"() {
    const worker = start();
    worker.proxy.slow = () => new Promise(() => {});
    const told = (/** @type {boolean} */ own) =>
      new Promise((resolve) => {
        worker.onerror = (/** @type {ErrorEvent} */ event) => {
          event.preventDefault();
          resolve(event.message);
        };
        void worker.run((/** @type {any} */ { timeout }, /** @type {boolean} */ own) => {
          setTimeout(() => {
            if (!own) timeout(10).slow();
            throw Object.assign(new Error('`slow` got no answer within 10 ms'), { name: 'TimedOut' });
          });
        }, own);
      });
    // A bundle's class has another name than its errors, and Firefox tells no name of a worker's error.
    const message = await told(true);
    same((await told(false)).slice(0, message.length), message);
  },
};
