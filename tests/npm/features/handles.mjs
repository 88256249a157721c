// @ts-check
// Handles of the page's objects: what is read by them, for how long that is remembered, and when they come back.
import sabir, { BadHandle, Closed } from '/sabir/window/main.js';
import { ok, pause, same } from '../suite.mjs';
import { collected, scale, settings, start, url } from './start.mjs';

/** @type {Record<string, () => any>} */
export const handles = {
  async 'what a getter gives is as it was asked for, though it was asked more meanwhile'() {
    const worker = start();
    const button = document.createElement('button');
    Object.assign(globalThis, {
      held: {
        button,
        inner: { deep: 1 },
        get clicked() {
          // The worker is served while its listener runs.
          button.click();
          return this.inner;
        },
      },
    });
    worker.proxy.note = () => 'noted';
    const noted = await worker.run((/** @type {any} */ { window, proxy }) => {
      const { held } = window;
      let noted;
      held.button.addEventListener('click', () => (noted = proxy.note()));
      held.clicked.deep = 2;
      return noted;
    });
    same([noted, /** @type {any} */ (globalThis).held.inner.deep], ['noted', 2]);
  },
  async 'handles come back when their proxies are collected'() {
    const worker = start();
    Object.assign(globalThis, { make: (/** @type {number} */ index) => ({ index }) });
    await worker.run(() => 0);
    const before = worker.handles.lent;
    for (let round = 0; round < 30; round++) {
      await worker.run((/** @type {any} */ { window }, /** @type {number} */ count) => {
        const { make } = window;
        for (let index = 0; index < count; index++) make(index);
      }, 10_000 * scale);
      // Collected proxies are told in tasks of their own.
      if (round % 10 === 9) await worker.run(collected);
    }
    for (let tries = 0; tries < 100 && worker.handles.lent > before + 2; tries++) await worker.run(collected);
    const borrowed = await worker.run((/** @type {any} */ { handles }) => handles().borrowed);
    ok(worker.handles.lent <= before + 2, `${worker.handles.lent} are lent, ${before} were`);
    ok(borrowed <= 4, `${borrowed} are borrowed`);
  },
  async 'a handle that was made up reaches nothing'() {
    const worker = start();
    const error = await worker.run((/** @type {any} */ { window }) => {
      const stale = window.document;
      return [stale.title !== undefined];
    });
    same(error, [true]);
    ok(new BadHandle('x') instanceof Error && new Closed('x') instanceof Error);
  },
  async 'memory of what was read lasts as long as was asked'() {
    Object.assign(globalThis, { remembered: { value: 1 } });
    const worker = new (sabir(settings).Worker)(url, { reflected_ffi_timeout: 60 });
    worker.proxy.change = () => {
      /** @type {any} */ (globalThis).remembered.value = 2;
    };
    const [first, second] = await worker.proxy.run(
      String((/** @type {any} */ { window, proxy }) => {
        const { remembered } = window;
        const first = remembered.value;
        proxy.change();
        return [first, remembered.value];
      }),
    );
    await pause(80);
    const later = await worker.proxy.run(String((/** @type {any} */ { window }) => window.remembered.value));
    worker.terminate();
    same([first, second, later], [1, 1, 2]);
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
};
