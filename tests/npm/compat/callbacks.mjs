// @ts-check
// Functions and objects of the worker's that the platform's code on the page uses: it goes on only when it is answered.
import { ok, same, throws } from '../suite.mjs';

/** @param {any} window @param {string} code */
const made = (window, code) => window.eval(code);

/** @type {import('./behaviours.mjs').Behaviours} */
export const callbacks = {
  'callback: sort': ({ window }) => {
    const list = made(window, '[3, 1, 2, 10]');
    list.sort((/** @type {number} */ a, /** @type {number} */ b) => b - a);
    same([...list], [10, 3, 2, 1]);
  },
  'callback: sort in a list of 1,000': ({ window }) => {
    const list = made(window, 'Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1000)');
    list.sort((/** @type {number} */ a, /** @type {number} */ b) => a - b);
    same(list.join(), Array.from({ length: 1000 }, (_, i) => i).join());
  },
  'callback: map, filter, find, some, every, reduce': ({ window }) => {
    const list = made(window, '[1, 2, 3, 4]');
    same([...list.map((/** @type {number} */ x) => x * 2)], [2, 4, 6, 8]);
    same([...list.filter((/** @type {number} */ x) => x % 2 === 0)], [2, 4]);
    same(
      [
        list.find((/** @type {number} */ x) => x > 2),
        list.findIndex((/** @type {number} */ x) => x > 9),
        list.some((/** @type {number} */ x) => x > 9),
        list.every((/** @type {number} */ x) => x > 1),
        list.reduce((/** @type {number} */ sum, /** @type {number} */ x) => sum + x, 0),
      ],
      [3, -1, false, false, 10],
    );
  },
  'callback: typed arrays': ({ window }) => {
    const bytes = new window.Uint8Array(window.Array.of(3, 1, 2));
    same([...bytes.map((/** @type {number} */ x) => x + 1)], [4, 2, 3]);
    same([...window.Uint8Array.from(window.Array.of(1, 2), (/** @type {number} */ x) => x * 3)], [3, 6]);
  },
  'callback: replace': ({ window }) => {
    const { replace } = window.String.prototype;
    same(
      replace.call('a-b-c', made(window, '/[a-c]/g'), (/** @type {string} */ c) => c.toUpperCase()),
      'A-B-C',
    );
  },
  'callback: JSON reviver and replacer': ({ window }) => {
    const revived = window.JSON.parse('{"a":1,"b":[2]}', (/** @type {string} */ _, /** @type {any} */ value) =>
      typeof value === 'number' ? value + 1 : value,
    );
    same([revived.a, revived.b[0]], [2, 3]);
    const text = window.JSON.stringify(
      made(window, '({ a: 1, b: 2 })'),
      (/** @type {string} */ key, /** @type {any} */ value) => (key === 'a' ? undefined : value),
    );
    same(text, '{"b":2}');
  },
  'callback: a filter of nodes': ({ window }) => {
    const { document, NodeFilter } = window;
    document.body.innerHTML = '<i></i><b></b><i></i>';
    const filter = (/** @type {any} */ node) =>
      node.localName === 'i' ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT, filter);
    let count = 0;
    while (walker.nextNode()) count++;
    same(count, 2);
  },
  'callback: a getter and a setter': ({ window }) => {
    const held = made(window, '({})');
    let kept = 1;
    const accessors = {
      get: () => kept,
      set: (/** @type {number} */ value) => void (kept = value * 2),
      configurable: true,
    };
    window.Object.defineProperty(held, 'x', accessors);
    same(held.x, 1);
    held.x = 21;
    same([kept, held.x, window.JSON.stringify(held)], [42, 42, '{}']);
  },
  'callback: valueOf, toString, toPrimitive': ({ window }) => {
    same(window.Number({ valueOf: () => 7 }), 7);
    same(window.String({ toString: () => 'text' }), 'text');
    const text = window.document.createTextNode('');
    text.data = { toString: () => 'shown' };
    same(text.data, 'shown');
    const day = { [Symbol.toPrimitive]: (/** @type {string} */ hint) => (hint === 'number' ? 5 : 'five') };
    same([window.Number(day), window.String(day)], [5, 'five']);
  },
  'callback: an instance with toString': ({ window }) => {
    class Name {
      toString() {
        return 'a name';
      }
    }
    same(window.String(new Name()), 'a name');
  },
  'callback: an iterable': ({ window }) => {
    const iterable = {
      [Symbol.iterator]() {
        let at = 0;
        return { next: () => ({ value: ++at, done: at > 3 }) };
      },
    };
    same([...window.Array.from(iterable)], [1, 2, 3]);
    same(new window.Set(iterable).size, 3);
  },
  "callback: a proxy's handler": ({ window }) => {
    const handler = {
      get: (/** @type {any} */ _, /** @type {string} */ key) => `got ${String(key)}`,
      has: (/** @type {any} */ _, /** @type {string} */ key) => key === 'there',
    };
    const proxy = new window.Proxy(made(window, '({})'), handler);
    same([proxy.x, 'there' in proxy, 'nowhere' in proxy], ['got x', true, false]);
  },
  'callback: one that asks the page': ({ window }) => {
    const list = made(window, '[1, 2, 3]');
    window.document.title = 'n';
    same([...list.map((/** @type {number} */ x) => window.document.title + x)], ['n1', 'n2', 'n3']);
  },
  'callback: one that calls an export of the page': ({ proxy, window }) =>
    same([...made(window, '[1, 2]').map((/** @type {number} */ x) => proxy.echo(x * 2))], [2, 4]),
  'callback: one within another': ({ window }) => {
    const lists = made(window, '[[3, 1], [2, 0]]');
    const sorted = lists.map((/** @type {any} */ list) => list.map((/** @type {number} */ x) => x + 1));
    same(window.JSON.stringify(sorted), '[[4,2],[3,1]]');
  },
  'callback: one that throws': ({ window }) => {
    const list = made(window, '[1, 2]');
    const { message } = throws(
      () =>
        list.map(() => {
          throw new RangeError('not this');
        }),
      'RangeError',
    );
    ok(message.includes('not this'), message);
  },
  'callback: forEach': ({ window }) => {
    /** @type {any[]} */
    const seen = [];
    made(window, '[1, 2]').forEach((/** @type {number} */ x) => void seen.push(x));
    seen.push('after');
    same(seen, [1, 2, 'after']);
  },
  'callback: an async one gives promises': async ({ window }) => {
    const promises = made(window, '[1, 2]').map(async (/** @type {number} */ x) => x * 2);
    same([...(await window.Promise.all(promises))], [2, 4]);
  },
  "callback: a promise's executor": async ({ window }) => {
    /** @type {any} */
    let keep;
    const promise = new window.Promise((/** @type {any} */ resolve) => void (keep = resolve));
    keep('resolved');
    same(await promise, 'resolved');
  },
  'callback: a listener of an event that the worker dispatches': ({ window }) => {
    const { document } = window;
    const button = document.createElement('button');
    /** @type {string[]} */
    const heard = [];
    button.addEventListener('click', (/** @type {any} */ event) => {
      heard.push(event.type);
      event.preventDefault();
    });
    const went = button.dispatchEvent(new window.Event('click', made(window, '({ cancelable: true })')));
    same([heard, went], [['click'], false]);
  },
  "callback: the page's own code gets a promise": async ({ window }) => {
    same(await window.callBack((/** @type {number} */ x) => x + 1, 1), 2);
    same(await window.awaitCallBack((/** @type {number} */ x) => x + 1, 1), 'got 2');
    ok((await window.eval('(f) => typeof f(1).then')((/** @type {number} */ x) => x)) === 'function');
  },
  "callback: the page's own code, called by the platform's, gets a promise": async ({ window }) => {
    const own = window.eval('(function (f) { return typeof f(1).then; })');
    const twice = (/** @type {number} */ x) => 2 * x;
    same(window.Reflect.apply(own, null, window.Array.of(twice)), 'function');
    same(own.bind(null)(twice), 'function');
  },
};
