// @ts-check
// Features beyond coincident: each test is a function of the page, with workers of its own.
import sabir, { BadHandle, Closed } from '/sabir/window/main.js';
import { ok, pause, rejects, runTests, same } from '../suite.mjs';
import { answers } from './answers.mjs';
import { lifecycleTests } from './lifecycle.mjs';

const url = new URL('./worker.mjs', import.meta.url);
const parameters = new URLSearchParams(location.search);
/** `?workers=1000` starts more workers, one after the other, than fit into the usual limit. */
const LIMIT_MS = 120_000 + 500 * Number(parameters.get('workers') ?? 0);
/** Which transport all workers have; the best, by default. */
const settings = {
  transports: /** @type {any[] | undefined} */ (parameters.get('transports')?.split(',')),
  serviceWorker: '/sw.js',
};
/** Without shared memory trips cost a hundred times more: tests make hundreds of them instead of thousands. */
const scale = globalThis.crossOriginIsolated ? 1 : 0.01;

/** @type {Set<any>} */
const workers = new Set();

/** @param {string | URL} script @param {any} [options] @returns {any} */
function launch(script, options) {
  const worker = new (sabir(settings).Worker)(new URL(script, import.meta.url), options);
  workers.add(worker);
  return worker;
}

/** @param {any} [options] */
function start(options) {
  const worker = new (sabir({ ...settings, ...options }).Worker)(url);
  workers.add(worker);
  return Object.assign(worker, {
    run: (/** @type {Function | string} */ body, /** @type {any[]} */ ...args) =>
      worker.proxy.run(String(body), ...args),
  });
}

/** Every worker of the page, also those that the library starts for itself. @type {Worker[]} */
const allWorkers = [];
/** Those that were terminated. @type {Set<Worker>} */
const ended = new Set();
globalThis.Worker = class extends Worker {
  /** @param {string | URL} url @param {WorkerOptions} [options] */
  constructor(url, options) {
    super(url, options);
    allWorkers.push(this);
  }

  terminate() {
    ended.add(this);
    super.terminate();
  }
};

/**
 * Runs in a worker: has it collect, by `gc` where the browser was started with it, else by making garbage. That is kept
 * meanwhile: what dies at once has WebKit collect its nursery only, for thousands of arrays in a row.
 */
async function collected() {
  const { gc } = /** @type {any} */ (globalThis);
  if (typeof gc === 'function') gc();
  else Array.from({ length: 40 }, (_, round) => new Array(200_000).fill({ round }));
  await new Promise((resolve) => setTimeout(resolve, 30));
}

/** @type {Record<string, () => any>} */
const tests = {
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
  async 'what a getter gives is as it was asked for, though it was asked more meanwhile'() {
    const worker = start();
    const button = document.createElement('button');
    Object.assign(globalThis, {
      held: {
        button,
        inner: { deep: 1 },
        get clicked() {
          // The worker is served while its listener runs.
          button.click();
          return this.inner;
        },
      },
    });
    worker.proxy.note = () => 'noted';
    const noted = await worker.run((/** @type {any} */ { window, proxy }) => {
      const { held } = window;
      let noted;
      held.button.addEventListener('click', () => (noted = proxy.note()));
      held.clicked.deep = 2;
      return noted;
    });
    same([noted, /** @type {any} */ (globalThis).held.inner.deep], ['noted', 2]);
  },
  async 'a list whose Blob has to be read first'() {
    const worker = start();
    const blob = worker.ffi.direct(new Blob(['blob']));
    Object.assign(globalThis, { held: { blob, other: 'other' } });
    const found = await worker.run(async (/** @type {any} */ { window, ffi }) => {
      const [blob, other] = ffi.gather(window.held, 'blob', 'other');
      return [await blob.text(), other];
    });
    same(found, ['blob', 'other']);
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
  async 'terminate in mid-call ends what waits, and frees every handle'() {
    const worker = start();
    Object.assign(globalThis, { many: Array.from({ length: 100 }, (_, index) => ({ index })) });
    await worker.run((/** @type {any} */ { window }) => {
      /** @type {any} */ (globalThis).kept = [...window.many];
    });
    ok(worker.handles.lent >= 100, worker.handles.lent);
    const waiting = worker.run(() => new Promise(() => {}));
    const blocked = worker.run((/** @type {any} */ { proxy }) => proxy.forever());
    worker.proxy.forever = () => new Promise(() => {});
    await pause(30);
    worker.terminate();
    await rejects(waiting, 'Closed', /terminated/);
    await rejects(blocked, 'Closed', /terminated/);
    same(worker.handles, { lent: 0, borrowed: 0 });
    await rejects(
      worker.run(() => 1),
      'Closed',
    );
  },
  async 'a worker that closes itself'() {
    const worker = start();
    const waiting = worker.run(() => new Promise(() => {}));
    await worker.run(() => void setTimeout(() => globalThis.close(), 20));
    await rejects(waiting, 'Closed', /its realm ended/);
  },
  async 'a worker whose script is missing'() {
    const worker = new (sabir().Worker)('/no/such/worker.js');
    await rejects(worker.proxy.anything(), 'Closed', /script/);
  },
  async 'handles come back when their proxies are collected'() {
    const worker = start();
    Object.assign(globalThis, { make: (/** @type {number} */ index) => ({ index }) });
    await worker.run(() => 0);
    const before = worker.handles.lent;
    for (let round = 0; round < 100; round++) {
      await worker.run((/** @type {any} */ { window }, /** @type {number} */ count) => {
        const { make } = window;
        for (let index = 0; index < count; index++) make(index);
      }, 10_000 * scale);
      // Collected proxies are told in tasks of their own.
      if (round % 10 === 9) await worker.run(collected);
    }
    for (let tries = 0; tries < 100 && worker.handles.lent > before + 2; tries++) await worker.run(collected);
    const borrowed = await worker.run((/** @type {any} */ { handles }) => handles().borrowed);
    ok(worker.handles.lent <= before + 2, `${worker.handles.lent} are lent, ${before} were`);
    ok(borrowed <= 4, `${borrowed} are borrowed`);
  },
  async 'a handle that was made up reaches nothing'() {
    const worker = start();
    const error = await worker.run((/** @type {any} */ { window }) => {
      const stale = window.document;
      return [stale.title !== undefined];
    });
    same(error, [true]);
    ok(new BadHandle('x') instanceof Error && new Closed('x') instanceof Error);
  },
  async 'cargo: what only the platform can clone or move'() {
    const worker = start();
    worker.proxy.kind = (/** @type {any} */ value) => Object.prototype.toString.call(value);
    worker.proxy.text = (/** @type {Blob} */ blob) => blob.text();
    worker.proxy.talk = (/** @type {MessagePort} */ port) => port.postMessage('hello');
    const found = await worker.run(async (/** @type {any} */ { proxy, transfer }) => {
      const { port1, port2 } = new MessageChannel();
      const heard = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
      proxy.talk(port2, transfer(port2));
      const pixels = new ImageData(2, 2);
      return [proxy.text(new Blob(['blob'])), await heard, proxy.kind(pixels), proxy.kind(new File(['x'], 'a.txt'))];
    });
    same(found, ['blob', 'hello', '[object ImageData]', '[object File]']);
    same(
      await worker.run((/** @type {any} */ _, /** @type {Blob} */ blob) => blob.text(), new Blob(['there'])),
      'there',
    );
  },
  async 'cargo: shared memory'() {
    const worker = start();
    worker.proxy.kind = (/** @type {any} */ value) => Object.prototype.toString.call(value);
    const found = await worker.run((/** @type {any} */ { proxy }) => proxy.kind(new SharedArrayBuffer(4)));
    same(found, '[object SharedArrayBuffer]');
  },
  async 'cargo that cannot travel leaves the link as it was'() {
    const worker = start();
    const locked = worker.run(() => {
      const stream = new ReadableStream();
      stream.getReader();
      return stream;
    });
    await rejects(locked, 'Unserialisable');
    same(await worker.run((/** @type {any} */ { proxy }) => (proxy.x = 1)), 1);
    worker.proxy.echo = (/** @type {any} */ value) => value;
    const refused = worker.run((/** @type {any} */ { proxy }) => {
      const stream = new ReadableStream();
      stream.getReader();
      try {
        proxy.echo([stream]);
      } catch (error) {
        return [/** @type {Error} */ (error).name, proxy.echo([1])];
      }
    });
    same(await refused, ['Unserialisable', [1]]);
  },
  async 'a long list: what it refers to, what it holds, and what comes behind it'() {
    const worker = start();
    worker.proxy.echo = (/** @type {any[]} */ ...values) => values;
    const found = await worker.run((/** @type {any} */ { proxy }) => {
      const common = { text: 'common' };
      const list = Array.from({ length: 3000 }, (_, index) => ({ index, common, name: `name ${index}` }));
      /** @type {any[]} */ (list)[1500] = list;
      delete list[2000];
      list.length = 3001;
      /** @type {any[]} */ (list)[2500] = new Float32Array(3000).fill(2);
      const [back, last, again, after] = proxy.echo(list, list[2999], list, 'after');
      return [
        back.length,
        back[1500] === back,
        again === back,
        last === back[2999],
        back[1].common === back[2998].common,
        2000 in back,
        3000 in back,
        back[2500][2999],
        back[7].name,
        after,
      ];
    });
    same(found, [3001, true, true, true, true, false, false, 2, 'name 7', 'after']);
  },
  async 'a long list whose encoding calls, or fails'() {
    const worker = start();
    worker.proxy.echo = (/** @type {any} */ value) => value;
    const found = await worker.run((/** @type {any} */ { proxy }) => {
      const list = (/** @type {(index: number) => any} */ at) =>
        Array.from({ length: 3000 }, (_, index) => ({
          index,
          text: 'a text',
          get more() {
            return at(index);
          },
        }));
      const inner = Array.from({ length: 3000 }, (_, index) => [index]);
      const calling = proxy.echo(list((index) => (index % 1000 === 900 ? proxy.echo(inner)[2999][0] : index)));
      let failed = '';
      try {
        proxy.echo(
          list((index) => {
            if (index === 2900) throw new Error('no');
          }),
        );
      } catch (error) {
        failed = /** @type {Error} */ (error).message;
      }
      return [calling[2900].more, calling[2899].more, failed, proxy.echo(inner)[2999][0]];
    });
    same([found[0], found[1], found[3]], [2999, 2899, 2999]);
    ok(found[2].includes('args[0][2900].more') && found[2].includes('no'), found[2]);
  },
  async 'a long list with cargo in its midst, and one whose call was given up'() {
    const worker = start();
    const long = () => Array.from({ length: 3000 }, (_, index) => ({ index, text: 'a text' }));
    worker.proxy.echo = (/** @type {any} */ value) => value;
    worker.proxy.kind = (/** @type {any[]} */ list) =>
      Object.prototype.toString.call(list[2500].point) + list[2999].index;
    // At once, as far as the page knows: its list goes ahead to a worker that no longer waits for it.
    worker.proxy.late = () => {
      for (const since = performance.now(); performance.now() - since < 500; );
      return long();
    };
    const found = await worker.run((/** @type {any} */ { proxy, timeout }, /** @type {any[]} */ list) => {
      list[2500].point = new DOMPoint(1, 2);
      const kind = proxy.kind(list);
      let given = '';
      try {
        timeout(20).late();
      } catch (error) {
        given = /** @type {Error} */ (error).name;
      }
      delete list[2500].point;
      return [kind, given, proxy.echo(list)[2999].index];
    }, long());
    same([found[0], found[2]], ['[object DOMPoint]2999', 2999]);
    // In WebKit a synchronous request outlives its timeout while the page is busy: the answer counts.
    ok(found[1] === 'TimedOut' || !globalThis.crossOriginIsolated, found[1]);
  },
  async 'a long list from the page, and back, while nobody is blocked'() {
    const worker = start();
    const list = Array.from({ length: 3000 }, (_, index) => ({ index, text: `text ${index}` }));
    const both = [1, 2].map((factor) =>
      worker.run(
        (/** @type {any} */ _, /** @type {any[]} */ list, /** @type {number} */ factor) =>
          list.map(({ index, text }) => ({ product: index * factor, text })),
        list,
        factor,
      ),
    );
    const [once, twice] = await Promise.all(both);
    same(
      [once[2999], twice[2999]],
      [
        { product: 2999, text: 'text 2999' },
        { product: 5998, text: 'text 2999' },
      ],
    );
  },
  async 'memory of what was read lasts as long as was asked'() {
    Object.assign(globalThis, { remembered: { value: 1 } });
    const worker = new (sabir(settings).Worker)(url, { reflected_ffi_timeout: 60 });
    worker.proxy.change = () => {
      /** @type {any} */ (globalThis).remembered.value = 2;
    };
    const [first, second] = await worker.proxy.run(
      String((/** @type {any} */ { window, proxy }) => {
        const { remembered } = window;
        const first = remembered.value;
        proxy.change();
        return [first, remembered.value];
      }),
    );
    await pause(80);
    const later = await worker.proxy.run(String((/** @type {any} */ { window }) => window.remembered.value));
    worker.terminate();
    same([first, second, later], [1, 1, 2]);
  },
  async 'a policy denies by identity, whatever the path'() {
    const worker = start({ policy: { deny: ['document.cookie', 'localStorage', 'held.secret'] } });
    Object.assign(globalThis, { held: { secret: { key: 1 }, open: 2 } });
    const tries = {
      cookie: (/** @type {any} */ { window }) => window.document.cookie,
      getter: (/** @type {any} */ { window }) =>
        window.Object.getOwnPropertyDescriptor(window.Document.prototype, 'cookie').get.call(window.document),
      reflect: (/** @type {any} */ { window }) => window.Reflect.get(window.document, 'cookie'),
      storage: (/** @type {any} */ { window }) => window.localStorage,
      query: (/** @type {any} */ { window, ffi }) => ffi.query(window, 'document.cookie'),
      gather: (/** @type {any} */ { window, ffi }) => ffi.gather(window.document, 'cookie'),
      constructor: (/** @type {any} */ { window }) => window.document.constructor.constructor('return 1')(),
      view: (/** @type {any} */ { window }) => window.document.defaultView.localStorage,
      evaluate: (/** @type {any} */ { ffi }) => ffi.evaluate(() => 1),
      timer: (/** @type {any} */ { window }) => window.setTimeout('1'),
      frame: (/** @type {any} */ { window }) => {
        const frame = window.document.createElement('iframe');
        window.document.body.append(frame);
        return frame.contentWindow.document;
      },
    };
    for (const [name, body] of Object.entries(tries)) {
      await rejects(worker.run(body), 'Refused').catch((error) => {
        throw new Error(`${name}: ${error.message}`);
      });
    }
    same(
      await worker.run((/** @type {any} */ { window }) => [window.document.nodeType, typeof window.document.title]),
      [9, 'string'],
    );
  },
  async 'a policy allows only what it names'() {
    const worker = start({ policy: { allow: ['document.body', 'held.open'] } });
    // Paths are walked anew when what they lead through is replaced.
    Object.assign(globalThis, { held: { open: { value: 2 }, closed: 1 } });
    same(
      await worker.run((/** @type {any} */ { window }) => [window.document.body.localName, window.held.open.value]),
      ['body', 2],
    );
    const tries = {
      other: (/** @type {any} */ { window }) => window.location,
      sibling: (/** @type {any} */ { window }) => window.held.closed,
      title: (/** @type {any} */ { window }) => window.document.title,
      owner: (/** @type {any} */ { window }) => window.document.body.ownerDocument.title,
      view: (/** @type {any} */ { window }) => window.document.body.ownerDocument.defaultView.location,
      keys: (/** @type {any} */ { window }) => Object.keys(window),
    };
    for (const [name, body] of Object.entries(tries)) {
      await rejects(worker.run(body), 'Refused').catch((error) => {
        throw new Error(`${name}: ${error.message}`);
      });
    }
  },
  async 'a read-only policy, and a hook'() {
    /** @type {string[]} */
    const asked = [];
    const worker = start({
      policy: { readOnly: true, hook: (/** @type {any} */ { kind, key }) => (asked.push(kind), key !== 'innerHTML') },
    });
    same(await worker.run((/** @type {any} */ { window }) => window.document.body.localName), 'body');
    await rejects(
      worker.run((/** @type {any} */ { window }) => (window.document.title = 'x')),
      'Refused',
      /read-only/,
    );
    await rejects(
      worker.run((/** @type {any} */ { window }) => window.Reflect.set(window.document, 'title', 'x')),
      'Refused',
    );
    await rejects(
      worker.run((/** @type {any} */ { window }) => window.document.body.innerHTML),
      'Refused',
      /hook/,
    );
    ok(asked.includes('get'));
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
          for (const end = performance.now() + ms; performance.now() < end; );
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
  async 'without `window/main` nothing of the page is reached'() {
    const { default: plain } = await import('/sabir/main.js');
    const worker = new (plain().Worker)(url);
    await rejects(worker.proxy.run(String((/** @type {any} */ { proxy }) => proxy.steal())), 'NotExported');
    same(await worker.proxy.run(String((/** @type {any} */ { window }) => window === undefined)), true);
    worker.terminate();
  },
  async 'values of any size'() {
    const worker = start();
    worker.proxy.echo = (/** @type {any} */ value) => value;
    for (const size of [0, 1024, 1 << 20, 64 << 20]) {
      const found = await worker.run((/** @type {any} */ { proxy }, /** @type {number} */ size) => {
        const sent = new Uint8Array(size);
        for (let at = 0; at < size; at += 4099) sent[at] = at % 251;
        const back = proxy.echo(sent);
        let wrong = back.length === size ? 0 : 1;
        for (let at = 0; at < size; at++) wrong += back[at] === sent[at] ? 0 : 1;
        return wrong;
      }, size);
      same(found, 0);
    }
  },
  async 'large answers of one size are arrays of their own'() {
    const worker = start();
    worker.proxy.echo = (/** @type {any} */ value) => value;
    const found = await worker.run((/** @type {any} */ { proxy }) => {
      const back = [1, 2, 3, 4, 5].map((fill) => proxy.echo(new Uint8Array(3 << 19).fill(fill)));
      back.push(proxy.echo(new Uint8Array(1 << 20).fill(6)));
      const sums = back.map((bytes) =>
        bytes.reduce((/** @type {number} */ sum, /** @type {number} */ byte) => sum + byte),
      );
      return [sums, back.map(({ buffer }) => buffer.byteLength), new Set(back.map(({ buffer }) => buffer)).size];
    });
    const large = 3 << 19;
    const lengths = [large, large, large, large, large, 1 << 20];
    same(found, [lengths.map((length, index) => length * (index + 1)), lengths, 6]);
  },
  async 'a worker without a transport that blocks has promises, and says why no more'() {
    const worker = start({ transports: ['message'] });
    worker.proxy.later = async (/** @type {any} */ value) => value;
    worker.proxy.fails = () => {
      throw new RangeError('no');
    };
    worker.proxy.forever = () => new Promise(() => {});
    const found = await worker.run(async (/** @type {any} */ library) => {
      const { proxy, window, ffi, sync, native, transport, passedOver, timeout } = library;
      const blocks = {
        get: () => window.document,
        set: () => (window.x = 1),
        has: () => 'x' in window,
        delete: () => delete window.x,
        keys: () => Object.keys(window),
        query: () => ffi.query(window, 'document.title'),
        evaluate: () => ffi.evaluate(() => 1),
      };
      const refused = Object.entries(blocks).map(([name, block]) => {
        try {
          return `${name}: ${String(block())}`;
        } catch (/** @type {any} */ error) {
          return `${error.name}: ${/Cross-Origin-Opener-Policy.*sw\.js.*atomics: /s.test(error.message)}`;
        }
      });
      const values = [1, 'text', [1, { a: null }], new Map([[1, 2n]]), new Uint8Array(3)];
      const echoed = await Promise.all(values.map((value) => proxy.later(value)));
      const failed = await proxy.fails().catch((/** @type {any} */ error) => `${error.name}: ${error.message}`);
      const late = await timeout(30)
        .forever()
        .catch((/** @type {any} */ error) => error.name);
      return [sync, native, transport, Object.keys(passedOver), refused, echoed.map(String), failed, late];
    });
    same(found, [
      false,
      false,
      'message',
      ['atomics', 'mailbox', 'service-worker'],
      Array(7).fill('CannotBlock: true'),
      ['1', 'text', '1,[object Object]', '[object Map]', '0,0,0'],
      'RangeError: no',
      'TimedOut',
    ]);
    same([worker.transport, Object.keys(worker.passedOver).length], ['message', 3]);
  },
  async 'a transport that there is not is an error, and so is none'() {
    const { Worker } = sabir({ transports: /** @type {any[]} */ (['pigeon']) });
    await rejects(
      Promise.resolve().then(() => new Worker(url)),
      'TypeError',
      /there is no transport `pigeon`; there are atomics, mailbox, service-worker, message/,
    );
    const worker = start({ transports: ['service-worker'], serviceWorker: undefined });
    await rejects(worker.run('() => 0'), 'SabirError', /no transport is left.*serviceWorker/);
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
      for (const end = performance.now() + ms; performance.now() < end; );
      return ++calls;
    };
    same(await worker.run((/** @type {any} */ { proxy }) => proxy.compute(10_000)), 1);
  },
  async '16 workers at once: all answers are right, and each worker gets on'() {
    const { Worker } = sabir(settings);
    const seconds = Number(new URLSearchParams(location.search).get('seconds') ?? 3);
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
};

/** Of a browser that has files of the origin. @type {Record<string, () => any>} */
const mailboxTests = {
  async 'mailbox: a helper that dies in mid-call is replaced, and nothing is done twice'() {
    const worker = start({ transports: ['mailbox'] });
    let calls = 0;
    worker.proxy.count = async () => {
      const helpers = allWorkers.filter((other) => !workers.has(other));
      if (++calls === 2) for (const helper of helpers) helper.terminate();
      await pause(100);
      return calls;
    };
    const counts = await worker.run((/** @type {any} */ { proxy }) => [proxy.count(), proxy.count(), proxy.count()]);
    same([counts, calls, worker.transport], [[1, 2, 3], 3, 'mailbox']);
  },
  async 'mailbox: where its helper cannot be replaced the link fails, and its worker is ended'() {
    const worker = start({ transports: ['mailbox'] });
    const { Worker } = globalThis;
    worker.proxy.ask = () => {
      for (const helper of allWorkers.filter((other) => !workers.has(other))) helper.terminate();
      globalThis.Worker = /** @type {any} */ (
        function () {
          throw new Error('there are too many workers');
        }
      );
      return pause(100);
    };
    const asked = worker.run((/** @type {any} */ { proxy }) => proxy.ask());
    await rejects(asked, 'Closed', /it can no longer be answered: there are too many workers/).finally(() => {
      globalThis.Worker = Worker;
    });
    ok(ended.has(worker), 'its worker goes on');
    same(await start({ transports: ['mailbox'] }).run(() => 7), 7);
  },
  async 'mailbox: what was asked before the worker declined it is answered over the next transport'() {
    const declining = (/** @type {any} */ transports) => {
      const worker = new (sabir({ transports }).Worker)(new URL('./declining-worker.mjs', import.meta.url));
      workers.add(worker);
      return worker;
    };
    const worker = declining(['mailbox', 'message']);
    same(await worker.proxy.run('() => 7'), 7);
    same(worker.transport, 'message');
    await rejects(declining(['mailbox']).proxy.run('() => 7'), 'SabirError', /no transport is left: .*mailbox/);
  },
  async 'mailbox: files that a crash has left are removed, and its own at the end'() {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('sabir', { create: true });
    await folder.getFileHandle('sabir-crashed.link', { create: true });
    const files = async () => {
      const names = [];
      for await (const name of /** @type {any} */ (folder).keys()) names.push(name);
      return names;
    };
    for (const helper of allWorkers) helper.terminate();
    await pause(100);
    const worker = start({ transports: ['mailbox'] });
    await worker.run(() => 0);
    const names = await files();
    ok(!names.includes('sabir-crashed.link') && names.length >= 1, names.join());
    worker.terminate();
    for (let tries = 0; tries < 200 && (await files()).length >= names.length; tries++) await pause(50);
    ok((await files()).length < names.length, 'its file is left');
  },
  async 'mailbox: an origin whose folder is taken has the next transport, and says why'() {
    const root = await navigator.storage.getDirectory();
    for (const helper of allWorkers) helper.terminate();
    for (let tries = 0; tries < 100; tries++) {
      // Until their handles are closed it is locked.
      const removed = await root.removeEntry('sabir', { recursive: true }).then(
        () => true,
        (/** @type {any} */ error) => error.name === 'NotFoundError',
      );
      if (removed) break;
      await pause(50);
    }
    await root.getFileHandle('sabir', { create: true });
    const worker = start({ transports: ['mailbox', 'message'] });
    await worker.run(() => 0).finally(() => root.removeEntry('sabir'));
    same(worker.transport, 'message');
    ok(/OPFS: TypeMismatchError/.test(String(worker.passedOver.mailbox)), worker.passedOver.mailbox);
  },
  async 'mailbox: a browser without such files has the next transport, and says why'() {
    Object.defineProperty(navigator, 'storage', { value: undefined, configurable: true });
    const worker = start({ transports: ['mailbox', 'message'] });
    await worker.run(() => 0);
    delete (/** @type {any} */ (navigator).storage);
    same(worker.transport, 'message');
    ok(/OPFS/.test(String(worker.passedOver.mailbox)), worker.passedOver.mailbox);
  },
};

/** Of one that has none. @type {Record<string, () => any>} */
const noMailboxTests = {
  async 'mailbox: where there is none, that is said'() {
    await rejects(start({ transports: ['mailbox'] }).run('() => 0'), 'SabirError', /mailbox: OPFS/);
  },
};
/** Lets go of a worker. @param {any} worker */
function forget(worker) {
  workers.delete(worker);
  ended.delete(worker);
  allWorkers.splice(allWorkers.indexOf(worker), 1);
}
Object.assign(tests, lifecycleTests({ sabir, settings, start, launch, ok, same, rejects, pause, collected, forget }));
Object.assign(tests, navigator.storage?.getDirectory === undefined ? noMailboxTests : mailboxTests);

Object.assign(tests, answers({ start, ok, same, rejects, pause }));

/** As the platform has them: a test may have others throw. */
const { setTimeout: later, requestAnimationFrame: frame } = globalThis;
/** The outcome of a promise, or a note that it hangs. @param {Promise<any>} promise @returns {Promise<any>} */
const settled = (promise) =>
  new Promise((resolve) => {
    later(() => resolve('hangs'), 20_000);
    promise.then(resolve, resolve);
  });

/**
 * Runs `ask` deeper and deeper in the stack, until there is none left; gives what it threw. Runs in either realm.
 * @param {() => any} ask
 */
function overflowing(ask) {
  /** @type {any[]} */
  const thrown = [];
  let [level, from] = [0, Infinity];
  const climb = () => {
    level++;
    if (level > from && level < from + 700) {
      try {
        ask();
      } catch (error) {
        thrown[thrown.length] = error;
      }
    }
    climb();
  };
  // Frames change their size when code is compiled: a round may end before it asks.
  for (let round = 0; round < 5 || (thrown.length === 0 && round < 50); round++) {
    level = 0;
    try {
      climb();
    } catch {
      from = level - 600;
    }
  }
  return thrown.map((error) => `${error.name}: ${error.message}`);
}
const OVERFLOW = /^(RangeError|InternalError): (Maximum call stack|too much recursion)/;

/** Functions of the platform, of which each throws once, in either realm. */
const PLATFORM = [
  'queueMicrotask',
  'setTimeout',
  'clearTimeout',
  'reportError',
  'requestAnimationFrame',
  'MessagePort.prototype.postMessage',
  'Worker.prototype.postMessage',
  'Performance.prototype.now',
  'Promise.prototype.then',
  'Promise.reject',
  'Atomics.waitAsync',
  'Atomics.load',
  'Atomics.store',
  'Atomics.exchange',
  'Atomics.notify',
  'Uint8Array.prototype.set',
  'Uint8Array.prototype.subarray',
  'Map.prototype.get',
  'Map.prototype.set',
  'Array.prototype.push',
  'TextEncoder.prototype.encodeInto',
  'TextDecoder.prototype.decode',
  'Reflect.apply',
  'String.fromCharCode',
  'Error.prepareStackTrace',
];

/** Has a function throw, the next time that it is called; runs in either realm. @param {string} path */
function plant(path) {
  const steps = path.split('.');
  const key = /** @type {string} */ (steps.pop());
  const object = steps.reduce((object, step) => object?.[step], /** @type {any} */ (globalThis));
  const own = object && Object.getOwnPropertyDescriptor(object, key);
  if (object === undefined || (own === undefined && key !== 'prepareStackTrace')) return () => {};
  const remove = () => (own === undefined ? delete object[key] : Object.defineProperty(object, key, own));
  const value = () => {
    remove();
    throw new Error(`planted in ${path}`);
  };
  Object.defineProperty(object, key, { value, configurable: true, writable: true });
  return remove;
}

/** Errors that nobody caught, which the page shows: tests of faults make some. @type {string[]} */
const uncaught = [];
addEventListener('error', (event) => uncaught.push(String(event.message)));

/** Has each function of the platform throw once. @param {string} where */
async function throwingPlatform(where) {
  for (const path of PLATFORM) {
    const worker = start();
    worker.proxy.echo = (/** @type {any} */ value) => value;
    worker.proxy.later = async (/** @type {any} */ value) => value;
    const program = (/** @type {any} */ { proxy, window }, /** @type {any} */ value) => {
      const found = [proxy.echo(value), proxy.later(value), typeof window.document.title];
      return Promise.resolve(found).then((found) => found.length);
    };
    await worker.run(program, 'warm');
    const inWorker = (/** @type {any} */ _, /** @type {string} */ text, /** @type {string} */ path) => {
      const plant = Function(`return ${text}`)();
      setTimeout(() => plant(path));
    };
    let remove = () => {};
    if (where === 'page') remove = plant(path);
    else await worker.run(inWorker, String(plant), path);
    const big = new Uint8Array(3000);
    const asked = [];
    for (const value of ['é', big, { some: [1.5] }]) {
      try {
        asked.push(settled(worker.run(program, value)).catch((error) => error));
      } catch {
        // The planted error, at once.
      }
      await new Promise((resolve) => frame(resolve));
    }
    const found = [];
    for (const each of asked) found.push(await each);
    remove();
    ok(!found.includes('hangs'), `${path} on the ${where}: ${found}`);
    let after = await settled(worker.run(() => 'works'));
    // A function that is called seldom has not thrown before.
    if (/planted/.test(after?.message) && after.name !== 'Closed') after = await settled(worker.run(() => 'works'));
    ok(after === 'works' || after?.name === 'Closed', `${path} on the ${where}, afterwards: ${after}`);
    worker.terminate();
    same([path, where, await settled(start().run(() => 'works'))], [path, where, 'works']);
    for (const each of workers) each.terminate();
    workers.clear();
  }
}

const foreignTests = {
  async 'foreign: a listener of the trace that throws is reported, and stops nothing'() {
    const [one, other] = [start(), start()];
    await Promise.all([one.run(() => 1), other.run(() => 1)]);
    uncaught.length = 0;
    sabir.trace.start(() => {
      throw new Error('of the listener');
    });
    const found = await settled(Promise.all([one.run(() => 2), other.run(() => 3)]));
    sabir.trace.stop();
    same(found, [2, 3]);
    same(await settled(one.run(() => 4)), 4);
    const synchronous = await settled(
      one.run((/** @type {any} */ { trace, window }) => {
        trace.start(() => {
          throw new Error('of the listener');
        });
        const { length } = window.document.title;
        trace.stop();
        return length;
      }),
    );
    same(synchronous, document.title.length);
    await pause(20);
    ok(
      uncaught.some((message) => message.includes('of the listener')),
      uncaught,
    );
  },
  async 'foreign: a stack overflow in a worker is a RangeError, and then all is as before'() {
    const worker = start();
    worker.proxy.plain = (/** @type {any} */ value) => value;
    Object.assign(globalThis, { deep: { plain: (/** @type {any} */ value) => value } });
    const found = await settled(
      worker.run((/** @type {any} */ { proxy, window }, /** @type {string} */ text) => {
        const overflowing = Function(`return ${text}`)();
        const { deep } = window;
        const asks = [
          () => proxy.plain(1),
          () => deep.plain(2),
          () => (deep.value = { some: ['thing'] }),
          () => proxy.plain('long'.repeat(300)),
          () => proxy.plain(new Uint8Array(5000)),
          () => window.document.createElement('p'),
        ];
        return asks.map((ask) => [overflowing(ask), proxy.plain('as before')]);
      }, String(overflowing)),
    );
    ok(Array.isArray(found), found);
    for (const [thrown, after] of found) {
      ok(thrown.length > 0, 'nothing overflowed');
      for (const error of thrown) ok(OVERFLOW.test(error), error);
      same(after, 'as before');
    }
  },
  async 'foreign: a stack overflow on the page is a RangeError, and then all is as before'() {
    const worker = start();
    await worker.run(() => 0);
    const { Realm } = /** @type {any} */ (await import('/sabir/realm.js'));
    /** @type {any} */
    let realm;
    const { call } = Realm.prototype;
    Realm.prototype.call = function (/** @type {any[]} */ ...args) {
      realm = this;
      return call.apply(this, args);
    };
    await worker.run(() => 0);
    Realm.prototype.call = call;
    /** @type {Promise<any>[]} */
    const answers = [];
    const asks = [
      () => answers.push(realm.call('run', ['() => 1'], [], -1)),
      () => answers.push(realm.call('run', ['() => 1', new Uint8Array(5000)], [], -1)),
      () => worker.interrupt(),
      () => answers.push(worker.run(() => 1)),
    ];
    for (const ask of asks.slice(0, 3)) {
      const thrown = overflowing(ask);
      ok(thrown.length > 0, 'nothing overflowed');
      for (const error of thrown) ok(OVERFLOW.test(error), error);
    }
    overflowing(asks[3]);
    const all = await settled(Promise.allSettled(answers));
    for (const { value = 1, reason } of all) ok(value === 1 && (reason === undefined || OVERFLOW.test(reason)), reason);
    const interrupted = (/** @type {any} */ { poll }) => {
      try {
        poll();
      } catch {
        // Of the interrupts above.
      }
      return 2;
    };
    same(await settled(worker.run(interrupted)), 2);
    same(await settled(start().run(() => 3)), 3);
  },
  async 'foreign: a stack overflow in a handler, a getter or a hook is an error of its call'() {
    const deep = /** @type {() => number} */ (() => deep() + 1);
    const worker = start({ transform: (/** @type {any} */ value) => (value === 'deep' ? deep() : value) });
    worker.proxy.deep = deep;
    worker.proxy.getter = () => ({
      get deep() {
        return deep();
      },
    });
    worker.proxy.json = () => ({ toJSON: deep });
    worker.proxy.hook = () => 'deep';
    worker.proxy.fine = () => 5;
    const found = await settled(
      worker.run((/** @type {any} */ { proxy }) => {
        const nameOf = (/** @type {string} */ name) => {
          try {
            return proxy[name]();
          } catch (/** @type {any} */ error) {
            return error.name;
          }
        };
        return ['deep', 'getter', 'json', 'hook', 'fine'].map(nameOf);
      }),
    );
    const [handler, getter, json, hook, fine] = found;
    ok(/RangeError|InternalError/.test(handler) && /RangeError|InternalError/.test(hook), found);
    same([getter, json, fine], ['Unserialisable', 'Unserialisable', 5]);
  },
  async 'foreign: whatever is thrown, its caller learns of it'() {
    const worker = start();
    const traps = new Proxy({}, { get: (_, name) => fail(name), getPrototypeOf: () => fail('prototype') });
    const fail = (/** @type {unknown} */ what) => raise(new Error(`trapped ${String(what)}`));
    const frozen = Object.freeze(new Error('frozen'));
    /** @type {Record<string, () => any>} */
    const throwing = {
      proxy: () => raise(traps),
      frozen: () => raise(frozen),
      nothing: () => raise(undefined),
      symbol: () => raise(Symbol('own')),
      bare: () => raise(Object.create(null)),
      thenable: () => ({
        get then() {
          return fail('then');
        },
      }),
    };
    const raise = (/** @type {unknown} */ what) => {
      throw what;
    };
    for (const [name, body] of Object.entries(throwing)) worker.proxy[name] = body;
    worker.proxy.fine = () => 5;
    for (const name of Object.keys(throwing)) {
      const found = await settled(
        worker.run((/** @type {any} */ { proxy }, /** @type {string} */ name) => {
          try {
            return proxy[name]();
          } catch {
            return ['threw', proxy.fine()];
          }
        }, name),
      );
      same([name, found], [name, ['threw', 5]]);
    }
    // The page's own frozen error comes back to it, through an async call.
    Object.assign(globalThis, { frozen });
    const returned = await settled(
      worker.run((/** @type {any} */ { window }) => {
        throw window.frozen;
      }),
    );
    ok(returned === frozen, returned);
    same(await settled(worker.run(() => 6)), 6);
  },
  async 'foreign: a reply that is empty or cut short is an error of its call'() {
    const worker = start();
    await worker.run(() => 0);
    const { Realm } = /** @type {any} */ (await import('/sabir/realm.js'));
    const { answered } = Realm.prototype;
    for (const kept of [0, 1]) {
      Realm.prototype.answered = function (/** @type {number} */ token, /** @type {number} */ address) {
        Realm.prototype.answered = answered;
        this.answered(token, address, kept);
      };
      const found = await settled(worker.run(() => 'text'));
      same([kept, found.name], [kept, 'SyntaxError']);
      same(await settled(worker.run(() => 7)), 7);
    }
  },
  ...Object.fromEntries(
    ['page', 'worker'].map((where) => [
      `foreign: a function of the platform that throws on the ${where} closes its links at most, and all are told`,
      () => throwingPlatform(where),
    ]),
  ),
  async 'foreign: memory that is refused is an error of the call'() {
    const worker = start();
    await worker.run(() => 0);
    const border = /** @type {any} */ (await import('/sabir/border.js'));
    same(border.growOutbox(0, 2 ** 32 - 1), 0);
    same(await settled(worker.run(() => 1)), 1);
  },
  async 'timers: a limit beyond what timers hold sets no flood of them'() {
    const { setTimeout } = globalThis;
    const worker = start();
    await worker.run(() => 0);
    let count = 0;
    Object.assign(globalThis, {
      setTimeout: (/** @type {any[]} */ ...args) => {
        count++;
        return /** @type {any} */ (setTimeout)(...args);
      },
    });
    worker.proxy.never = () => new Promise(() => {});
    for (const limit of [2 ** 31, 2 ** 40, Infinity]) {
      const call = worker.timeout(limit).run('() => new Promise(() => {})');
      call.catch(() => {});
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    Object.assign(globalThis, { setTimeout });
    ok(count < 20, `${count} timers`);
  },
  async 'timers: of two workers that call at once one ends, and the page is idle'() {
    const { setTimeout } = globalThis;
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
      let count = 0;
      Object.assign(globalThis, {
        setTimeout: (/** @type {any[]} */ ...args) => {
          count++;
          return /** @type {any} */ (setTimeout)(...args);
        },
      });
      await new Promise((resolve) => setTimeout(resolve, 200));
      Object.assign(globalThis, { setTimeout });
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
        const { Realm } = /** @type {any} */ (await import('/sabir/realm.js'));
        /** @type {any} */
        let realm;
        const { request } = Realm.prototype;
        Realm.prototype.request = function (/** @type {any[]} */ ...args) {
          realm = this;
          return request.apply(this, args);
        };
        void window.document;
        Realm.prototype.request = request;
        proxy.interruptMe();
        for (let round = 0; round < 40; round++) {
          realm._release(0, 0);
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
  async 'foreign: a panic of the wasm closes the links of its realm, and all learn why'() {
    const [one, other] = [start(), start()];
    one.proxy.never = other.proxy.never = () => new Promise(() => {});
    await Promise.all([one.run(() => 0), other.run(() => 0)]);
    const pending = [one, other].map((worker) => settled(worker.run(() => new Promise(() => {}))));
    const blocked = [one, other].map((worker) => settled(worker.run((/** @type {any} */ { proxy }) => proxy.never())));
    await pause(50);
    const { Channel } = /** @type {any} */ (await import('/sabir/core.js'));
    try {
      Channel.prototype.hasWaiting.call({ __wbg_ptr: 0 });
      throw new Error('it did not panic');
    } catch (/** @type {any} */ error) {
      same(error.name, 'Closed');
      ok(/panicked/.test(error.message), error.message);
    }
    for (const error of await Promise.all([...pending, ...blocked])) {
      same(error.name, 'Closed');
      ok(/panicked/.test(error.message), error.message);
    }
    same((await settled(one.run(() => 1))).name, 'Closed');
    // In a worker: the page is told.
    const third = start();
    const told = [
      settled(third.run(() => new Promise(() => {}))),
      settled(
        third.run(async () => {
          const { Channel } = /** @type {any} */ (await import('/sabir/core.js'));
          Channel.prototype.hasWaiting.call({ __wbg_ptr: 0 });
        }),
      ),
    ];
    for (const error of await Promise.all(told)) ok(/panicked/.test(error.message), error.message);
    same(await settled(start().run(() => 'works')), 'works');
  },
};
// Over other transports the border is the same, and trips take too long for so many.
if (globalThis.crossOriginIsolated && settings.transports === undefined) Object.assign(tests, foreignTests);

await runTests(tests, { limitMs: LIMIT_MS, workers });
