// @ts-check
// Foreign code that throws: listeners, getters, functions of the platform, the wasm itself.
import sabir from '/sabir/window/main.js';
import { ok, pause, same, until } from '../suite.mjs';
import { settled, start, workers } from './start.mjs';

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

/** As the platform has it: a test has another throw. */
const { requestAnimationFrame: frame } = globalThis;

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

/** @type {Record<string, () => any>} */
export const foreign = {
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
    const isReported = () => uncaught.some((message) => message.includes('of the listener'));
    await until(isReported);
    ok(isReported(), uncaught);
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
    const { LinkEnd } = /** @type {any} */ (await import('/sabir/end/end.js'));
    const { answered } = LinkEnd.prototype;
    for (const kept of [0, 1]) {
      LinkEnd.prototype.answered = function (/** @type {number} */ token, /** @type {number} */ address) {
        LinkEnd.prototype.answered = answered;
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
  async 'foreign: a panic of the wasm closes the links of its realm, and all learn why'() {
    const [one, other] = [start(), start()];
    one.proxy.never = other.proxy.never = () => new Promise(() => {});
    await Promise.all([one.run(() => 0), other.run(() => 0)]);
    const pending = [one, other].map((worker) => settled(worker.run(() => new Promise(() => {}))));
    const blocked = [one, other].map((worker) => settled(worker.run((/** @type {any} */ { proxy }) => proxy.never())));
    await pause(50);
    const { SabirChannel: Channel } = /** @type {any} */ (await import('/sabir/core.js'));
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
          const { SabirChannel: Channel } = /** @type {any} */ (await import('/sabir/core.js'));
          Channel.prototype.hasWaiting.call({ __wbg_ptr: 0 });
        }),
      ),
    ];
    for (const error of await Promise.all(told)) ok(/panicked/.test(error.message), error.message);
    same(await settled(start().run(() => 'works')), 'works');
  },
};
