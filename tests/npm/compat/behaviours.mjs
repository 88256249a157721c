// @ts-check
// Behaviours that users of coincident rely on, and others beyond it: one function each, in a worker of its own.
// `differences.json` lists those in which coincident does something else, with the reason.

import { allAnswered, inOrder, ok, outcomeOf, pause, same, throws } from '../suite.mjs';

/**
 * The outcome of a burst that the page makes: every call answered, in order, and (if there is a `log` of starts and ends)
 * one done before the next began.
 * @param {Promise<any>} settled @param {number} count @param {number[]} [log]
 */
async function answeredInOrder(settled, count, log) {
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

/** The next message of the page's own that has `field`. @param {string} field @returns {Promise<any>} */
const told = (field) =>
  new Promise((resolve) =>
    addEventListener('message', ({ data }) => data?.[field] !== undefined && resolve(data[field])),
  );

/** @type {[string, any][]} */
const VALUES = [
  ['undefined', undefined],
  ['null', null],
  ['true', true],
  ['0', 0],
  ['-0', -0],
  ['NaN', NaN],
  ['-Infinity', -Infinity],
  ['int32', -123456],
  ['float', 1.5],
  ['2^53', 2 ** 53],
  ['bigint', 12n],
  ['negative bigint', -5n],
  ['large bigint', 2n ** 63n],
  ['text', 'héllo 你好 🎉'],
  ['empty text', ''],
  ['long text', 'x'.repeat(100_000)],
  ['Date', new Date(1234)],
  ['RegExp', /a+b/giu],
  ['Map', new Map([['a', [1]]])],
  ['Set', new Set([1, 'b'])],
  ['array', [1, [2, ['x']], null, undefined]],
  ['object', { a: { b: { c: [1] } }, 'd-e': 2 }],
  ['ArrayBuffer', new Uint8Array([1, 2, 3]).buffer],
  ['Uint8Array', new Uint8Array([1, 2, 3])],
  ['Float64Array', new Float64Array([1.5, -0])],
  ['BigInt64Array', new BigInt64Array([1n, -1n])],
  ['DataView', new DataView(new Uint8Array([9, 8]).buffer)],
  ['Error', new RangeError('no')],
];

/** @typedef {any} Library */
/** @type {Record<string, (library: Library) => any>} */
export const behaviours = {};

for (const [name, value] of VALUES) {
  behaviours[`value: ${name}, there and back`] = ({ proxy }) => {
    const sent = value instanceof Error ? { value } : value;
    same(proxy.echo(sent), sent);
  };
}

/** @type {typeof behaviours} */
const others = {
  // ---- values ----
  'value: huge bigint': ({ proxy }) => same(proxy.echo(2n ** 100n), 2n ** 100n),
  'value: lone surrogate': ({ proxy }) => same(proxy.echo('a\ud800b'), 'a\ud800b'),
  'value: array with holes': ({ proxy }) => {
    const found = proxy.echo([1, , 3]);
    same(found.length, 3);
    ok(!(1 in found), 'the hole is filled');
  },
  'value: recursive object': ({ proxy }) => {
    /** @type {any} */
    const value = { list: [] };
    value.self = value;
    value.list.push(value);
    const found = proxy.echo(value);
    ok(found.self === found && found.list[0] === found);
  },
  'value: shared reference': ({ proxy }) => {
    const shared = {};
    const found = proxy.echo([shared, shared]);
    ok(found[0] === found[1]);
  },
  'value: views share their buffer': ({ proxy }) => {
    const buffer = new ArrayBuffer(8);
    const found = proxy.echo([new Uint8Array(buffer, 0, 4), new Uint8Array(buffer, 4, 4)]);
    ok(found[0].buffer === found[1].buffer);
    same([found[0].byteOffset, found[1].byteOffset, found[1].length], [0, 4, 4]);
  },
  'value: part of a buffer': ({ proxy }) => same([...proxy.echo(new Uint8Array([1, 2, 3, 4]).subarray(1, 3))], [2, 3]),
  'value: view of shared memory': ({ proxy }) => {
    const shared = new Int32Array(new SharedArrayBuffer(8));
    same(proxy.kind(shared.buffer), 'object [object SharedArrayBuffer]');
  },
  'value: resizable buffer': ({ proxy }) => {
    const found = proxy.echo(new ArrayBuffer(4, /** @type {any} */ ({ maxByteLength: 16 })));
    same([found.byteLength, found.maxByteLength], [4, 16]);
  },
  'value: error with cause and stack': ({ proxy }) => {
    const error = new Error('outer', { cause: new TypeError('inner') });
    const found = proxy.echo({ error }).error;
    ok(found instanceof Error && typeof found.stack === 'string');
    ok(/** @type {any} */ (found.cause) instanceof TypeError, 'no cause');
  },
  'value: AggregateError': ({ proxy }) => {
    const found = proxy.echo({ error: new AggregateError([new Error('a')], 'many') }).error;
    same([found.name, found.errors?.[0]?.message], ['AggregateError', 'a']);
  },
  'value: class instance becomes plain': ({ proxy }) => same({ ...proxy.returnsPoint() }, { x: 3 }),
  'value: toJSON is honoured in results': ({ proxy, window }) => {
    same(proxy.echo({ a: 1 }), { a: 1 });
    ok(window);
  },
  'value: __proto__ as a key': ({ proxy }) => {
    const found = proxy.echo(JSON.parse('{"__proto__": {"polluted": 1}}'));
    same(/** @type {any} */ ({}).polluted, undefined);
    ok(found.polluted === undefined || Object.hasOwn(found, '__proto__'));
  },
  'value: Blob result': async ({ proxy }) => {
    const blob = proxy.returnsBlob();
    same([blob.type, await blob.text()], ['text/plain', 'blob']);
  },
  'value: function in a result': ({ proxy }) => same(proxy.returnsFunction()(), 7),
  'value: function as an argument': async ({ proxy }) =>
    same(
      proxy.kind(() => 1),
      'function [object Function]',
    ),
  'value: larger than 16 MB': ({ proxy }) => same(proxy.large(17 << 20).length, 17 << 20),
  'value: 64 MB there and back': ({ proxy }) => same(proxy.echo(new Uint8Array(64 << 20)).length, 64 << 20),
  'value: a result that cannot be sent': ({ proxy }) =>
    throws(() => proxy.returnsBad(), 'Unserialisable', /result\.bad/),
  'value: an argument that cannot be sent names its path': ({ proxy }) => {
    const bad = {
      x: {
        get y() {
          throw new Error('no');
        },
      },
    };
    throws(() => proxy.echo(1, bad), 'Unserialisable', /args\[1\]\.x\.y/);
  },

  // ---- calls ----
  'call: arguments arrive': ({ proxy }) => same(proxy.count(1, 2, 3), 3),
  'call: an async function is waited for': ({ proxy }) => same(proxy.later('x'), 'x'),
  'call: an error is thrown as its class': ({ proxy }) =>
    ok(throws(() => proxy.fails(), 'RangeError', /out of range/) instanceof RangeError),
  'call: a rejection is thrown': ({ proxy }) => throws(() => proxy.failsLater(), 'TypeError', /later/),
  'call: an error has the stacks of both realms': ({ proxy }) => {
    const { stack } = throws(() => proxy.fails(), 'RangeError');
    ok(stack.includes('page.mjs') && stack.includes('behaviours.mjs'), stack);
  },
  'call: a thrown text is thrown': ({ proxy }) => {
    try {
      proxy.throwsText();
    } catch (error) {
      return same(error, 'text');
    }
    throw new Error('it was returned');
  },
  'call: a returned Error is thrown': ({ proxy }) => throws(() => proxy.returnsError(), 'RangeError'),
  'call: a name that is not exported': ({ proxy }) => {
    const error = (() => {
      try {
        proxy.nothing();
      } catch (error) {
        return error;
      }
    })();
    ok(error instanceof TypeError);
  },
  'call: inherited names are not exported': ({ proxy }) => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      try {
        proxy[name]();
      } catch (error) {
        ok(error instanceof TypeError, `${name}: ${error}`);
        continue;
      }
      throw new Error(`${name} was called`);
    }
  },
  'call: `then` is undefined and cannot be set': ({ proxy }) => {
    same(proxy.then, undefined);
    same(
      Reflect.set(proxy, 'then', () => {}),
      false,
    );
  },
  'call: the same name gives the same function': ({ proxy }) => ok(proxy.echo === proxy.echo),
  'call: members of the factory': (library) => {
    for (const member of ['native', 'sync', 'proxy', 'transfer', 'window', 'isWindowProxy', 'ffi'])
      ok(member in library, member);
    same([library.native, library.sync, library.ffi_timeout], [true, true, -1]);
    for (const member of ['assign', 'direct', 'evaluate', 'gather', 'query'])
      same(typeof library.ffi[member], 'function');
  },
  'call: transfer detaches': ({ proxy, transfer }) => {
    const buffer = new ArrayBuffer(16);
    same(proxy.length(buffer, transfer(buffer)), 16);
    same(buffer.byteLength, 0);
  },
  'call: the page awaits a function of the worker': async ({ proxy }) => {
    const awaited = told('awaited');
    proxy.double = (/** @type {number} */ value) => 2 * value;
    same(await awaited, 42);
  },
  'call: the page awaits an async function': async ({ proxy }) => {
    const awaited = told('awaited');
    proxy.double = async (/** @type {number} */ value) => (await pause(10), 2 * value);
    same(await awaited, 42);
  },
  'call: the page awaits one that throws': async ({ proxy }) => {
    const failed = told('failed');
    proxy.double = () => {
      throw new RangeError('in the worker');
    };
    same(await failed, 'RangeError: in the worker');
  },
  'call: the page awaits one that is not there': async () => ok((await told('failed')).startsWith('')),
  'call: the page transfers to a worker': async ({ proxy }) => {
    const awaited = told('awaited');
    proxy.double = (/** @type {ArrayBuffer} */ buffer) => buffer.byteLength;
    same(await awaited, 0);
  },
  "call: messages of the page are the program's own": async () => same(await told('greeting'), 'hello'),
  "call: messages of the worker are the page's own": async ({ proxy }) => {
    postMessage({ told: 'hi' });
    await pause(20);
    same(proxy.told(), 'hi');
  },
  'call: a blocked worker is called back': ({ proxy }) => {
    proxy.double = (/** @type {number} */ value) => 2 * value;
    same(proxy.callsBack(4), 9);
  },
  'call: a deadlock is an error': ({ proxy }) => {
    proxy.doubleLater = async () => {
      await pause(1);
    };
    throws(() => proxy.callsBackLater(4), 'Deadlock', /doubleLater.*callsBackLater|callsBackLater.*doubleLater/s);
  },
  'call: a timeout': ({ timeout }) => throws(() => timeout(50).forever(), 'TimedOut', /forever.*50 ms/),
  'call: an interrupt': ({ proxy }) => {
    proxy.interruptSoon();
    throws(() => proxy.forever(), 'Interrupted', /forever/);
  },

  // ---- order ----
  ...Object.fromEntries(
    [BURST, LARGE_BURST].map((count) => [
      `order: ${count} calls at once, each of which asks the page`,
      async (/** @type {Library} */ { proxy }) => {
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

  // ---- faults ----
  'fault: a stack overflow that is caught, once': ({ proxy }) => {
    const overflow = () => {
      proxy.echo(1);
      overflow();
    };
    // Firefox has a class of its own for it.
    throws(overflow, 'InternalError' in globalThis ? 'InternalError' : 'RangeError');
    same(proxy.echo(2), 2);
  },
  'fault: a frozen error': ({ proxy }) => {
    throws(() => proxy.failsFrozen(), 'RangeError', /frozen/);
    same(proxy.echo(2), 2);
  },
  'fault: a getter of an argument that throws, once': ({ proxy }) => {
    const bad = {
      get value() {
        throw new RangeError('of a getter');
      },
    };
    try {
      proxy.echo(bad);
      ok(false, 'it was sent');
    } catch {
      same(proxy.echo(2), 2);
    }
  },
  'fault: 10,000 calls pending at once': async ({ proxy }) => {
    const resolvers = /** @type {Function[]} */ ([]);
    const all = new Promise((resolve) => {
      proxy.pends = (/** @type {number} */ value) =>
        new Promise((settle) => {
          resolvers.push(() => settle(value));
          if (value === 9999) resolve(undefined);
        });
    });
    const settled = told('settled');
    proxy.burst('pends', 10_000);
    await all;
    for (const settle of resolvers) settle();
    await answeredInOrder(settled, 10_000);
  },

  // ---- window ----
  'window: typeof': ({ window }) =>
    same([typeof window.document, typeof window.add, typeof window.nope], ['object', 'function', 'undefined']),
  'window: identity': ({ window }) => ok(window.document.body === window.document.body),
  'window: a proxy of it': ({ window, isWindowProxy }) => {
    ok(isWindowProxy(window) && isWindowProxy(window.document) && isWindowProxy(window.add));
    ok(!isWindowProxy({}) && !isWindowProxy(null) && !isWindowProxy(1));
  },
  'window: get and set': ({ window }) => {
    window.document.body.dataset.x = 'y';
    same(window.document.body.dataset.x, 'y');
  },
  'window: primitives come by value': ({ window }) =>
    same([window.held.nothing, window.innerWidth > 0, typeof window.origin], [null, true, 'string']),
  'window: in and delete': ({ window }) => {
    window.held.extra = 1;
    ok('extra' in window.held);
    ok(delete window.held.extra);
    ok(!('extra' in window.held));
  },
  'window: call with this': ({ window }) => same(window.document.createElement('p').localName, 'p'),
  'window: call and apply': ({ window }) => same([window.add.call(null, 1, 2), window.add.apply(null, [3, 4])], [3, 7]),
  'window: new': ({ window }) => {
    const point = new window.Point(4);
    same([point.x, point.double, point instanceof window.Point], [4, 8, true]);
  },
  'window: instanceof': ({ window }) =>
    ok(window.document.body instanceof window.HTMLElement && !(window.document.body instanceof window.Point)),
  'window: arrays': ({ window }) => {
    const { list } = window.held;
    same(
      [Array.isArray(list), list.length, list[1], [...list], list.map((/** @type {number} */ x) => x).length >= 0],
      [true, 3, 2, [1, 2, 3], true],
    );
  },
  'window: for of over a live collection': ({ window }) => {
    window.document.body.innerHTML = '<i></i><b></b>';
    const names = [];
    for (const child of window.document.body.children) names.push(child.localName);
    same(names, ['i', 'b']);
  },
  'window: Object.keys and JSON.stringify': ({ window }) => {
    same(Object.keys(window.held.nested), ['deep']);
    same(JSON.stringify(window.held.nested), '{"deep":{"value":42}}');
  },
  'window: registered and well-known symbols': ({ window }) => {
    same(window.held[Symbol.for('key')], 'registered');
    same(typeof window.held.list[Symbol.iterator], 'function');
  },
  'window: property descriptors': ({ window }) => {
    const descriptor = Object.getOwnPropertyDescriptor(window.held.nested.deep, 'value');
    same([descriptor?.value, descriptor?.enumerable], [42, true]);
    ok(
      Object.defineProperty(window.held, 'defined', { value: 5, configurable: true, writable: true, enumerable: true }),
    );
    same(window.held.defined, 5);
  },
  'window: descriptor of what is fixed': ({ window }) => ok(Object.getOwnPropertyDescriptor(window, 'document')),
  'window: prototypes': ({ window }) => {
    ok(Object.getPrototypeOf(new window.Point(1)) === window.Point.prototype);
    const made = new window.Point(1);
    Object.setPrototypeOf(made, null);
    ok(Object.getPrototypeOf(made) === null);
  },
  'window: own keys of a function': ({ window }) => ok(Reflect.ownKeys(window.add).includes('name')),
  'window: preventExtensions': ({ window }) => {
    const made = new window.Point(1);
    ok(Object.isExtensible(made));
    Object.preventExtensions(made);
    ok(!Object.isExtensible(made));
    same(Object.keys(made), ['x']);
  },
  'window: what cannot be set': ({ window }) => {
    const fixed = window.Object.defineProperty(new window.Point(1), 'y', { value: 1, configurable: true });
    const closed = window.Object.preventExtensions(new window.Point(1));
    const heir = window.Object.create(window.Object.freeze(new window.Point(1)));
    same(
      [
        [fixed, 'y'],
        [closed, 'z'],
        [heir, 'x'],
        [closed, 'double'],
        [window.document, 'nodeType'],
        [closed, 'x'],
      ].map(([target, key]) => Reflect.set(target, key, 2)),
      [false, false, false, false, false, true],
    );
    throws(() => Reflect.set(closed, 'refusing', 2), 'TypeError');
  },
  'window: frozen object': ({ window }) => {
    const made = window.Object.freeze(new window.Point(1));
    ok(!Object.isExtensible(made));
    same(made.x, 1);
  },
  'window: setter in strict mode': ({ window }) => {
    const frozen = window.Object.freeze(new window.Point(1));
    throws(() => (frozen.x = 2), 'TypeError');
  },
  'window: an error': ({ window }) => throws(() => window.document.body.appendChild(1), 'TypeError'),
  'window: a DOMException': ({ window }) => throws(() => window.document.querySelector('['), 'SyntaxError'),
  'window: await a promise': async ({ window }) => same(await window.Promise.resolve(5), 5),
  'window: await a rejection': async ({ window }) => {
    try {
      await window.Promise.reject(new window.Error('no'));
    } catch (/** @type {any} */ error) {
      return same(error.message, 'no');
    }
    throw new Error('it was resolved');
  },
  'window: import': async ({ window }) => same((await window.import('./module.mjs')).answer, 42),
  'window: a literal is copied': ({ window }) => {
    const literal = { a: [1, { b: 2 }] };
    same(window.JSON.stringify(literal), '{"a":[1,{"b":2}]}');
    same(window.describe([1]), 'object [object Array] true');
  },
  'window: a proxy goes back as what it stands for': ({ window }) => ok(window.identity(window.held) === window.held),
  'window: Map and Date as arguments': ({ window }) =>
    same(
      [window.describe(new Map()), window.describe(new Date(0))],
      ['object [object Map] false', 'object [object Date] false'],
    ),
  'window: buffers come by value': ({ window }) => ok(new window.Uint8Array([1, 2]) instanceof Uint8Array),
  'window: what cannot be copied goes as a reference': ({ window }) =>
    same(window.describe(new WeakMap()).split(' ')[0], 'object'),
  'window: a function is called later': async ({ window }) => {
    const called = new Promise((resolve) => window.callBack(resolve, 'x'));
    same(await called, 'x');
  },
  'window: what a function returns is awaited': async ({ window }) =>
    same(await window.awaitCallBack((/** @type {number} */ x) => 2 * x, 4), 'got 8'),
  'window: the same function is the same': ({ window }) => {
    const callback = () => {};
    window.kept.set('f', callback);
    ok(window.kept.get('f') === callback);
  },
  'window: the same unique symbol is the same': ({ window }) => {
    const symbol = Symbol('mine');
    window.kept.set('s', symbol);
    ok(window.kept.get('s') === symbol);
  },
  'window: an event listener': async ({ window }) => {
    const seen = new Promise((resolve) =>
      window.document.addEventListener('ping', (/** @type {any} */ event) => resolve([event.type, event.detail])),
    );
    window.document.dispatchEvent(new window.CustomEvent('ping', { detail: 'x' }));
    same(await seen, ['ping', 'x']);
  },
  'window: a listener is removed': async ({ window }) => {
    let count = 0;
    const listener = () => count++;
    window.document.addEventListener('pong', listener);
    window.document.removeEventListener('pong', listener);
    window.document.dispatchEvent(new window.Event('pong'));
    await pause(30);
    same(count, 0);
  },
  'window: currentTarget outlives the dispatch': async ({ window }) => {
    const seen = new Promise((resolve) =>
      window.document.addEventListener('late', async (/** @type {any} */ event) => {
        await pause(20);
        resolve(event.currentTarget === window.document);
      }),
    );
    window.document.dispatchEvent(new window.Event('late'));
    same(await seen, true);
  },
  'window: invoke at registration': ({ window }) => {
    window.document.addEventListener('stop', () => {}, { invoke: 'preventDefault' });
    same(window.document.dispatchEvent(new window.Event('stop', { cancelable: true })), false);
  },
  'window: preventDefault in a listener': ({ window }) => {
    window.document.addEventListener('cancel-me', (/** @type {any} */ event) => event.preventDefault());
    const dispatch = () => window.document.dispatchEvent(new window.Event('cancel-me', { cancelable: true }));
    // The page waits for 8 ms at most, which a busy machine may take for anything: one of ten events is in time.
    ok(Array.from({ length: 10 }, dispatch).includes(false));
  },

  // ---- ffi ----
  'ffi: assign': ({ window, ffi }) => {
    ok(ffi.assign(window.held, { one: 1 }, { two: 2 }) === window.held);
    same([window.held.one, window.held.two], [1, 2]);
    same(ffi.assign({ a: 1 }, { b: 2 }), { a: 1, b: 2 });
  },
  'ffi: gather': ({ window, ffi }) =>
    same(ffi.gather(window.held, 'nothing', 'nested.deep.value', Symbol.for('key')), [null, 42, 'registered']),
  'ffi: query': ({ window, ffi }) => {
    same(ffi.query(window, 'held.list[1]'), 2);
    same(ffi.query(window, 'held.no.such.thing'), undefined);
    same(ffi.query({ a: [{ b: 1 }] }, 'a[0].b'), 1);
  },
  'ffi: evaluate': ({ window, ffi }) => {
    ok(window);
    same(
      ffi.evaluate((/** @type {number} */ a, /** @type {number} */ b) => globalThis.document.nodeType + a + b, 1, 2),
      12,
    );
  },
  'ffi: direct': ({ window, ffi }) => {
    const map = new Map([[1, 2]]);
    same(window.describe(ffi.direct(map)), 'object [object Map] false');
  },
};
Object.assign(behaviours, others);

/** The workers' parts of the page's own tests. @type {Record<string, (library: Library) => any>} */
const programs = {
  'program: asks for ever': ({ proxy }) => void setTimeout(() => proxy.forever()),
  'program: hears events': ({ window }) =>
    void window.document.addEventListener('heard', (/** @type {any} */ event) => event.detail),
  'program: answers': ({ proxy }) => void (proxy.double = (/** @type {number} */ value) => 2 * value),
};

/** Runs the behaviour that this worker's URL names. @param {Library} library */
export async function run(library) {
  const name = decodeURIComponent(location.search.slice(1));
  const outcome = await outcomeOf(() => (behaviours[name] ?? programs[name])(library));
  postMessage({ outcome: outcome.toWellFormed() });
}
