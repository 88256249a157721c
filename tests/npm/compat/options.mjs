// @ts-check
// The options of both factories.
import { ok, pause, same } from '../suite.mjs';

/** Stands for another value, as an interpreter's proxies do. */
class Wrapped {
  constructor(/** @type {any} */ content) {
    this.content = content;
  }
}
const shout = (/** @type {string} */ text) => `${text}!`;
const whisper = (/** @type {string} */ text) => text;

/** The workers'. @param {any} value */
export const transform = (value) => (value instanceof Wrapped ? value.content : value === whisper ? shout : value);

const one = () => new Wrapped(1);

/** Functions of the worker's that the page gave back. @type {any[]} */
const returned = [];

/** The options of a behaviour's worker. @param {string} behaviour */
export async function optionsOf(behaviour) {
  if (behaviour.startsWith('transform:')) return { transform };
  if (behaviour === 'option: released') return { released: (/** @type {any} */ value) => void returned.push(value) };
  if (!behaviour.startsWith('option: a codec')) return {};
  return { decoder: (await import('/node_modules/reflected-ffi/src/direct/decoder.js')).decoder };
}

/** @type {import('./behaviours.mjs').Behaviours} */
export const options = {
  'option: a codec of the other library': ({ window, proxy }) => {
    same(window.JSON.stringify([1, { x: 'y' }]), '[1,{"x":"y"}]');
    same(proxy.echo({ a: [1, 2], b: 'text' }), { a: [1, 2], b: 'text' });
  },
  'option: import': async ({ window }) => same((await window.import('./module.mjs')).imported, './module.mjs'),
  'option: released': async ({ window }) => {
    for (let tries = 0; tries < 100 && returned.length === 0; tries++) {
      for (let count = 0; count < 200; count++) window.describe(() => count);
      window.eval('void Array.from({ length: 20 }, () => new Array(200000).fill({}))');
      await pause(20);
    }
    ok(typeof returned[0] === 'function', `${returned.length} were returned`);
  },

  'transform: a value that is set': ({ window }) => {
    window.held.x = new Wrapped('content');
    same(window.held.x, 'content');
  },
  'transform: values within others': ({ window }) => {
    window.held.x = { a: one(), b: [one(), { c: one() }] };
    same(window.JSON.stringify(window.held.x), '{"a":1,"b":[1,{"c":1}]}');
    window.held.x = new Wrapped({ a: one() });
    same(window.JSON.stringify(window.held.x), '{"a":1}');
  },
  'transform: arguments, and `this`': ({ window }) => {
    same(window.add(one(), new Wrapped(2)), 3);
    same(window.Object.prototype.toString.call(new Wrapped([])), '[object Array]');
    same(new window.Point(new Wrapped(4)).x, 4);
  },
  'transform: one value twice': ({ window }) => {
    const twice = new Wrapped({});
    window.held.x = [twice, twice];
    same(window.held.x[0] === window.held.x[1], true);
  },
  'transform: what stands in itself': ({ window }) => {
    /** @type {any} */
    const list = [];
    const wrapped = new Wrapped(list);
    list.push(wrapped);
    window.held.x = wrapped;
    same(window.held.x === window.held.x[0], true);
  },
  'transform: a function': async ({ window }) => same(await window.callBack(whisper, 'text'), 'text!'),
  'transform: results of callbacks': async ({ window }) => {
    same(await window.awaitCallBack(() => one(), 0), 'got 1');
    same(await window.awaitCallBack(async () => one(), 0), 'got 1');
    same(await window.callBack(() => [one()][0], 0), 1);
  },
  'transform: a property that is defined': ({ window }) => {
    Object.defineProperty(window.held, 'defined', { value: one(), configurable: true });
    same(window.held.defined, 1);
  },
  'transform: arguments of exports': ({ proxy }) => {
    same(proxy.echo(one()), 1);
    same(proxy.count(one(), one()), 2);
  },
  "transform: the page is asked for the page's own values as ever": ({ window }) => {
    window.held.x = window.held.list;
    same(window.held.x === window.held.list, true);
  },
  'transform: of the page, for what a worker gets': ({ window }) => {
    const point = new window.Point(3);
    same([point.point, point.x], [3, undefined]);
    same(window.identity(point).point, 3);
  },
  'transform: of the page, for arguments of callbacks': async ({ window }) => {
    const test = window.eval('(f) => f(new Point(7))');
    same(await test((/** @type {any} */ point) => point.point), 7);
  },
};
