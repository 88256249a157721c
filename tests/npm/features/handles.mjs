// @ts-check
// Handles of the page's objects: what is read by them, for how long that is remembered, and when they come back.
import sabir, { BadHandle, Closed } from '/sabir/window/main.js';
import { numbers, ok, pause, same } from '../suite.mjs';
import { collected, objects, scale, settings, start, url } from './start.mjs';

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
    for (let round = 0; round < 12; round++) {
      await worker.run((/** @type {any} */ { window }, /** @type {number} */ count) => {
        const { make } = window;
        for (let index = 0; index < count; index++) make(index);
      }, 10_000 * scale);
      // Collected proxies are told in tasks of their own.
      if (round % 4 === 3) await worker.run(collected);
    }
    for (let tries = 0; tries < 100 && worker.handles.lent > before + 2; tries++) await worker.run(collected);
    const borrowed = await worker.run((/** @type {any} */ { handles }) => handles().borrowed);
    ok(worker.handles.lent <= before + 2, `${worker.handles.lent} are lent, ${before} were`);
    ok(borrowed <= 4, `${borrowed} are borrowed`);
  },
  async 'handles come back in the event loop only, neither in `sleep` nor in blocked calls'() {
    const worker = start();
    worker.proxy.slow = () => pause(50);
    await worker.run((/** @type {any} */ { window }, /** @type {number} */ count) => {
      for (let index = 0; index < count; index++) window.document.createElement('i');
    }, 5000 * scale);
    const [before, blocked] = await worker.run((/** @type {any} */ { sleep, proxy, handles }) => {
      // The event loop, which has run since, gives back as well.
      const before = handles().borrowed;
      for (let round = 0; round < 5; round++) {
        collect();
        if (round % 2 === 0) sleep(50);
        else proxy.slow();
      }
      return [before, handles().borrowed];
    });
    // If an engine lets finalizers run there, docs/javascript.md has to say so: WebKit, whose errors alone have a `line`.
    const isExcepted = 'line' in new Error() && worker.transport === 'service-worker';
    ok(isExcepted || blocked >= before, `${before} were borrowed, ${blocked} are`);
  },
  async 'handles that come back while a call is blocked do it no harm'() {
    const worker = start();
    worker.proxy.slow = async (/** @type {number} */ value) => {
      await pause(20);
      return value;
    };
    for (let round = 0; round < 3; round++) {
      await worker.run((/** @type {any} */ { window }) => {
        for (let index = 0; index < 600; index++) window.document.createElement('i');
      });
      const found = await worker.run((/** @type {any} */ { proxy }) => {
        const found = [];
        for (let index = 0; index < 6; index++) {
          collect();
          found.push(proxy.slow(index));
        }
        return found;
      });
      same(found, numbers(6));
    }
  },
  async 'scope: a loop that never yields gives back what it met'() {
    const worker = start();
    const [most, right] = await worker.run(
      (/** @type {any} */ { window, scope, handles }, /** @type {number} */ count) => {
        let [most, right] = [0, 0];
        for (let index = 0; index < count; index++) {
          right += scope(() => {
            const element = window.document.createElement('i');
            element.title = index;
            return Number(element.title) === index ? 1 : 0;
          });
          most = Math.max(most, handles().borrowed);
        }
        return [most, right];
      },
      objects,
    );
    same([right, most < 10], [objects, true]);
    ok(worker.handles.lent < 400, `${worker.handles.lent} are lent`);
  },
  async 'scope: without one, a loop that never yields holds what it met, until it is over'() {
    const worker = start();
    const within = await worker.run((/** @type {any} */ { window, handles }, /** @type {number} */ count) => {
      for (let index = 0; index < count; index++) window.document.createElement('i');
      return handles().borrowed;
    }, objects);
    ok(within >= objects, `${within} were borrowed`);
    // WebKit, whose errors alone have a `line`, still holds them all after 100 collections.
    if ('line' in new Error()) return;
    for (let tries = 0; tries < 100 && worker.handles.lent > objects / 10; tries++) await worker.run(collected);
    ok(worker.handles.lent <= objects / 10, `${worker.handles.lent} of ${objects} are lent`);
  },
  async 'scope: an outer scope keeps what was met in an inner one; what is thrown stays'() {
    const worker = start();
    const found = await worker.run((/** @type {any} */ { window, scope }) => {
      const named = (/** @type {() => any} */ body) => {
        try {
          return body().localName;
        } catch (/** @type {any} */ error) {
          return error.name;
        }
      };
      const kept = scope((/** @type {any} */ keep) => {
        /** @type {any} */
        let made;
        scope(() => void (made = keep(window.document.createElement('p'))));
        return named(() => made);
      });
      const thrown = named(() => {
        try {
          scope(() => window.eval('throw document.body'));
        } catch (error) {
          return error;
        }
      });
      return [kept, thrown];
    });
    same(found, ['p', 'body']);
  },
  async 'scope: what is returned or kept stays, and nothing else'() {
    const worker = start();
    const found = await worker.run((/** @type {any} */ { window, scope }) => {
      const { document } = window;
      const titleOf = (/** @type {any} */ element) => {
        try {
          return element.title;
        } catch (/** @type {any} */ error) {
          return error.name;
        }
      };
      const make = (/** @type {string} */ title) => Object.assign(document.createElement('i'), { title });
      /** @type {any[]} */
      const outside = [];
      const returned = scope(() => make('returned'));
      const { within } = scope(() => ({ within: make('within') }));
      scope((/** @type {any} */ keep) => void outside.push(make('lost'), keep(make('kept'))));
      const inner = scope(() => {
        const own = make('own');
        const inner = scope(() => make('inner'));
        return [titleOf(own), titleOf(inner), inner];
      });
      return [returned, within, ...outside, inner[2]].map(titleOf).concat(inner.slice(0, 2));
    });
    same(found, ['returned', 'within', 'BadHandle', 'kept', 'inner', 'own', 'inner']);
  },
  async 'scope: what was there before stays, and what is cached'() {
    const worker = start({ reflected_ffi_timeout: 60_000 });
    Object.assign(globalThis, { held: { lasting: { x: 1 } } });
    const found = await worker.run((/** @type {any} */ { window, scope }) => {
      const { body } = window.document;
      const same = scope(() => window.document.body === body);
      scope(() => window.held.lasting.x);
      return [same, body.localName, window.held.lasting.x];
    });
    same(found, [true, 'body', 1]);
  },
  async 'scope: one that throws, or is left open, or is async'() {
    const worker = start();
    const found = await worker.run((/** @type {any} */ { window, scope, handles }) => {
      const { document } = window;
      const before = handles().borrowed;
      const thrown = [];
      for (const body of [
        () => {
          document.createElement('i');
          throw new RangeError('thrown');
        },
        async () => document.createElement('i'),
      ]) {
        try {
          scope(body);
        } catch (/** @type {any} */ error) {
          thrown.push(error.name);
        }
      }
      const open = scope();
      document.createElement('b');
      const within = handles().borrowed;
      open[Symbol.dispose ?? Object.getOwnPropertySymbols(open)[0]]();
      return [thrown, within > before, handles().borrowed - before];
    });
    same(found, [['RangeError', 'TypeError'], true, 0]);
  },
  async "scope: what a callback of the page is given is not the blocked scope's"() {
    const worker = start();
    const found = await worker.run((/** @type {any} */ { window, scope }) => {
      const { document } = window;
      const button = document.createElement('button');
      /** @type {any} */
      let kept;
      button.addEventListener('click', (/** @type {any} */ event) => (kept = event));
      scope(() => button.click());
      return kept.type;
    });
    same(found, 'click');
  },
  async 'a function that the page has forgotten is called before its handle comes back'() {
    const worker = start();
    /** @type {WeakRef<any>} */
    let forgotten;
    worker.proxy.give = (/** @type {any} */ given) => {
      setTimeout(() => void given('called'));
      forgotten = new WeakRef(given);
    };
    worker.proxy.collects = async () => {
      // An engine may keep it for longer: then this shows nothing.
      for (let round = 0; round < 100 && forgotten.deref() !== undefined; round++) await collected();
      await pause(100);
    };
    const heard = await worker.run(async (/** @type {any} */ { proxy }) => {
      const heard = Promise.withResolvers();
      proxy.give(heard.resolve);
      // The call arrives before this worker blocks: it waits for the end of that.
      computeFor(50);
      proxy.collects();
      return heard.promise;
    });
    same(heard, 'called');
  },
  async 'what a scope gives back in a batch is used before'() {
    const worker = start();
    Object.assign(globalThis, { many: Array.from({ length: 600 }, () => ({ seen: false })) });
    await worker.run((/** @type {any} */ { window, batch, scope }) => {
      batch(() => {
        for (let index = 0; index < 600; index++) scope(() => void (window.many[index].seen = true));
      });
    });
    ok(/** @type {any} */ (globalThis).many.every((/** @type {any} */ { seen }) => seen));
  },
  async 'release and scope: wrong uses are errors that say so'() {
    const worker = start();
    const found = await worker.run((/** @type {any} */ { window, release, scope }) => {
      const element = window.document.createElement('i');
      release(element);
      release(element);
      return [
        () => element.title,
        () => (element.title = 'x'),
        () => window.document.body.append(element),
        () => 'title' in element,
        () => release({}),
        () => release(window),
        () => scope(5),
      ].map((use) => {
        try {
          return use();
        } catch (/** @type {any} */ error) {
          return `${error.name} ${/`(release|scope)`/.test(error.message)}`;
        }
      });
    });
    same(found, [...Array(4).fill('BadHandle true'), ...Array(3).fill('TypeError true')]);
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
    const worker = new (sabir(settings).Worker)(url, { reflected_ffi_timeout: 300 });
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
    await pause(320);
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
