// @ts-check
// Each call has its own answer, or an error that says why: however many there are, however late, and however large.

/**
 * @param {object} helpers of the page
 * @param {(options?: any) => any} helpers.start
 * @param {(condition: unknown, what?: unknown) => void} helpers.ok
 * @param {(found: any, expected: any) => void} helpers.same
 * @param {(promise: Promise<any>, name: string, message?: RegExp) => Promise<any>} helpers.rejects
 * @param {(ms: number) => Promise<any>} helpers.pause
 * @returns {Record<string, () => any>}
 */
export const answers = ({ start, ok, same, rejects, pause }) => ({
  async 'a late answer is given to no other call, however many came between'() {
    const worker = start();
    let [keep, held] = /** @type {((value: string) => void)[]} */ ([]);
    worker.proxy.late = () => new Promise((resolve) => (keep = resolve));
    worker.proxy.quick = async (/** @type {number} */ index) => index;
    worker.proxy.hold = () => new Promise((resolve) => (held = resolve));
    const answered = worker.run((/** @type {any} */ { proxy, timeout }) => {
      try {
        timeout(5).late();
      } catch (/** @type {any} */ error) {
        if (error.name !== 'TimedOut') throw error;
      }
      for (let index = 0; index < 2047; index++) {
        const found = proxy.quick(index);
        if (found !== index) throw new Error(`quick(${index}) gave ${found}`);
      }
      return proxy.hold();
    });
    while (held === undefined) await pause(5);
    keep('WRONG');
    await pause(30);
    held('right');
    same(await answered, 'right');
  },
  async 'a call that times out while it waits for space is TimedOut'() {
    const worker = start();
    const busy = worker.run(() => {
      const end = Date.now() + 600;
      while (Date.now() < end);
    });
    await pause(50);
    const send = () =>
      worker.timeout(100).run(
        String(() => 0),
        new Uint8Array(2 << 20),
      );
    await Promise.all([send(), send(), send()].map((call) => rejects(call, 'TimedOut', /`run`.*100 ms/)));
    await busy;
    same(await worker.run(() => 'still there'), 'still there');
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
  async 'pending calls are answered in whatever order they are settled'() {
    const worker = start();
    const count = globalThis.crossOriginIsolated ? 5000 : 200;
    await worker.run((/** @type {any} */ { proxy }) => {
      /** @type {((value: number) => void)[]} */
      const settle = [];
      proxy.wait = () => new Promise((resolve) => settle.push(resolve));
      proxy.settle = (/** @type {number} */ step) => {
        for (let index = 0; index < settle.length; index++) {
          const place = (index * step) % settle.length;
          settle[place](place);
        }
      };
    });
    const calls = Array.from({ length: count }, () => worker.proxy.wait());
    // It has no factor in common with their number.
    await worker.proxy.settle(1237);
    ok((await Promise.all(calls)).every((value, index) => value === index));
  },
  async 'memory of what was read: a getter is asked each time'() {
    const worker = start({ reflected_ffi_timeout: 60_000 });
    let title = 'a';
    Object.assign(globalThis, {
      remembered: {
        lasting: 1,
        get title() {
          return title;
        },
      },
    });
    worker.proxy.change = () => void (title = 'b');
    const found = await worker.run((/** @type {any} */ { window, proxy, batch }) => {
      const { remembered } = window;
      const found = [remembered.lasting, remembered.title];
      proxy.change();
      return [...found, remembered.title, batch(() => remembered.title), remembered.lasting];
    });
    same(found, [1, 'a', 'b', 'b', 1]);
  },
  async 'memory of what was read: a nested read does not make a getter last'() {
    const worker = start({ reflected_ffi_timeout: 60_000 });
    let count = 0;
    Object.assign(globalThis, {
      remembered: {
        lasting: 1,
        get nested() {
          // The worker, which is blocked in this, reads what lasts.
          button.click();
          return ++count;
        },
      },
    });
    const button = document.createElement('button');
    Object.assign(globalThis, { button });
    const found = await worker.run((/** @type {any} */ { window }) => {
      const { remembered, button } = window;
      const seen = /** @type {any[]} */ ([]);
      button.addEventListener('click', () => seen.push(remembered.lasting));
      return [remembered.nested, remembered.nested];
    });
    same(found, [1, 2]);
  },
  async 'memory of what was read ends by the clock, in a loop that lets no timer run'() {
    const worker = start({ reflected_ffi_timeout: 50 });
    const remembered = { value: 1 };
    Object.assign(globalThis, { remembered });
    worker.proxy.change = () => void (remembered.value = 2);
    const found = await worker.run((/** @type {any} */ { window, proxy }) => {
      const { remembered } = window;
      const first = remembered.value;
      proxy.change();
      const end = performance.now() + 10_000;
      while (remembered.value === first && performance.now() < end);
      return [first, remembered.value];
    });
    same(found, [1, 2]);
  },
  async 'memory of what was read: each way of writing ends it'() {
    const worker = start({ reflected_ffi_timeout: 60_000 });
    Object.assign(globalThis, { remembered: { value: 0 } });
    const found = await worker.run((/** @type {any} */ { window, ffi, batch }) => {
      const { remembered } = window;
      const found = [remembered.value];
      remembered.value = 1;
      found.push(remembered.value);
      ffi.assign(remembered, { value: 2 });
      found.push(remembered.value);
      Object.defineProperty(remembered, 'value', { value: 3, writable: true, configurable: true });
      found.push(remembered.value);
      batch(() => {
        remembered.value = 4;
      });
      found.push(remembered.value);
      delete remembered.value;
      found.push(remembered.value);
      Object.setPrototypeOf(remembered, { value: 5 });
      found.push(remembered.value);
      return found.map((value) => value ?? 'none');
    });
    same(found, [0, 1, 2, 3, 4, 'none', 5]);
  },
});
