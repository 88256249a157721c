// @ts-check
// Runs each behaviour in a worker of its own: one that hangs takes no other with it.
import { behaviours } from './behaviours.mjs';
import { callsAtOnce, dumped, outcomeOf, pause, same } from '../suite.mjs';

const parameters = new URLSearchParams(location.search);
const name = parameters.get('library') ?? 'sabir';
/** A busy machine needs seconds for a start. The peer hangs in many behaviours: nobody waits long for it. */
const PATIENCE = name === 'sabir' ? 5 : 1;
/** Longer where memory is not shared: 64 MB take seconds. */
const LIMIT_MS = globalThis.crossOriginIsolated ? 4000 * PATIENCE : 30_000;
/** Time limit for outcomes that are known at once: a failed start, an end. */
const START_LIMIT_MS = 2000 * PATIENCE;
/** A deadlock may be found after 3 s, and bursts are of many calls. */
const ORDER_LIMIT_MS = 3 * LIMIT_MS;
const transports = parameters.get('transports')?.split(',');
const { default: library } = await import(
  name === 'sabir' ? '/sabir/window/main.js' : '/node_modules/coincident/dist/window/main.js'
);
const { Worker, transfer } = library({ transports, serviceWorker: '/sw.js' });
const { encoder } = await import('/node_modules/reflected-ffi/src/direct/encoder.js');
const { Worker: WithCodec } = library({ transports, serviceWorker: '/sw.js', encoder });

class Point {
  constructor(/** @type {number} */ x) {
    this.x = x;
  }
  get double() {
    return 2 * this.x;
  }
  set refusing(/** @type {any} */ _) {
    throw new TypeError('refused');
  }
}
/** The options of a behaviour's worker. @param {string} behaviour */
function optionsOf(behaviour) {
  if (behaviour.startsWith('transform: of the page'))
    return { transform: (/** @type {any} */ value) => (value instanceof Point ? { point: value.x } : value) };
  return behaviour === 'option: import' ? { import: async (/** @type {string} */ name) => ({ imported: name }) } : {};
}
const frame = document.createElement('iframe');
document.body.append(frame);
const inFrame = `({
  bytes: new Uint8Array([1, 2]),
  buffer: new ArrayBuffer(3),
  fails() {
    throw new RangeError('of the frame');
  },
})`;
/** How often it was closed. */
Object.assign(globalThis, { timesClosed: 0 });
function* counts() {
  try {
    yield* [1, 2];
  } finally {
    /** @type {any} */ (globalThis).timesClosed++;
  }
}
/** @type {string[]} */
const unhandled = [];
const noteReason = (/** @type {PromiseRejectionEvent} */ { reason }) => void unhandled.push(String(reason));
Object.assign(globalThis, {
  Point,
  held: { list: [1, 2, 3], nested: { deep: { value: 42 } }, nothing: null, [Symbol.for('key')]: 'registered' },
  add: (/** @type {number} */ a, /** @type {number} */ b) => a + b,
  callBack: (/** @type {Function} */ callback, /** @type {any[]} */ ...args) => callback(...args),
  awaitCallBack: async (/** @type {Function} */ callback, /** @type {any} */ arg) => `got ${await callback(arg)}`,
  identity: (/** @type {any} */ value) => value,
  describe: (/** @type {any} */ value) =>
    `${typeof value} ${Object.prototype.toString.call(value)} ${Array.isArray(value)}`,
  kept: new Map(),
  ofFrame: /** @type {any} */ (frame.contentWindow).eval(inFrame),
  noteUnhandled() {
    unhandled.length = 0;
    addEventListener('unhandledrejection', noteReason);
  },
  /** How often it was the reason of an unhandled rejection. @param {string} reason */
  timesUnhandled: (reason) => unhandled.filter((each) => each === reason).length,
});

/** Actions on a worker that it asks the page for. @param {any} worker */
function bursts(worker) {
  const settle = async (/** @type {Promise<any>} */ outcome) => worker.postMessage({ settled: await outcome });
  /** Of one function, or of several by turns. @param {string} names */
  const calls = (names) => (/** @type {number} */ index) => {
    const list = names.split(',');
    return worker.proxy[list[index % list.length]](index);
  };
  /** @type {(value?: any) => void} */
  let open;
  const gate = new Promise((resolve) => (open = resolve));
  const callbacks = (/** @type {Function} */ callback, /** @type {number} */ count) =>
    settle(callsAtOnce(count, (index) => callback(index)));
  Object.assign(globalThis, {
    burstOfCallbacks: (/** @type {Function} */ callback, /** @type {number} */ count, /** @type {number} */ ms) =>
      void (ms === undefined ? callbacks(callback, count) : setTimeout(callbacks, ms, callback, count)),
    burstByTurns: (/** @type {Function} */ callback, /** @type {number} */ count) =>
      void setTimeout(
        () => settle(callsAtOnce(count, (index) => (index % 2 ? callback(index) : worker.proxy.asks(index)))),
        5,
      ),
  });
  return {
    soon: async (/** @type {any} */ value, /** @type {number} */ ms = 0) => (await pause(ms), value),
    burst: (/** @type {string} */ names, /** @type {number} */ count) =>
      void setTimeout(() => settle(callsAtOnce(count, calls(names))), 5),
    burstNow: (/** @type {string} */ names, /** @type {number} */ count) =>
      void settle(callsAtOnce(count, calls(names))),
    burstUnawaited: (/** @type {string} */ names, /** @type {number} */ count) =>
      void setTimeout(() => {
        for (let index = 0; index < count; index++) void calls(names)(index);
      }, 5),
    burstAndPause: async (/** @type {string} */ names, /** @type {number} */ count) => {
      void settle(callsAtOnce(count, calls(names)));
      await pause(50);
      return 'paused';
    },
    pauseAndBurst: async (/** @type {string} */ names, /** @type {number} */ count) => {
      await pause(5);
      void settle(callsAtOnce(count, calls(names)));
      await pause(50);
      return 'paused';
    },
    awaitBurst: (/** @type {string} */ names, /** @type {number} */ count) => callsAtOnce(count, calls(names)),
    burstOfEvents: (/** @type {string} */ type, /** @type {number} */ count) =>
      void setTimeout(() => {
        for (let detail = 0; detail < count; detail++) document.dispatchEvent(new CustomEvent(type, { detail }));
      }, 5),
    passGate: () => gate,
    openGate: () => open('passed'),
    callAndPause: async (/** @type {string} */ name, /** @type {number} */ ms) => {
      if (ms !== undefined) await pause(ms);
      const called = worker.proxy[name]();
      void settle(Promise.resolve(called).catch((error) => `${error?.name}: ${error?.message}`));
      await pause(50);
      return 'paused';
    },
    failsFrozen: () => {
      throw Object.freeze(new RangeError('frozen'));
    },
  };
}

/** @param {string} behaviour @returns {Promise<string>} */
function check(behaviour) {
  return new Promise((resolve) => {
    const Class = behaviour.startsWith('option: a codec') ? WithCodec : Worker;
    const worker = new Class(
      new URL(`./${name}.mjs?${encodeURIComponent(behaviour)}`, import.meta.url),
      optionsOf(behaviour),
    );
    let told = '';
    const finish = (/** @type {string} */ outcome) => {
      clearTimeout(timer);
      worker.terminate();
      resolve(outcome);
    };
    const limit = /^(order|fault):/.test(behaviour) ? ORDER_LIMIT_MS : LIMIT_MS;
    const timer = setTimeout(async () => finish(`hangs ${await dumped(worker)}`.trim()), limit);
    worker.addEventListener('message', (/** @type {MessageEvent} */ { data }) => {
      if (data?.outcome !== undefined) finish(data.outcome);
      if (data?.told !== undefined) told = data.told;
    });
    worker.addEventListener('error', (/** @type {ErrorEvent} */ { message }) => finish(`error event: ${message}`));
    worker.postMessage({ greeting: 'hello' });
    Object.assign(worker.proxy, {
      echo: (/** @type {any} */ value) => value,
      count: (/** @type {any[]} */ ...args) => args.length,
      kind: (/** @type {any} */ value) => `${typeof value} ${Object.prototype.toString.call(value)}`,
      later: async (/** @type {any} */ value) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return value;
      },
      fails: () => {
        throw new RangeError('out of range');
      },
      failsLater: async () => {
        throw new TypeError('later');
      },
      throws: (/** @type {any} */ value) => {
        throw value;
      },
      throwsText: () => {
        throw 'text';
      },
      returnsError: () => new RangeError('a value'),
      returnsFunction: () => () => 7,
      returnsWeakMap: () => new WeakMap(),
      returnsBad: () => ({
        get bad() {
          throw new Error('getter');
        },
      }),
      returnsPoint: () => new Point(3),
      counts,
      countsLater: async function* () {
        yield* [1, 2];
      },
      nestedIterators: () => ({ list: [[3].values()] }),
      returnsBlob: () => new Blob(['blob'], { type: 'text/plain' }),
      large: (/** @type {number} */ len) => new Uint8Array(len).fill(7),
      forever: () => new Promise(() => {}),
      detached: () => {
        const buffer = new ArrayBuffer(8);
        return [buffer];
      },
      callsBack: async (/** @type {number} */ value) => (await worker.proxy.double(value)) + 1,
      callsBackLater: async (/** @type {number} */ value) => (await worker.proxy.doubleLater(value)) + 1,
      length: (/** @type {ArrayBuffer} */ buffer) => buffer.byteLength,
      told: () => told,
      askWorker: (/** @type {any} */ value) => worker.proxy.double(value),
      interruptSoon: () => setTimeout(() => worker.interrupt?.(), 50),
      ...bursts(worker),
    });
    if (behaviour.includes('page awaits')) {
      worker.proxy.double(21).then(
        (/** @type {any} */ value) => worker.postMessage({ awaited: value }),
        (/** @type {any} */ error) => worker.postMessage({ failed: `${error?.name}: ${error?.message}` }),
      );
    }
    if (behaviour.includes('page transfers')) {
      const buffer = new ArrayBuffer(16);
      const sent = worker.proxy.double(buffer, transfer(buffer));
      Promise.resolve(sent).then(() => worker.postMessage({ awaited: buffer.byteLength }));
    }
  });
}

/** A worker of this code. @param {string} code */
function workerOf(code) {
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), { startTimeout: 500 });
  worker.addEventListener('error', (/** @type {Event} */ event) => event.preventDefault());
  return worker;
}

/** A worker that runs a program. @param {string} program */
const workerOfProgram = (program) =>
  new Worker(new URL(`./${name}.mjs?${encodeURIComponent(`program: ${program}`)}`, import.meta.url));

/** A worker that runs a program, once it has done so. @param {string} program */
async function workerThatRan(program) {
  const worker = workerOfProgram(program);
  worker.proxy.forever = () => new Promise(() => {});
  await new Promise((resolve) => worker.addEventListener('message', resolve));
  return worker;
}

/** That a call fails, in time. @param {Promise<any>} call */
async function fails(call) {
  const outcome = await Promise.race([call.catch(() => 'failed'), pause(START_LIMIT_MS)]);
  if (outcome !== 'failed') throw new Error(outcome === undefined ? 'it is waited for ever' : `it gave ${outcome}`);
}

/** Tests that only the page can see: workers that fail, and remains of workers that ended. @type {Record<string, () => any>} */
const pageBehaviours = {
  'start: a script that throws fails who waits': () => fails(workerOf('throw new Error("no")').proxy.f()),
  'start: a script that throws later fails who waits': () =>
    fails(workerOf('await new Promise((resolve) => setTimeout(resolve, 20)); throw new Error("no")').proxy.f()),
  'start: a script that rejects at its top fails who waits': () =>
    fails(workerOf('await Promise.reject(new Error("no"))').proxy.f()),
  'start: a script that does not parse fails who waits': () => fails(workerOf('this is no script').proxy.f()),
  'start: a script that closes its worker fails who waits': () => fails(workerOf('close()').proxy.f()),
  'start: a script that is missing fails who waits': () => fails(new Worker('/nowhere/missing.mjs').proxy.f()),
  'call: arguments are read at the call, before the worker has joined': async () => {
    const { proxy } = workerOfProgram('answers');
    const [list, bytes] = [[1, { x: 1 }], new Uint8Array(100_000).fill(1)];
    const answers = [proxy.text(list), proxy.sum(bytes), proxy.sum(bytes.subarray(1))];
    list.push(2);
    bytes.fill(2);
    same(await Promise.all(answers), ['[1,{"x":1}]', 100_000, 99_999]);
  },
  'call: what is transferred leaves at the call, before the worker has joined': async () => {
    const { proxy } = workerOfProgram('answers');
    const bytes = new Uint8Array(1000).fill(1);
    const answer = proxy.sum(bytes, transfer(bytes.buffer));
    same(bytes.length, 0);
    same(await answer, 1000);
  },
  'call: calls keep their order, before the worker has joined and after': async () => {
    const { proxy } = workerOfProgram('answers');
    /** @type {number[]} */
    const order = [];
    const calls = [];
    for (let index = 0; index < 200; index++) {
      calls.push(proxy.double(index).then((/** @type {number} */ value) => order.push(value / 2)));
      if (index % 20 === 0) await pause(1);
    }
    await Promise.all(calls);
    same(
      order,
      Array.from({ length: 200 }, (_, index) => index),
    );
  },
  'call: an argument that cannot be sent is an error, before the worker has joined': async () => {
    const { proxy } = workerOfProgram('answers');
    const bad = {
      get bad() {
        throw new Error('getter');
      },
    };
    await fails((async () => proxy.text(bad))());
    same(await proxy.double(4), 8);
  },
  'end: a worker that was terminated fails who calls it': async () => {
    const worker = await workerThatRan('answers');
    await worker.proxy.double(1);
    worker.terminate();
    await fails(worker.proxy.double(1));
  },
  'end: a worker that ends while it is blocked fails who waits': async () => {
    const worker = await workerThatRan('asks for ever');
    await pause(50);
    const call = worker.proxy.double(1);
    worker.terminate();
    await fails(call);
  },
  'end: listeners of a worker that was terminated are silent': async () => {
    const worker = await workerThatRan('hears events');
    worker.terminate();
    let rejections = 0;
    const rejected = (/** @type {Event} */ event) => {
      event.preventDefault();
      rejections++;
    };
    addEventListener('unhandledrejection', rejected);
    for (let detail = 0; detail < 100; detail++) document.dispatchEvent(new CustomEvent('heard', { detail }));
    await pause(50);
    removeEventListener('unhandledrejection', rejected);
    if (rejections > 0) throw new Error(`${rejections} unhandled rejections`);
  },
};

/** @type {Record<string, string>} */
const outcomes = {};
Object.assign(globalThis, { outcomes });
const only = parameters.get('only') ?? '';
for (const behaviour of Object.keys(behaviours)) {
  if (behaviour.includes(only)) outcomes[behaviour] = await check(behaviour);
}
for (const [behaviour, body] of Object.entries(pageBehaviours)) {
  if (behaviour.includes(only)) outcomes[behaviour] = await outcomeOf(body);
}
document.title = 'done';
