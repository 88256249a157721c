// @ts-check
// Values that go there and back.
import { ok, same, throws } from '../suite.mjs';

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

/** @type {import('./behaviours.mjs').Behaviours} */
export const values = {
  ...Object.fromEntries(
    VALUES.map(([name, value]) => [
      `value: ${name}, there and back`,
      (/** @type {any} */ { proxy }) => {
        const sent = value instanceof Error ? { value } : value;
        same(proxy.echo(sent), sent);
      },
    ]),
  ),
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
  'value: a match keeps its index, its input and its groups': ({ proxy }) => {
    const found = proxy.echo(/(?<b>b)/.exec('abc'));
    same([found[0], found.index, found.input, found.groups.b], ['b', 1, 'abc', 'b']);
  },
  'value: the strings of a template keep what was written': ({ proxy }) => {
    const strings = (/** @type {any} */ strings) => strings;
    same(proxy.echo(strings`a\n`).raw[0], 'a\\n');
  },
  'value: iterators of results are iterated, and closed': ({ proxy, window }) => {
    const found = [];
    for (const value of proxy.counts()) found.push(value);
    for (const value of proxy.counts()) {
      found.push(value);
      break;
    }
    same([found, [...proxy.nestedIterators().list[0]], window.timesClosed], [[1, 2, 1], [3], 2]);
  },
  'value: async iterators of results are iterated': async ({ proxy }) => {
    const found = [];
    for await (const value of proxy.countsLater()) found.push(value);
    same(found, [1, 2]);
  },
  'value: objects of the platform are made anew': ({ proxy }) => {
    const values = [
      new URL('https://a.example/#b'),
      new Headers({ a: 'b' }),
      new URLSearchParams('a=b'),
      new DOMRect(1),
    ];
    same(
      values.map((value) => Object.prototype.toString.call(proxy.echo(value))),
      values.map((value) => Object.prototype.toString.call(value)),
    );
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
};
