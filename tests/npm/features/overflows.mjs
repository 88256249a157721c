// @ts-check
// Stack overflows: of the worker, of the page, and of foreign code.
import { ok, same } from '../suite.mjs';
import { settled, start } from './start.mjs';

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

/** @type {Record<string, () => any>} */
export const overflows = {
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
    const { LinkEnd } = /** @type {any} */ (await import('/sabir/end/end.js'));
    /** @type {any} */
    let end;
    const { call } = LinkEnd.prototype;
    LinkEnd.prototype.call = function (/** @type {any[]} */ ...args) {
      end = this;
      return call.apply(this, args);
    };
    await worker.run(() => 0);
    LinkEnd.prototype.call = call;
    /** @type {Promise<any>[]} */
    const answers = [];
    const asks = [
      () => answers.push(end.call('run', ['() => 1'], [], -1)),
      () => answers.push(end.call('run', ['() => 1', new Uint8Array(5000)], [], -1)),
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
};
