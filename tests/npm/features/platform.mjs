// @ts-check
// Objects of the platform's: signals, forms, listeners, and what comes from a frame.
import { ok, pause, rejects, same, until } from '../suite.mjs';
import { shared, start, uncaughtDuring } from './start.mjs';

/** The window of a frame of the same origin. @returns {any} */
function frame() {
  const made = document.createElement('iframe');
  document.body.append(made);
  return made.contentWindow;
}

/** @type {Record<string, () => any>} */
export const platform = {
  async 'platform: a signal stays connected, in both directions'() {
    const worker = start();
    /** @type {AbortSignal[]} */
    const heard = [];
    Object.assign(globalThis, {
      hear: (/** @type {{ signal: AbortSignal }} */ { signal }) => void heard.push(signal),
    });
    await worker.run((/** @type {any} */ { window }) => {
      const controller = new AbortController();
      window.hear({ signal: controller.signal });
      window.hear(controller);
      window.hear({ signal: AbortSignal.abort('at once') });
      window.hear({ signal: controller.signal });
      controller.abort(new RangeError('why'));
      setTimeout(() => Object.assign(globalThis, { controller }));
    });
    await until(() => heard[0].aborted);
    same([heard[0].aborted, heard[0].reason.name, heard[0].reason.message], [true, 'RangeError', 'why']);
    ok(heard[0] === heard[3]);
    same(heard[2].reason, 'at once');
    const controller = new AbortController();
    const waits = worker.run(
      (/** @type {any} */ _, /** @type {AbortSignal} */ signal) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve([signal.reason.name, signal.aborted]))),
      controller.signal,
    );
    await pause(20);
    controller.abort();
    same(await waits, ['AbortError', true]);
  },
  async 'platform: a signal of the worker aborts what waits on the page, and a listener'() {
    const worker = start();
    /** @type {(value?: any) => void} */
    let free = () => {};
    void navigator.locks.request('held', () => new Promise((resolve) => (free = resolve)));
    const found = await worker.run(async (/** @type {any} */ { window }) => {
      const controller = new AbortController();
      const waiting = window.navigator.locks
        .request('held', { signal: controller.signal }, () => 'locked')
        .then(
          (/** @type {any} */ value) => value,
          (/** @type {any} */ error) => error.name,
        );
      controller.abort();
      let count = 0;
      const listening = new AbortController();
      window.document.addEventListener('counted', () => count++, { signal: listening.signal });
      window.document.dispatchEvent(new window.Event('counted'));
      listening.abort();
      window.document.dispatchEvent(new window.Event('counted'));
      await new Promise((resolve) => setTimeout(resolve, 50));
      return [await waiting, count];
    });
    free();
    same(found, ['AbortError', 1]);
  },
  async 'platform: forms, headers, addresses and requests become those of the page'() {
    const worker = start();
    const found = await worker.run(async (/** @type {any} */ { window }) => {
      const form = new FormData();
      form.append('text', 'one');
      form.append('file', new File(['content'], 'a.txt'));
      const contentOf = window.eval("async (form) => form.get('text') + (await form.get('file').text())");
      const request = new Request(location.href, { headers: new Headers({ 'x-a': 'b' }) });
      return [
        await contentOf(form),
        new window.Response(new URLSearchParams('a=b')).headers.get('content-type').split(';')[0],
        (await window.fetch(request)).status,
        (await window.fetch(new URL(location.href))).status,
        window.document.createElement('canvas').getContext('2d').isPointInPath(1, 1),
        await new window.Response(new Blob(['blob'])).text(),
        window.DOMRect.fromRect(new DOMRect(1, 2, 3, 4)).right,
      ];
    });
    same(found, ['onecontent', 'application/x-www-form-urlencoded', 200, 200, false, 'blob', 4]);
    await rejects(
      worker.run((/** @type {any} */ { window }) => window.fetch(new Request('/', { method: 'POST', body: 'x' }))),
      'Unserialisable',
      /args\[0\].*body.*blob\(\)/,
    );
  },
  async 'platform: a response of the worker is one of the page, and its body is read there'() {
    const worker = start();
    Object.assign(globalThis, {
      readBody: async (/** @type {Response} */ response) => [
        response instanceof Response,
        response.status,
        await response.text(),
      ],
    });
    const found = await worker.run(async (/** @type {any} */ { window }) => {
      const read = await window.readBody(new Response('a body', { status: 201 }));
      return [read[0], read[1], read[2]];
    });
    same(found, [true, 201, 'a body']);
    worker.proxy.responds = () => new Response('of the page');
    same(await worker.run(async (/** @type {any} */ { proxy }) => proxy.responds().text()), 'of the page');
  },
  async 'platform: listeners that are objects are heard, as themselves, and removed'() {
    const worker = start();
    const found = await worker.run(async (/** @type {any} */ { window }) => {
      class Listener {
        count = 0;
        /** @type {any} */
        self;
        handleEvent(/** @type {any} */ event) {
          this.count += event.detail;
          this.self = this;
        }
      }
      const listener = new Listener();
      const literal = {
        count: 0,
        handleEvent(/** @type {any} */ event) {
          this.count += event.detail;
        },
      };
      const heard = () => new Promise((resolve) => setTimeout(resolve, 60));
      const dispatch = () => window.document.dispatchEvent(new window.CustomEvent('object', { detail: 2 }));
      for (const each of [listener, literal]) {
        window.document.addEventListener('object', each);
        window.document.addEventListener('object', each);
      }
      dispatch();
      await heard();
      for (const each of [listener, literal]) window.document.removeEventListener('object', each);
      dispatch();
      await heard();
      return [listener.count, listener.self === listener, literal.count];
    });
    same(found, [2, true, 2]);
  },
  async 'platform: an instance of a class of the worker has its methods in a function of the page'() {
    const worker = start();
    const found = await worker.run(async (/** @type {any} */ { window }) => {
      class Source {
        left = 2;
        pull(/** @type {any} */ controller) {
          if (this.left-- > 0) controller.enqueue(`chunk ${this.left}`);
          else controller.close();
        }
      }
      class Inherits extends Source {
        cancelled = '';
        cancel(/** @type {string} */ reason) {
          this.cancelled = reason;
        }
      }
      const reader = new window.ReadableStream(new Source()).getReader();
      const chunks = [(await reader.read()).value, (await reader.read()).value, (await reader.read()).done];
      const source = new Inherits();
      await new window.ReadableStream(source).cancel('enough');
      return [chunks, source.cancelled];
    });
    same(found, [['chunk 1', 'chunk 0', true], 'enough']);
  },
  async 'platform: objects of the page are frozen and sealed, and still read'() {
    const worker = start();
    const found = await worker.run((/** @type {any} */ { window }) => {
      const held = window.eval('globalThis.held = { a: 1, get b() { return this.a; }, c: { d: 2 } }; held');
      const list = window.eval('globalThis.list = [1, 2]; list');
      Object.freeze(held);
      Object.freeze(list);
      const sealed = Object.seal(window.eval('({ x: 1 })'));
      sealed.x = 2;
      const frozen = window.eval('Object.freeze({ a: 1, list: Object.freeze([1]) })');
      const fixed = Object.defineProperty(window.eval('({})'), 'one', { value: { two: 2 } });
      return [
        [held.a, held.b, held.c.d, window.held.a, Object.keys(held), { ...held }.a],
        [list[0], list.length, [...list], Object.isFrozen(list)],
        [sealed.x, Object.isSealed(sealed), Object.isFrozen(sealed)],
        [Object.isFrozen(held), Object.isFrozen(frozen), Object.isFrozen(frozen.list), frozen.a],
        [fixed.one.two, Object.getOwnPropertyDescriptor(fixed, 'one')?.writable],
        Object.isFrozen(window.eval('({ a: 1 })')),
        window.eval('Object.isFrozen(held) && Object.isFrozen(list)'),
        [frozen instanceof window.Error, Object.getPrototypeOf(frozen) === window.Object.prototype],
      ];
    });
    const expected = [
      [1, 1, 2, 1, ['a', 'b', 'c'], 1],
      [1, 2, [1, 2], true],
      [2, true, false],
      [true, true, true, 1],
      [2, false],
      false,
      true,
      [false, true],
    ];
    same(found, expected);
  },
  async "platform: a stream of the worker's source is iterated"() {
    // WebKit's streams are no iterables.
    if (!(Symbol.asyncIterator in ReadableStream.prototype)) return;
    const worker = start();
    const found = await worker.run(async (/** @type {any} */ { window }) => {
      let left = 2;
      const source = {
        pull: (/** @type {any} */ controller) => (left-- > 0 ? controller.enqueue(left) : controller.close()),
      };
      const chunks = [];
      for await (const chunk of new window.ReadableStream(source)) chunks.push(chunk);
      return chunks;
    });
    same(found, [1, 0]);
  },
  async "platform: an executor of the worker's that throws rejects its promise"() {
    const worker = start();
    const reason = await worker.run((/** @type {any} */ { window }) =>
      new window.Promise(() => {
        throw new RangeError('mine');
      }).catch((/** @type {any} */ error) => String(error)),
    );
    same(reason, 'RangeError: mine');
  },
  async 'platform: a promise that a worker waited for when it ended reports nothing'() {
    const worker = start();
    const promises = Promise.withResolvers();
    Object.assign(globalThis, { awaited: promises.promise });
    const found = await uncaughtDuring(async () => {
      await worker.run((/** @type {any} */ { window }) => void window.awaited.then(() => 1));
      worker.terminate();
      promises.resolve(2);
      await pause(3500);
    });
    same(found, []);
  },
  async 'platform: a class that extends one of the page is refused by name'() {
    const worker = start();
    const found = await worker.run((/** @type {any} */ { window }) => {
      /** @type {string[]} */
      const messages = [];
      const failing = [
        () => window.customElements.define('own-element', class OwnElement extends window.HTMLElement {}),
        () => new (class OwnTarget extends window.EventTarget {})(),
      ];
      for (const body of failing) {
        try {
          body();
          messages.push('it did not throw');
        } catch (/** @type {any} */ error) {
          messages.push(error.message);
        }
      }
      return messages;
    });
    ok(/args\[1\].*OwnElement.*window\.import/.test(found[0]), found[0]);
    ok(/OwnTarget.*window\.import/.test(found[1]), found[1]);
  },
  async 'platform: values of a frame arrive as what they are'() {
    const worker = start();
    const { eval: run } = frame();
    const echoed = await worker.run(
      (/** @type {any} */ _, /** @type {any} */ values) => [
        values.date instanceof Date && values.date.getTime(),
        values.map instanceof Map && values.map.get('a'),
        values.set instanceof Set && values.set.size,
        values.pattern instanceof RegExp && values.pattern.source,
        values.error instanceof TypeError && values.error.message,
        values.bytes instanceof Uint8Array && values.bytes[1],
        values.buffer instanceof ArrayBuffer && values.buffer.byteLength,
        Object.getPrototypeOf(values.plain) === Object.prototype && values.plain.a,
        values.url instanceof URL && values.url.hash,
      ],
      run(`({ date: new Date(5), map: new Map([['a', 1]]), set: new Set([1]), pattern: /x/, error: new TypeError('no'),
        bytes: new Uint8Array([1, 2]), buffer: new ArrayBuffer(3), plain: { a: 1 }, url: new URL('https://a.example/#b') })`),
    );
    same(echoed, [5, 1, 1, 'x', 'no', 2, 3, 1, '#b']);
    Object.assign(globalThis, {
      ofFrame: run('new Uint8Array([1, 2, 3]).buffer'),
      rejecting: run('() => Promise.reject(new TypeError("later"))'),
      failing: run('() => { throw new RangeError("of the frame") }'),
    });
    const found = await worker.run(async (/** @type {any} */ { window }) => {
      let error;
      try {
        window.failing();
      } catch (/** @type {any} */ thrown) {
        error = thrown;
      }
      const rejected = await new Promise((resolve) => window.rejecting().catch(resolve));
      return [window.ofFrame instanceof ArrayBuffer, error instanceof RangeError, rejected instanceof TypeError];
    });
    same(found, [true, true, true]);
  },
  async 'platform: an event of a frame is prevented in time, and keeps its target'() {
    if (!shared) return;
    const worker = start();
    const { document: inner, Event: FrameEvent } = frame();
    Object.assign(globalThis, {
      inner,
      dispatchInner: () => inner.dispatchEvent(new FrameEvent('inner', { cancelable: true })),
    });
    const found = await worker.run(async (/** @type {any} */ { window }) => {
      /** @type {any[]} */
      const targets = [];
      window.inner.addEventListener('inner', async (/** @type {any} */ event) => {
        event.preventDefault();
        await new Promise((resolve) => setTimeout(resolve, 10));
        targets.push(event.currentTarget === window.inner);
      });
      const outcomes = Array.from({ length: 10 }, () => window.dispatchInner());
      await new Promise((resolve) => setTimeout(resolve, 50));
      return [outcomes.includes(true), targets.length, targets.every(Boolean)];
    });
    same(found, [false, 10, true]);
  },
  async "platform: a worker's listener leaves an event as others find it"() {
    const worker = start();
    const [outer, inner, other] = ['section', 'p', 'i'].map((name) => document.createElement(name));
    outer.append(inner);
    document.body.append(outer, other);
    Object.assign(globalThis, { inner });
    await worker.run((/** @type {any} */ { window }) => window.inner.addEventListener('probe', () => {}));
    /** @type {any[]} */
    const found = [];
    for (const target of [outer, other]) {
      target.addEventListener('probe', (event) =>
        found.push(event.currentTarget === target, event.composedPath().length),
      );
    }
    const event = new Event('probe', { bubbles: true });
    inner.dispatchEvent(event);
    other.dispatchEvent(event);
    inner.dispatchEvent(Object.freeze(new Event('probe', { bubbles: true })));
    const { length } = [inner, outer, document.body, document.documentElement, document, window];
    same(found, [true, length, true, length - 1, true, length]);
    outer.remove();
    other.remove();
  },
  async "platform: a listener hears of drop and paste events whose data is a script's own"() {
    const found = await start().run(async (/** @type {any} */ { window }) => {
      const { document } = window;
      /** @type {string[]} */
      const heard = [];
      for (const type of ['drop', 'paste', 'copy', 'dragstart']) {
        document.addEventListener(type, (/** @type {any} */ event) => heard.push(event.type));
        const event = new window.Event(type);
        event.dataTransfer = { files: [] };
        document.dispatchEvent(event);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
      return heard;
    });
    same(found, ['drop', 'paste', 'copy', 'dragstart']);
  },
  async 'platform: the data of drop and paste events is there for a late listener'() {
    const worker = start();
    const types = ['drop', 'paste'];
    const heard = worker.run(async (/** @type {any} */ { window }, /** @type {string[]} */ types) => {
      const { document } = window;
      const events = types.map((type) => new Promise((resolve) => document.addEventListener(type, resolve)));
      document.title = 'listening';
      const found = [];
      for (const event of /** @type {any[]} */ (await Promise.all(events))) {
        // Later than any event waits.
        await new Promise((resolve) => setTimeout(resolve, 100));
        const data = event.dataTransfer ?? event.clipboardData;
        const { files, items } = data;
        found.push([data.getData('text'), [...data.types].includes('text/plain'), files.length, await files[0].text()]);
        found.push([
          items.length,
          await new Promise((resolve) => items[0].getAsString(resolve)),
          items[1].getAsFile().name,
        ]);
      }
      return found;
    }, types);
    while (document.title !== 'listening') await pause(5);
    for (const type of types) {
      const data = new DataTransfer();
      data.setData('text/plain', 'a text');
      data.items.add(new File(['content'], 'a.txt'));
      const event =
        type === 'drop'
          ? new DragEvent(type, { dataTransfer: data, bubbles: true })
          : new ClipboardEvent(type, { clipboardData: data, bubbles: true });
      // Firefox does not take it.
      Object.defineProperty(event, type === 'drop' ? 'dataTransfer' : 'clipboardData', { value: data });
      document.body.dispatchEvent(event);
      // As the platform does.
      Reflect.get(DataTransfer.prototype, 'items', data).clear();
    }
    const expected = [
      ['a text', true, 1, 'content'],
      [2, 'a text', 'a.txt'],
    ];
    same(await heard, [...expected, ...expected]);
  },
  async "platform: a script's own data stays its own after the event"() {
    const worker = start();
    await worker.run((/** @type {any} */ { window }) => {
      for (const type of ['dragstart', 'drop']) window.document.addEventListener(type, () => {});
    });
    const data = new DataTransfer();
    for (const type of ['dragstart', 'drop']) {
      const event = new DragEvent(type, { dataTransfer: data, bubbles: true });
      Object.defineProperty(event, 'dataTransfer', { value: data });
      document.body.dispatchEvent(event);
      data.setData('text/plain', type);
      same([data.getData('text'), [...data.types], data.items.length], [type, ['text/plain'], 1]);
    }
  },
  async 'platform: a class of the page may stand in the place of the own one'() {
    const found = await start().run((/** @type {any} */ { window }) => {
      const { Blob, File, ImageData } = globalThis;
      const { Blob: theirs, File: file, ImageData: image } = window;
      try {
        Object.assign(globalThis, { Blob: theirs, File: file, ImageData: image });
        const pixels = window.document.createElement('canvas').getContext('2d').getImageData(0, 0, 2, 2);
        return [pixels.width, pixels.data.length];
      } finally {
        Object.assign(globalThis, { Blob, File, ImageData });
      }
    });
    same(found, [2, 16]);
  },
  async 'platform: what is written to the clipboard too late is an error'() {
    const worker = start();
    const heard = worker.run(async (/** @type {any} */ { window }) => {
      const { document } = window;
      const copied = new Promise((resolve) => document.addEventListener('copy', resolve));
      document.title = 'copies';
      const event = /** @type {any} */ (await copied);
      await new Promise((resolve) => setTimeout(resolve, 100));
      try {
        event.clipboardData.setData('text/plain', 'late');
      } catch (error) {
        return /** @type {Error} */ (error).message;
      }
    });
    while (document.title !== 'copies') await pause(5);
    document.body.dispatchEvent(new ClipboardEvent('copy', { clipboardData: new DataTransfer(), bubbles: true }));
    const { setData } = DataTransfer.prototype;
    // As the platform does.
    DataTransfer.prototype.setData = () => {};
    const said = await heard;
    DataTransfer.prototype.setData = setData;
    ok(/`copy` event is over.*navigator\.clipboard/.test(said), said);
  },
  async 'platform: getters stay fresh after a value that lasts was read'() {
    const worker = start({ reflected_ffi_timeout: 60_000 });
    const found = await worker.run((/** @type {any} */ { window }) => {
      const { document } = window;
      const titles = [];
      void document.createElement;
      for (const title of ['a', 'b']) {
        window.eval(`document.title = ${JSON.stringify(title)}`);
        void window.JSON;
        titles.push(document.title);
      }
      const lists = window.eval('[[1], [1, 2]]');
      return [titles, lists[0].length, lists[1].length];
    });
    same(found, [['a', 'b'], 1, 2]);
  },
  async 'platform: what cannot travel is refused with its path and a remedy'() {
    const { default: sabir } = await import('/sabir/main.js');
    const worker = new (sabir().Worker)(new URL('./plain-worker.mjs', import.meta.url));
    try {
      worker.proxy.takes = () => {};
      await rejects(worker.proxy.gives('new WeakMap()'), 'Unserialisable', /result\.value.*WeakMap.*window/);
      await rejects(worker.proxy.gives('new Intl.NumberFormat()'), 'Unserialisable', /result\.value.*NumberFormat/);
      const nested = worker.proxy.gives({ deep: [document.body] });
      await rejects(nested, 'Unserialisable', /args\[0\]\.deep\[0\].*HTMLBodyElement/);
      // Parsers of queries and cookies give such objects.
      const pairs = 'Object.assign(Object.create(Object.create(null)), { x: 1 })';
      same(await worker.proxy.gives(pairs), { value: { x: 1 } });
      const { value } = await worker.proxy.gives('[1, 2].values()');
      same(await value.next(), { done: false, value: 1 });
    } finally {
      worker.terminate();
    }
  },
};
