// @ts-check
// Iterators and generators, which the other realm can iterate; promises.
import { ok, rejects, same } from '../suite.mjs';
import { start } from './start.mjs';

/** A generator that notes how it ends. @param {string[]} notes @returns {Generator<number, string, any>} */
function* countdown(notes) {
  try {
    for (let left = 3; left > 0; left--) notes.push(`got ${yield left}`);
    return 'end';
  } finally {
    notes.push('closed');
  }
}

/** @type {Record<string, () => any>} */
export const iterators = {
  async 'iterators: those of the page are iterated in a worker, which closes them'() {
    const worker = start();
    /** @type {string[]} */
    const notes = [];
    worker.proxy.counts = () => countdown(notes);
    worker.proxy.nested = () => ({ list: [[1, 2].values()], map: new Map([['a', new Set([3]).values()]]) });
    const found = await worker.run((/** @type {any} */ { proxy }) => {
      const all = [...proxy.counts()];
      let first;
      for (const value of proxy.counts()) {
        first = value;
        break;
      }
      const iterator = proxy.counts();
      const steps = [iterator.next(), iterator.next('sent'), iterator.return('early'), iterator.next()];
      const { list, map } = proxy.nested();
      const taken = iterator.take?.(1).toArray().length ?? 0;
      return [all, first, steps, [...list[0], ...map.get('a')], taken];
    });
    same(found, [
      [3, 2, 1],
      3,
      [
        { done: false, value: 3 },
        { done: false, value: 2 },
        { done: true, value: 'early' },
        { done: true, value: undefined },
      ],
      [1, 2, 3],
      0,
    ]);
    same(
      notes.filter((note) => note !== 'got undefined'),
      ['closed', 'closed', 'got sent', 'closed'],
    );
  },
  async 'iterators: those of a worker are iterated on the page, later'() {
    const worker = start();
    const iterator = await worker.run(() => ({
      of: (function* () {
        try {
          yield { text: 'one' };
          yield 2;
        } finally {
          Object.assign(globalThis, { closed: true });
        }
      })(),
    }));
    const [found] = [/** @type {any[]} */ ([])];
    for await (const value of iterator.of) {
      found.push(value);
      break;
    }
    same(found, [{ text: 'one' }]);
    same(await worker.run(() => /** @type {any} */ (globalThis).closed), true);
    const other = await worker.run(() => [new Map([['a', 1]]).entries()]);
    let error;
    try {
      for (const _ of other[0]) break;
    } catch (/** @type {any} */ caught) {
      error = caught;
    }
    ok(/for await/.test(error?.message), error);
  },
  async 'iterators: they come back as themselves, and one is one'() {
    const worker = start();
    worker.proxy.echo = (/** @type {any} */ value) => value;
    const found = await worker.run((/** @type {any} */ { proxy }) => {
      const iterator = [1].values();
      const [one, other] = proxy.echo([iterator, iterator]);
      return [one === iterator, one === other];
    });
    same(found, [true, true]);
  },
  async 'iterators: async ones, in both directions, and what they throw'() {
    const worker = start();
    worker.proxy.counts = async function* () {
      yield* [1, 2];
      throw new RangeError('no more');
    };
    const found = await worker.run(async (/** @type {any} */ { proxy }) => {
      const found = [];
      try {
        for await (const value of proxy.counts()) found.push(value);
      } catch (/** @type {any} */ error) {
        found.push(error.name, error.message);
      }
      return found;
    });
    same(found, [1, 2, 'RangeError', 'no more']);
    const { counts } = await worker.run(() => ({
      counts: (async function* () {
        yield 1;
        throw new TypeError('of the worker');
      })(),
    }));
    same(await counts.next(), { done: false, value: 1 });
    await rejects(counts.next(), 'TypeError', /of the worker/);
  },
  async 'iterators: results of a callback, and arguments of an export'() {
    const worker = start();
    Object.assign(globalThis, {
      async collect(/** @type {Function} */ callback) {
        const found = [];
        for await (const value of await callback()) found.push(value);
        return found;
      },
    });
    const found = await worker.run(
      async (/** @type {any} */ { window }, /** @type {any} */ given) => [
        await window.collect(() => [7, 8].values()),
        [...given],
      ],
      new Set([5]).values(),
    );
    same([[...(await found[0])], found[1]], [[7, 8], [5]]);
  },
  async "promises: a worker's settles on the page"() {
    const worker = start();
    const { fine, bad } = await worker.run(() => ({
      fine: Promise.resolve(5),
      bad: Promise.reject(new RangeError('no')),
    }));
    ok(fine instanceof Promise && bad instanceof Promise);
    same(await fine, 5);
    await rejects(bad, 'RangeError', /no/);
  },
};
