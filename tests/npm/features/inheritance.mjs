// @ts-check
// Objects that inherit from objects of the other end: an assignment gives them a property of their own.
import { same } from '../suite.mjs';
import { startPipelined } from './pipelines.mjs';
import { shared, start } from './start.mjs';

/** Assigns to objects that inherit from the page's. @param {any} library */
const assign = ({ window }) => {
  const { getPrototypeOf, setPrototypeOf } = Object;
  const held = window.eval('globalThis.held = { a: 1, list: [] }');
  const made = Object.create(getPrototypeOf(held));
  made.polluted = 1;
  const derived = Object.create(held);
  derived.a = 2;
  derived.a = 3;
  derived.list.push(4);
  const receiver = {};
  Reflect.set(held, 'z', 5, receiver);
  const superior = {
    set() {
      super.a = 6;
    },
  };
  setPrototypeOf(superior, held).set();
  class Target {
    constructor() {
      /** @type {any} */ (this).x = 7;
    }
  }
  setPrototypeOf(Target.prototype, window.EventTarget.prototype);
  const target = new Target();
  return [
    [Object.entries(made), Object.entries(derived), Object.entries(receiver), Object.hasOwn(superior, 'a')],
    [Object.keys(target), 'x' in window.EventTarget.prototype],
    window.eval('[({}).polluted, JSON.stringify(held)]').slice(),
  ];
};

const ASSIGNED = [
  [[['polluted', 1]], [['a', 3]], [['z', 5]], true],
  [['x'], false],
  [undefined, '{"a":1,"list":[4]}'],
];

/** @type {Record<string, () => any>} */
export const inheritance = {
  async "inheritance: an object that inherits from the page's has properties of its own"() {
    same(await start().run(assign), ASSIGNED);
    if (shared) same(await startPipelined().run(assign), ASSIGNED);
  },
  async "inheritance: the page's setters hear of it, and what it fixes stays"() {
    const found = await start().run((/** @type {any} */ { window }) => {
      const held = window.eval(`
        ({ get only() { return 1 }, get pair() { return this.set }, set pair(value) { globalThis.told = [value, this.mine] } })
      `);
      window.Object.defineProperty(held, 'fixed', { value: 1 });
      const derived = Object.create(held);
      derived.mine = 'mine';
      derived.pair = 2;
      const refused = ['only', 'fixed'].map((key) => Reflect.set(derived, key, 3));
      // A proxy around one forwards what it is told.
      const around = new Proxy(window.eval('globalThis.inside = { a: 1 }'), {});
      around.a = 2;
      around.b = 3;
      return [[...window.told], refused, Object.keys(derived), window.eval('JSON.stringify(inside)')];
    });
    same(found, [[2, 'mine'], [false, false], ['mine'], '{"a":2,"b":3}']);
  },
  async "inheritance: an object of the page's that inherits from a worker's"() {
    const worker = start();
    /** @type {any} */
    let given;
    Object.assign(globalThis, { give: (/** @type {any} */ value) => void (given = value) });
    await worker.run((/** @type {any} */ { window }) => {
      const held = new Map();
      Object.assign(globalThis, { held });
      window.give(() => held);
    });
    const derived = Object.create(given);
    derived.own = 1;
    same([Object.keys(derived), derived.own], [['own'], 1]);
  },
};
