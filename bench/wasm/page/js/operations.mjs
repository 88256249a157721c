// @ts-check
// The operations of every contender, and their timing; each worker brings its own implementation.
import { timeRows } from './rows.mjs';

/**
 * A contender's blocking operations; those that it does not have are missing.
 * @typedef {object} Operations
 * @property {(value: any) => any} [echo] calls a function of the page with a value, for the same value
 * @property {() => any} [get] reads a property of an object of the page's
 * @property {(value: any) => void} [set] writes it
 * @property {(text: string) => void} [text] sets an element's `textContent`
 * @property {(compare: (one: number, other: number) => number) => number[]} [sort] has the page sort 1000 numbers; gives them
 * @property {(times: number) => Promise<number[][]>} [rows] makes tables of 1000 rows; gives the ms until it goes on, and until each is done
 * @property {(text: string) => void} [element] makes an element, sets its text, and appends it
 */

const small = { id: 7, name: 'sabir', tags: ['fast', 'small'], at: { x: 1.5, y: -2 }, ok: true };
export const objects = Array.from({ length: 1000 }, (_, id) => ({
  id,
  name: `name ${id}`,
  ok: id % 2 === 0,
  ratio: id / 3,
}));
const floats = new Float32Array(500_000).map((_, index) => index);

/** One call of each kind: `[operation, argument]`. @type {Record<string, [keyof Operations, (index: number) => any]>} */
const KINDS = {
  int: ['echo', (index) => index],
  get: ['get', () => undefined],
  set: ['set', (index) => index],
  text: ['text', (index) => `text ${index}`],
  element: ['element', (index) => `text ${index}`],
  object: ['echo', () => small],
  floats: ['echo', () => floats],
  objects: ['echo', () => objects],
};

const same = (/** @type {any} */ one, /** @type {any} */ other) =>
  ArrayBuffer.isView(one) ? one.byteLength === other.byteLength : JSON.stringify(one) === JSON.stringify(other);

/** The worker's functions for the page's orders. @param {Operations} operations @param {string[]} without */
const measures = (operations, without) => ({
  /** Which kinds this contender has, each tried once. */
  kinds() {
    return Object.keys(KINDS).filter((kind) => {
      const [name, argument] = KINDS[kind];
      if (operations[name] === undefined || without.includes(kind)) return false;
      try {
        const [sent, received] = [argument(1), /** @type {any} */ (operations)[name](argument(1))];
        if (name === 'echo' && !same(sent, received)) throw new Error('wrong answer');
        return true;
      } catch (error) {
        console.warn(`${kind} fails: ${String(error).slice(0, 200)}`);
        return false;
      }
    });
  },
  /** Calls a second, as many as fit in `ms`; the clock is read once in several calls. @param {string} kind @param {number} ms */
  hot(kind, ms, between = 20) {
    const [name, argument] = KINDS[kind];
    const operation = /** @type {any} */ (operations)[name];
    const start = performance.now();
    let calls = 0;
    while (performance.now() - start < ms) for (let round = 0; round < between; round++) operation(argument(calls++));
    return (calls / (performance.now() - start)) * 1000;
  },
  /** Comparisons a second that this worker makes for a sort of the page's, in sorts for `ms`. @param {number} ms */
  sorts(ms) {
    const start = performance.now();
    let comparisons = 0;
    while (performance.now() - start < ms) {
      const sorted = operations.sort?.((one, other) => (comparisons++, one - other));
      if (sorted?.some((value, index) => value !== index)) throw new Error('not sorted');
    }
    return (comparisons / (performance.now() - start)) * 1000;
  },
  /** @param {number} times */
  rows: (times) => operations.rows?.(times),
  /** ms of each of several calls. @param {string} kind @param {number} times */
  each(kind, times) {
    const [name, argument] = KINDS[kind];
    const operation = /** @type {any} */ (operations)[name];
    return Array.from({ length: times }, (_, index) => {
      const start = performance.now();
      operation(argument(index));
      return performance.now() - start;
    });
  },
  /** ms of each of several echoes of `len` bytes. @param {number} len @param {number} times */
  bytes(len, times) {
    const bytes = new Uint8Array(len).fill(7);
    return Array.from({ length: times }, () => {
      const start = performance.now();
      operations.echo?.(bytes);
      return performance.now() - start;
    });
  },
  /**
   * ms a call of several bursts, each after a pause in which the worker's event loop is free, as a program's is.
   * @param {string} kind @param {number} calls in a burst @param {number} times @param {number} pause in ms
   */
  async bursts(kind, calls, times, pause) {
    const [name, argument] = KINDS[kind];
    const operation = /** @type {any} */ (operations)[name];
    const each = [];
    while (each.length < times) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      const start = performance.now();
      for (let index = 0; index < calls; index++) operation(argument(index));
      each.push((performance.now() - start) / calls);
    }
    return each;
  },
  /** ms of calls that come after pauses. @param {number[]} pauses in ms */
  cold(pauses) {
    const quiet = new Int32Array(new SharedArrayBuffer(4));
    return pauses.map((pause) => {
      Atomics.wait(quiet, 0, 0, pause);
      const start = performance.now();
      operations.echo?.(1);
      return performance.now() - start;
    });
  },
});

/**
 * Serves the page over a channel that no library uses.
 * @param {Operations} operations @param {string[]} [without] kinds that the library cannot do, or never ends
 */
export function serve(operations, without = []) {
  const channel = new BroadcastChannel(self.name);
  const all = /** @type {any} */ (measures(operations, without));
  channel.onmessage = async ({ data: [name, ...args] }) => {
    let answer;
    try {
      answer = { value: await all[name](...args) };
    } catch (error) {
      answer = { error: String(error) };
    }
    channel.postMessage(answer);
  };
  channel.postMessage({ value: 'ready' });
}

/**
 * Serves the page with what a library has that reaches its `window`.
 * @param {{ proxy: any, window: any }} library @param {string[]} [without]
 */
export function serveWindow({ proxy, window }, without = []) {
  const { held, document } = window;
  const holder = document.querySelector('#holder');
  const element = document.querySelector('#text');
  proxy.add = (/** @type {number} */ value) => value + 1;
  /** @type {((value: number) => void)[]} */
  let pending = [];
  proxy.pend = () => new Promise((resolve) => pending.push(resolve));
  proxy.settle = () => {
    const settled = pending;
    pending = [];
    settled.forEach((resolve, index) => resolve(index));
  };
  const unsorted = Array.from({ length: 1000 }, (_, index) => (index * 7919) % 1000);
  const operations = {
    sort: (/** @type {(one: number, other: number) => number} */ compare) => [
      ...window.Array.from(unsorted).sort(compare),
    ],
    echo: proxy.echo,
    rows: (/** @type {number} */ times) => timeRows(document, times),
    get: () => held.value,
    set: (/** @type {any} */ value) => (held.value = value),
    text: (/** @type {string} */ text) => (element.textContent = text),
    element(/** @type {string} */ text) {
      const made = document.createElement('p');
      made.textContent = text;
      holder.appendChild(made);
    },
  };
  serve(operations, without);
}

/** The page's end: a contender's worker, as functions that give promises. @param {string} name @param {() => any} start starts the worker */
export async function contender(name, start) {
  const channel = new BroadcastChannel(name);
  const next = () =>
    new Promise((resolve, reject) => {
      channel.onmessage = ({ data }) =>
        data.error === undefined ? resolve(data.value) : reject(new Error(`${name}: ${data.error}`));
    });
  const ready = next();
  const own = await start();
  await ready;
  return {
    ...own,
    /** @param {any[]} call */
    ask(...call) {
      const answer = next();
      channel.postMessage(call);
      return answer;
    },
  };
}
