// @ts-check
// The page's window and its objects, and the foreign function interface (ffi).
import { ok, pause, same, throws } from '../suite.mjs';

/** @type {import('./behaviours.mjs').Behaviours} */
export const pageObjects = {
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
    same([Array.isArray(list), list.length, list[1], [...list], list.indexOf(3)], [true, 3, 2, [1, 2, 3], 2]);
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
  'window: a rejection with an error is an error': async ({ window }) => {
    const reasonOf = async (/** @type {any} */ rejected) => {
      try {
        await rejected;
      } catch (error) {
        return /** @type {any} */ (error);
      }
    };
    for (const rejected of [window.Promise.reject(new window.TypeError('no')), window.fetch('http://[')]) {
      const error = await reasonOf(rejected);
      same([error instanceof TypeError, error.name], [true, 'TypeError']);
    }
    const aborted = await reasonOf(window.fetch('./', { signal: window.AbortSignal.abort() }));
    same([aborted instanceof DOMException, aborted.name], [true, 'AbortError']);
    const caught = new Promise((resolve) => window.Promise.reject(new window.Error('no')).catch(resolve));
    ok((await caught) instanceof Error);
  },
  'window: a rejection with an object is a reference': async ({ window }) => {
    const reason = await window.Promise.reject(window.held).catch((/** @type {any} */ reason) => reason);
    ok(reason === window.held);
  },
  'window: a rejection that the worker hears is no unhandled one of the page': async ({ window }) => {
    window.noteUnhandled();
    for (let index = 0; index < 3; index++) {
      await window.Promise.reject(new window.Error('heard')).catch(() => {});
      await pause(10);
    }
    same(window.timesUnhandled('Error: heard'), 0);
  },
  'window: a rejection that nobody hears is reported on the page': async ({ window }) => {
    window.noteUnhandled();
    window.Promise.reject(new window.Error('unheard'));
    const until = Date.now() + 10_000;
    while (window.timesUnhandled('Error: unheard') === 0 && Date.now() < until) await pause(50);
    same(window.timesUnhandled('Error: unheard'), 1);
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
  'window: an object with handleEvent hears, and is removed': async ({ window }) => {
    const listener = {
      count: 0,
      handleEvent() {
        this.count++;
      },
    };
    const dispatch = async () => {
      window.document.dispatchEvent(new window.Event('object'));
      await pause(30);
    };
    window.document.addEventListener('object', listener);
    await dispatch();
    window.document.removeEventListener('object', listener);
    await dispatch();
    same(listener.count, 1);
  },
  'window: an instance is a source of a stream': async ({ window }) => {
    class Source {
      pull(/** @type {any} */ controller) {
        controller.enqueue('chunk');
      }
    }
    const { value } = await new window.ReadableStream(new Source()).getReader().read();
    same(value, 'chunk');
  },
  'window: objects of the platform become those of the page': async ({ window }) => {
    const form = new FormData();
    form.append('name', 'value');
    ok((await new window.Response(form).text()).includes('value'));
    same(new window.URL('c', new URL('https://a.example/b')).href, 'https://a.example/c');
    same((await window.fetch(new Request(location.href, { headers: { a: 'b' } }))).status, 200);
  },
  'window: a signal of the worker stays connected': async ({ window }) => {
    const controller = new AbortController();
    let count = 0;
    window.document.addEventListener('counted', () => count++, { signal: controller.signal });
    controller.abort();
    window.document.dispatchEvent(new window.Event('counted'));
    await pause(30);
    same(count, 0);
  },
  'window: a class that extends one of the page is refused': ({ window }) => {
    class Own extends window.EventTarget {
      method() {}
    }
    throws(() => new Own(), 'SabirError', /Own/);
    throws(() => window.callBack(Own), 'Unserialisable', /args\[0\].*Own/);
  },
  'window: arguments that are filled in place are copies': ({ window }) => {
    const bytes = new Uint8Array(64);
    const filled = window.crypto.getRandomValues(bytes);
    same([filled.length, filled.some(Boolean), bytes.some(Boolean)], [64, true, false]);
    const list = [1];
    same([window.Array.prototype.push.call(list, 2), list], [2, [1]]);
  },
  'window: values of a frame are what they are': ({ window }) => {
    const { ofFrame } = window;
    same([...ofFrame.bytes], [1, 2]);
    same([ofFrame.buffer instanceof ArrayBuffer, ofFrame.buffer.byteLength], [true, 3]);
    try {
      ofFrame.fails();
    } catch (error) {
      return ok(error instanceof RangeError);
    }
    throw new Error('it did not throw');
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
};

/** @type {import('./behaviours.mjs').Behaviours} */
export const ffi = {
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
