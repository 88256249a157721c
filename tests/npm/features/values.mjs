// @ts-check
// Values: long lists, any number of buffers, and what only the platform can clone or move.
import { ok, rejects, same } from '../suite.mjs';
import { start } from './start.mjs';

/** In a worker: a value that cannot travel. */
const lockedStream = () => {
  const stream = new ReadableStream();
  stream.getReader();
  return stream;
};

/** @type {Record<string, () => any>} */
export const values = {
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
  async "a worker's object on the page has no text at once, and is one item of a list"() {
    const worker = start();
    await worker.run((/** @type {any} */ { window }) => {
      window.eval('globalThis.held = {}').thing = Object.assign(new EventTarget(), { count: 1 });
    });
    const { thing } = /** @type {any} */ (globalThis).held;
    await rejects(
      (async () => `${thing}`)(),
      'NotNow',
      /^`String` on an object that lives in a worker cannot be answered/,
    );
    same([await thing.count, [].concat(thing).length, [1].concat([thing]).length], [1, 1, 2]);
  },
  async 'what a program adds to an object of the language travels with it'() {
    const worker = start();
    worker.proxy.told = (/** @type {any[]} */ values) =>
      values.map((value) => [String(value.constructor.name), { ...value }]);
    const make = () => {
      class Cache extends Map {
        limit = 5;
        inner = new Set([1]);
      }
      const plain = [new Set(), new Date(0), /x/, Object('ab'), Object(1)];
      return [
        new Cache([[1, 2]]),
        ...plain.map((value) => Object.assign(value, { 'a b': [value] })),
        new Map(),
        Object('cd'),
      ];
    };
    const [cache, set, date, pattern, text, number, map, bare] = await worker.run(make);
    same(
      [cache.get(1), cache.limit, cache.inner, Object.keys(map), Object.keys(bare)],
      [2, 5, new Set([1]), [], ['0', '1']],
    );
    for (const value of [set, date, pattern, text, number]) ok(value['a b'][0] === value);
    const told = await worker.run(
      (/** @type {any} */ { proxy }, /** @type {string} */ source) =>
        proxy.told(
          new Function(`return (${source})()`)().map((/** @type {any} */ value) => Object.assign(value, { 'a b': 1 })),
        ),
      String(make),
    );
    same(told[0], ['Map', { limit: 5, inner: new Set([1]), 'a b': 1 }]);
    same(told[4], ['String', { 0: 'a', 1: 'b', 'a b': 1 }]);
    await rejects(
      worker.run(() =>
        Object.defineProperty(new Map(), 'broken', {
          enumerable: true,
          get: () => Reflect.get(/** @type {any} */ (1), 'x'),
        }),
      ),
      'Unserialisable',
      /^cannot send result\.broken: reading it threw TypeError/,
    );
  },
  async 'a Map or a Set that a getter changes while it is sent arrives as it was'() {
    const [map, set] = await start().run(() => {
      const [map, set] = [new Map(), new Set()];
      /** @param {() => void} change */
      const changing = (change) => Object.defineProperty({}, 'x', { enumerable: true, get: change });
      map
        .set(
          1,
          changing(() => map.delete(2)),
        )
        .set(2, 2);
      set.add(changing(() => set.add(3))).add(2);
      return [map, set];
    });
    same([[...map.keys()], set.size], [[1, 2], 2]);
  },
  async "the page's views of shared memory stay there"() {
    if (!crossOriginIsolated) return;
    const worker = start();
    const found = await worker.run((/** @type {any} */ { window }) => {
      const [view, inner] = window.eval(
        '[new Uint8Array(new SharedArrayBuffer(8)), new DataView(new SharedArrayBuffer(4))]',
      );
      view[3] = 7;
      return [view.length, view[3], inner.byteLength];
    });
    same(found, [8, 7, 4]);
    worker.proxy.give = () => new Uint8Array(new SharedArrayBuffer(8));
    const length = await worker.run((/** @type {any} */ { proxy }) => proxy.give().length);
    same(length, 8);
  },
  async "what a program adds to a DOMException, and a SuppressedError's parts, arrive"() {
    const { run } = start();
    const throws = () => {
      throw Object.assign(new DOMException('no', 'AbortError'), { extra: { a: 1 }, port: new MessageChannel().port1 });
    };
    const error = await run(throws).catch((/** @type {any} */ error) => error);
    same(
      [error instanceof DOMException, error.name, error.extra, 'port' in error],
      [true, 'AbortError', { a: 1 }, true],
    );
    if (!('SuppressedError' in globalThis)) return;
    const parts = await run(
      () => new /** @type {any} */ (globalThis).SuppressedError(1, new TypeError('two'), 'three'),
    );
    same([parts.name, parts.error, parts.suppressed.message, parts.message], ['SuppressedError', 1, 'two', 'three']);
  },
  async '`toJSON` that gives its own object'() {
    const given = await start().run(() => {
      /** @type {any} */
      const own = { a: 1, toJSON: () => own };
      return [own];
    });
    same(given[0].a, 1);
  },
  async 'cargo: shared memory'() {
    const worker = start();
    worker.proxy.kind = (/** @type {any} */ value) => Object.prototype.toString.call(value);
    const found = await worker.run((/** @type {any} */ { proxy }) => proxy.kind(new SharedArrayBuffer(4)));
    same(found, '[object SharedArrayBuffer]');
  },
  async 'a refusal that has arrived is the reason of another one'() {
    const worker = start();
    const arrived = await rejects(worker.run(lockedStream), 'Unserialisable');
    worker.proxy.give = () => ({
      get inner() {
        throw arrived;
      },
    });
    await rejects(
      worker.run((/** @type {any} */ { proxy }) => proxy.give()),
      'Unserialisable',
      /cannot send result\.inner: reading it threw Unserialisable: /,
    );
  },
  async 'cargo that cannot travel leaves the link as it was'() {
    const worker = start();
    await rejects(worker.run(lockedStream), 'Unserialisable', /has a ReadableStream: .*`transfer\(value\)`/);
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
  async 'a value has any number of buffers'() {
    const worker = start();
    const count = globalThis.crossOriginIsolated ? 150_000 : 700;
    const buffers = Array.from({ length: count }, (_, index) => new Uint8Array(512).fill(index));
    const found = await worker.run((/** @type {any} */ _, /** @type {Uint8Array[]} */ buffers) => {
      buffers.forEach((buffer, index) => {
        if (buffer.length !== 512 || buffer[511] !== (index & 255)) throw new Error(`buffer ${index} is another`);
        buffer[0] = buffer[0] + 1;
      });
      return buffers;
    }, buffers);
    same(found.length, count);
    found.forEach((/** @type {Uint8Array} */ buffer, /** @type {number} */ index) => {
      if (buffer[0] !== ((index + 1) & 255) || buffer[511] !== (index & 255)) same(index, 'another');
    });
  },
  async 'buffers of a batch are as many as one likes'() {
    const worker = start();
    const count = globalThis.crossOriginIsolated ? 150_000 : 700;
    let sum = 0;
    worker.proxy.note = (/** @type {Uint8Array[]} */ buffers) => void (sum += buffers.length + buffers[0].length);
    await worker.run((/** @type {any} */ { batch, proxy }, /** @type {number} */ count) => {
      const buffers = Array.from({ length: count }, () => new Uint8Array(512));
      batch(() => [proxy.note(buffers), proxy.note([new Uint8Array(600)])]);
    }, count);
    same(sum, count + 512 + 1 + 600);
  },
  async 'a buffer whose length has more than 32 bits is an error that names the limit'() {
    const worker = start();
    let buffer;
    try {
      buffer = new ArrayBuffer(2 ** 32);
    } catch {
      return;
    }
    await rejects(
      worker.run(() => 0, { held: [buffer] }),
      'Unserialisable',
      /held\[0\].*4294967296.*4294967295/,
    );
    same(await worker.run(() => 'still there'), 'still there');
  },
};
