// @ts-check
// Expandos: objects of a worker's that it assigns to nodes of the page's stay its own.
import { ok, same, throws } from '../suite.mjs';
import { collected, shared, start, startWith } from './start.mjs';

/** Both kinds of workers: without a pipeline, and with one where there is any. */
const options = [{ expandos: true }, ...(shared ? [{ expandos: true, pipeline: true }] : [])];

/** Keeps state on objects of the page's, as libraries do. @param {any} library */
const keepState = async ({ window }) => {
  const { document } = window;
  class State {
    /** @param {number} count */
    constructor(count) {
      this.count = count;
    }
  }
  const key = Symbol('state');
  const [state, list, vnode] = [new State(1), [1], /** @type {any} */ ({ type: 'b' })];
  const element = document.createElement('b');
  Object.assign(element, { __state: state, __list: list, __vnode: vnode });
  element[key] = vnode;
  vnode.element = element;
  document.body.append(element);
  window.__app = state;
  state.count++;
  list.push(2);
  const found = document.body.lastChild;
  const heard = await new Promise((resolve) => {
    element.addEventListener('asks', (/** @type {any} */ event) => resolve(event.currentTarget.__state === state));
    element.dispatchEvent(new window.Event('asks'));
  });
  const kept = [
    found.__state === state && found.__state.count,
    found.__list === list && found.__list.length,
    found.__vnode.element === element,
    found[key] === vnode,
    window.__app === state,
    heard,
    '__state' in found,
    Object.keys(found).join(),
  ];
  found.__state = new State(7);
  delete found.__list;
  kept.push(element.__state.count, '__list' in element);
  element.remove();
  return kept;
};

/** @type {Record<string, () => any>} */
export const expandos = {
  async "expandos: a worker's state on the page's nodes is the same object"() {
    const kept = [2, 2, true, true, true, true, true, '__state,__list,__vnode', 7, false];
    for (const own of options) same(await startWith(own).run(keepState), kept);
  },
  async "expandos: a member of a worker's object is a promise on the page, and no number or text by mistake"() {
    const element = Object.assign(document.createElement('b'), { id: 'held' });
    document.body.append(element);
    await startWith({ expandos: true }).run((/** @type {any} */ { window }) => {
      Object.assign(window.document.getElementById('held'), { list: [1, 2], state: { count: 1, name: 'x' } });
    });
    element.remove();
    const { list, state } = /** @type {any} */ (element);
    const wrong = {
      concat: () => [].concat(list),
      stringify: () => JSON.stringify(list),
      apply: () => Math.max.apply(undefined, list),
      from: () => Array.from(list),
      loop: () => 0 < list.length,
      sum: () => state.count + 1,
      text: () => `${state.name}`,
      equal: () => state.name == 'x',
    };
    for (const body of Object.values(wrong))
      throws(body, 'NotNow', /^`(length|count|name|for ... of)` on an object that lives in a worker/);
    same([await list.length, await list[1], await state.count], [2, 2, 1]);
    const [length] = await Promise.all([list.length, Promise.reject(new Error('x')).catch(() => 0)]);
    same(length, 2);
  },
  async 'expandos: an object of any class stays the same, within a batch and a scope too'() {
    for (const own of options) {
      const changed = await startWith(own).run((/** @type {any} */ { window, batch, scope }) => {
        const objects = [
          ...[new Map(), new Set(), new WeakMap(), new Date(), /x/, new Error('x'), Promise.resolve(), [1].values()],
          ...[new Uint8Array(1), new ArrayBuffer(1), new URL('http://a'), new Blob(), new ReadableStream()],
          ...[new EventTarget(), new Proxy({}, {}), Object.create(null), Object.freeze({}), Object(1), [1, {}]],
        ];
        const node = window.document.createElement('b');
        return objects.filter((object, index) => {
          node[`a${index}`] = object;
          batch(() => void (node[`b${index}`] = object));
          scope(() => void (node[`c${index}`] = object));
          return ['a', 'b', 'c'].some((key) => node[key + index] !== object);
        }).length;
      });
      same(changed, 0);
    }
  },
  async 'expandos: an object that a property is defined by stays the same'() {
    for (const own of options) {
      const kept = await startWith(own).run((/** @type {any} */ { window }) => {
        const targets = [window, window.document, window.document.createElement('b'), new window.Event('x')];
        // For good: of each worker's own.
        const fixedKey = `fixed${Math.random()}`;
        return targets.map((target, index) => {
          const state = { count: 1 };
          const property = { value: state, configurable: true, writable: true };
          Object.defineProperty(target, 'defined', property);
          Object.defineProperty(target, fixedKey, { value: state });
          const found = Reflect.getOwnPropertyDescriptor(target, 'defined');
          const same = target.defined === state && target[fixedKey] === state && found?.value === state;
          const fixed = Reflect.getOwnPropertyDescriptor(target, fixedKey)?.writable;
          state.count++;
          return [same, target.defined.count, found?.enumerable, fixed, delete target.defined, index];
        });
      });
      same(
        kept,
        [0, 1, 2, 3].map((index) => [true, 2, false, false, true, index]),
      );
    }
    const copied = await startWith(options[0]).run((/** @type {any} */ { window }) => {
      const held = window.eval('globalThis.held = {}');
      Object.defineProperty(held, 'copied', { value: { a: 1 } });
      return window.eval('held.copied.a');
    });
    same(copied, 1);
  },
  async "expandos: attributes, and the page's own objects, take copies"() {
    for (const own of options) {
      const found = await startWith(own).run((/** @type {any} */ { window, ffi }) => {
        const { document } = window;
        const before = document.adoptedStyleSheets.length;
        document.adoptedStyleSheets = [new window.CSSStyleSheet()];
        const adopted = document.adoptedStyleSheets.length - before;
        document.adoptedStyleSheets = [];
        const held = window.eval('globalThis.held = {}');
        held.copied = { a: 1 };
        const element = document.createElement('b');
        element.direct = ffi.direct({ b: 2 });
        window.asked = element;
        return [adopted, window.eval('[held.copied.a, asked.direct.b].join()')];
      });
      same(found, [1, '1,2']);
    }
  },
  async 'expandos: without the option a node has a copy, and a policy is asked'() {
    const copied = await start().run((/** @type {any} */ { window }) => {
      const [element, state] = [window.document.createElement('b'), { count: 1 }];
      element.__state = state;
      state.count++;
      return [element.__state === state, element.__state.count];
    });
    same(copied, [false, 1]);
    const policy = { allow: ['document.**'], readOnly: true };
    const refused = await startWith(options[0], { policy }).run((/** @type {any} */ { window }) => {
      try {
        window.document.body.__state = {};
      } catch (/** @type {any} */ error) {
        return error.name;
      }
    });
    same(refused, 'Refused');
  },
  async 'expandos: an object on a node may be its listener as well'() {
    for (const own of [{}, ...options]) {
      const heard = await startWith(own).run(async (/** @type {any} */ { window }) => {
        class Hears extends EventTarget {
          count = 0;
          fields = { nested: [1] };
          handleEvent() {
            this.count++;
          }
        }
        const [hears, node] = [new Hears(), window.document.createElement('b')];
        node.hears = hears;
        window.eval('globalThis.held = {}').hears = hears;
        for (const type of ['a', 'b']) node.addEventListener(type, hears);
        node.removeEventListener('b', hears);
        for (const type of ['a', 'b', 'a']) node.dispatchEvent(new window.Event(type));
        await new Promise((resolve) => setTimeout(resolve, 100));
        return [hears.count, node.hears === hears, window.held.hears === hears];
      });
      same(heard, [2, true, true]);
    }
  },
  async 'expandos: the page gives an object back that its node has no more'() {
    const worker = startWith(options[0]);
    await worker.run((/** @type {any} */ { window, handles }) => {
      Object.assign(globalThis, { node: window.document.createElement('b'), handles });
    });
    const lent = () => worker.run(`() => handles().lent`);
    const before = await lent();
    await worker.run(`() => { for (let left = 100; left > 0; left--) node.state = { left } }`);
    for (let round = 0; round < 200 && (await lent()) > before + 50; round++) await collected();
    ok((await lent()) <= before + 50);
    same(await worker.run('() => node.state.left'), 1);
  },
};
