// @ts-check
// Pipelines: a worker that walks copies of a template does not wait, and finds what it would find on the page.
import { rejects, same } from '../suite.mjs';
import { scale, shared } from './start.mjs';
import { startPipelined } from './pipelines.mjs';

/**
 * Runs steps, copies and changes that `seed` chooses; tells of each result which of the nodes before it is, and at last what they are.
 * @param {any} realm @param {number} seed @param {number} count
 */
const wander = ({ window }, seed, count) => {
  const { document } = window;
  /** @param {number} limit */
  const below = (limit) => (seed = (seed * 48271) % 0x7fffffff) % limit;
  /** @template T @param {T[]} list */
  const one = (list) => list[below(list.length)];
  const texts = [
    '<p>a<b>b</b>c</p>',
    '<!--x--><p><i>a</i> <b>b</b></p><!--y-->',
    'a<template><u>u<s></s></u></template><p>b</p>',
    '<table><tr><td> </td><td><a>a</a></td></tr></table>',
  ];
  const template = document.createElement('template');
  template.innerHTML = texts[0];
  /** @type {any[]} */
  let nodes = [template, template.content];
  /** @type {string[]} */
  const told = [];
  /** @param {any} result */
  const tell = (result) => {
    if (result === null || typeof result !== 'object') return void told.push(String(result));
    if (!nodes.includes(result)) nodes.push(result);
    told.push(`#${nodes.indexOf(result)}`);
  };
  const steps = ['first', 'last'].flatMap((end) => [`${end}Child`, `${end}ElementChild`]);
  for (const way of ['next', 'previous']) steps.push(`${way}Sibling`, `${way}ElementSibling`);
  const changes = [
    // Others have no children: what throws would come with a later step.
    (/** @type {any} */ node) => node.nodeType === 1 && node.appendChild(document.createElement('hr')),
    (/** @type {any} */ node) =>
      node.nodeType === 1 && node.insertBefore(document.createTextNode('new'), node.firstChild),
    (/** @type {any} */ node) => node.remove?.(),
    (/** @type {any} */ node) => (node.textContent = 'text'),
    (/** @type {any} */ node) => (node.innerHTML = one(texts)),
    (/** @type {any} */ node) => document.createElement('div').append(node),
    () => (template.innerHTML = one(texts)),
  ];
  const looks = [
    (/** @type {any} */ node) => node.parentNode,
    (/** @type {any} */ node) => node.childNodes[0] ?? null,
    (/** @type {any} */ node) => node.children?.[0] ?? null,
    (/** @type {any} */ node) => node.querySelector?.('*') ?? null,
    (/** @type {any} */ node) => node.isConnected,
    (/** @type {any} */ node) => (node.content === undefined ? null : node.content),
  ];
  for (let round = 0; round < count; round++) {
    const node = one(nodes);
    const dice = below(100);
    try {
      if (dice < 65) tell(node[one(steps)] ?? null);
      else if (dice < 75) tell(template.content.cloneNode(true));
      else if (dice < 82) tell(node.cloneNode(below(5) > 0));
      else if (dice < 88) node.className = 'c';
      else if (dice < 94) tell(one(looks)(node));
      else one(changes)(node);
    } catch (error) {
      told.push(/** @type {Error} */ (error).name);
    }
    if (nodes.length > 40) {
      for (const kept of nodes) told.push(`${kept.nodeName} ${kept.outerHTML ?? kept.textContent}`);
      nodes = [template, template.content];
    }
  }
  return told;
};

/** @type {Record<string, () => any>} */
export const copies = {
  async 'pipeline: walks through copies of a template do not wait'() {
    if (!shared) return;
    const [waits, html] = await startPipelined().run((/** @type {any} */ { window, trace }) => {
      const { document } = window;
      const template = document.createElement('template');
      template.innerHTML = '<tr><td> </td><td><a> </a></td></tr>';
      const body = document.createElement('tbody');
      const make = (/** @type {string} */ text) => {
        const row = template.content.cloneNode(true).firstElementChild;
        const first = row.firstChild;
        const link = first.nextSibling.firstElementChild;
        first.firstChild.nodeValue = text;
        link.className = text;
        link.firstChild.data = text;
        body.appendChild(row);
      };
      make('learned');
      trace.start();
      for (let index = 0; index < 50; index++) make(`${index}`);
      return [trace.stop().length, body.innerHTML];
    });
    same(waits, 0);
    const rows = [...html.matchAll(/<tr><td>(\w+)<\/td><td><a class="(\w+)">(\w+)<\/a><\/td><\/tr>/g)];
    same([rows.length, rows.every(([, ...texts]) => new Set(texts).size === 1)], [51, true]);
  },
  async 'pipeline: walks through copies find what they find on the page'() {
    const worker = startPipelined();
    const count = Math.round(3000 * scale);
    for (let seed = 1; seed < 20; seed++) {
      const [found, expected] = [await worker.run(wander, seed, count), wander({ window }, seed, count)];
      const at = expected.findIndex((told, index) => told !== found[index]);
      same([seed, at, found[at]], [seed, -1, undefined]);
    }
  },
  async 'pipeline: a template that the page changes is an error of the next copy'() {
    if (!shared) return;
    const worker = startPipelined();
    const walk = (/** @type {any} */ { window }) => {
      const make = () => Object.assign(window.document.createElement('template'), { innerHTML: '<i>a</i>' });
      const template = /** @type {any} */ (Reflect.get(globalThis, 'made') ?? make());
      Reflect.set(globalThis, 'made', template);
      const inner = template.content.cloneNode(true).firstChild.firstChild;
      inner.data = 'b';
      return inner.data;
    };
    const inherited = /** @type {PropertyDescriptor} */ (
      Object.getOwnPropertyDescriptor(Element.prototype, 'innerHTML')
    );
    /** @type {any} */
    let template;
    /** @this {any} @param {any} html */
    const set = function (html) {
      template = this;
      inherited.set?.call(this, html);
    };
    Object.defineProperty(Element.prototype, 'innerHTML', { ...inherited, set });
    for (let round = 0; round < 3; round++) same(await worker.run(walk), 'b');
    Object.defineProperty(Element.prototype, 'innerHTML', inherited);
    template.innerHTML = '<i><b></b></i>';
    const message = /^`firstChild` of a copy is another kind of node than in the copy before/;
    await rejects(worker.run(walk), 'SabirError', message);
  },
};
