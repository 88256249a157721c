// @ts-check
// The page that the benchmark of the npm package drives.
import coincident from '../node_modules/coincident/dist/window/main.js';
import { wrap } from '../node_modules/comlink/dist/esm/comlink.mjs';
import { expose } from '../node_modules/synclink/dist/esm/synclink.mjs';
import init, { elements, walk as walkInRust } from '../pkg/bench.js';
import sabir from '/sabir/dist/window/main.js';
import { ANSWERED, ASKED, ASLEEP, PARKED } from './bare-words.mjs';
import { contender, objects } from './operations.mjs';
import { timeRows } from './rows.mjs';
import '../node_modules/sync-message/dist/index.js';

const { makeAtomicsChannel, writeMessage } = /** @type {any} */ (globalThis).syncMessage;

/** Pauses between cold calls, in ms: the same for every contender. */
const PAUSES = Array.from({ length: 25 }, (_, index) => 30 + ((index * 7) % 21));

const echo = (/** @type {any} */ value) => value;
Object.assign(globalThis, { held: { value: 1 } });

/** A worker of `sabir` or `coincident`. @param {any} Worker @param {string} name */
const starts = (Worker, name) => () => {
  const worker = new Worker(new URL(`./${name}.mjs`, import.meta.url), { name });
  worker.proxy.echo = echo;
  const { proxy } = worker;
  return {
    add: (/** @type {number} */ value) => proxy.add(value),
    pend: () => proxy.pend(),
    settle: () => proxy.settle(),
  };
};

/** @param {string} name */
const plainWorker = (name) => new Worker(new URL(`./${name}.mjs`, import.meta.url), { type: 'module', name });

/** Answers `limit.mjs` by nothing but what wakes it. @param {Int32Array} words */
function answer(words) {
  const asked = Atomics.load(words, 0);
  if (Atomics.exchange(words, 1, asked) !== asked) Atomics.notify(words, 1);
  const { async: sleeps, value } = /** @type {any} */ (Atomics).waitAsync(words, 0, asked);
  if (sleeps) value.then(() => answer(words));
  else answer(words);
}

/** How long the page looks for the next call of `bare.mjs` before it sleeps, and works before it yields, in ms. */
const [POLL_MS, SLICE_MS] = [0.2, 4];

/** Answers `bare.mjs`. @param {Int32Array} words */
function answerBare(words) {
  const { port1, port2 } = new MessageChannel();
  let served = 0;
  port1.onmessage = () => {
    Atomics.store(words, PARKED, 0);
    const began = performance.now();
    for (let worked = began; ; ) {
      const before = served;
      for (let looks = 0; looks < 64; looks++) {
        const asked = Atomics.load(words, ASKED);
        if (asked === served) continue;
        served = asked;
        Atomics.store(words, ANSWERED, asked);
        if (Atomics.load(words, ASLEEP) === 1) Atomics.notify(words, ANSWERED);
      }
      const now = performance.now();
      if (served !== before) worked = now;
      if (now - began > SLICE_MS) return port2.postMessage(0);
      if (now - worked > POLL_MS) break;
    }
    Atomics.store(words, PARKED, 1);
    const { async: sleeps, value } = /** @type {any} */ (Atomics).waitAsync(words, ASKED, served);
    if (sleeps) value.then(port1.onmessage);
    else port2.postMessage(0);
  };
  port2.postMessage(0);
}

await init();
const contenders = {
  sabir: await contender('sabir', starts(sabir().Worker, 'sabir')),
  pipelined: await contender('pipelined', starts(sabir().Worker, 'pipelined')),
  coincident: await contender('coincident', starts(coincident().Worker, 'coincident')),
  synclink: await contender('synclink', () => expose({ echo, value: 1 }, plainWorker('synclink'))),
  'sync-message': await contender('sync-message', () => {
    const worker = plainWorker('sync-message');
    const channel = makeAtomicsChannel({ bufferSize: 1 << 20 });
    worker.onmessage = ({ data }) => {
      if (data === 'ready') worker.postMessage(channel);
      else writeMessage(channel, data.value, data.id);
    };
  }),
  limit: await contender('limit', () => {
    const words = new Int32Array(new SharedArrayBuffer(8));
    plainWorker('limit').postMessage(words);
    answer(words);
  }),
  bare: await contender('bare', () => {
    const words = new Int32Array(new SharedArrayBuffer(256));
    plainWorker('bare').postMessage(words);
    answerBare(words);
  }),
  comlink: await contender('comlink', () => {
    const worker = wrap(plainWorker('comlink'));
    return { add: (/** @type {number} */ value) => worker.add(value) };
  }),
};

/** Awaited calls a second, one at a time. @param {(value: number) => Promise<number>} add @param {number} ms */
async function awaited(add, ms) {
  const start = performance.now();
  let calls = 0;
  while (performance.now() - start < ms) {
    for (let round = 0; round < 20; round++) {
      if ((await add(calls)) !== calls + 1) throw new Error('wrong answer');
      calls++;
    }
  }
  return (calls / (performance.now() - start)) * 1000;
}

/**
 * us a call, where `count` calls are pending before the first is answered.
 * @param {{ pend: () => Promise<number>, settle: () => Promise<void> }} contender @param {number} count
 */
async function pending({ pend, settle }, count) {
  const start = performance.now();
  const calls = Array.from({ length: count }, pend);
  await settle();
  const found = await Promise.all(calls);
  if (found.some((value, index) => value !== index)) throw new Error('wrong answer');
  return ((performance.now() - start) * 1000) / count;
}

/** As `walk` in Rust. @param {any} value @returns {number} */
function walk(value) {
  if (typeof value === 'number') return value;
  let sum = 0;
  if (typeof value === 'string') {
    for (let index = 0; index < value.length; index++) sum += value.charCodeAt(index);
    return sum;
  }
  if (typeof value !== 'object') return 1;
  for (const key of Object.keys(value)) sum += walk(value[key]);
  return sum;
}

/** ms to visit every property of 1000 objects, in JavaScript or in Rust. @param {boolean} inRust */
function visits(inRust) {
  const visit = inRust ? walkInRust : walk;
  if (Math.abs(walk(objects) - walkInRust(objects)) > 1) throw new Error('wrong sum');
  const times = Array.from({ length: 30 }, () => {
    const start = performance.now();
    visit(objects);
    return performance.now() - start;
  });
  return times;
}

const SabirWorker = sabir().Worker;

/** ms from the construction of workers to the last one's first message. @param {string} kind `sabir` or `empty` @param {number} count */
async function startup(kind, count) {
  const url = new URL(`./startup-${kind}.mjs`, import.meta.url);
  const start = performance.now();
  const make = () => (kind === 'sabir' ? new SabirWorker(url) : new Worker(url, { type: 'module' }));
  const workers = Array.from({ length: count }, make);
  await Promise.all(
    workers.map((worker) => new Promise((resolve) => worker.addEventListener('message', resolve, { once: true }))),
  );
  const took = performance.now() - start;
  for (const worker of workers) worker.terminate();
  return took;
}

/** A worker of `sabir` or `coincident` beside the one that all rows share. @param {string} name @param {string} own its own name */
async function another(name, own) {
  const Class = name === 'sabir' ? SabirWorker : coincident().Worker;
  /** @type {any} */
  let worker;
  const { ask } = await contender(own, () => {
    worker = new Class(new URL(`./${name}.mjs`, import.meta.url), { name: own });
    worker.proxy.echo = echo;
  });
  return { ask, terminate: () => worker.terminate() };
}

let started = 0;

/** ms a call of a worker's first calls. @param {string} name @param {string} kind @param {number} calls */
async function firstBurst(name, kind, calls) {
  const worker = await another(name, `${name}-first-${++started}`);
  const [time] = await worker.ask('bursts', kind, calls, 1, 0);
  worker.terminate();
  return time;
}

/** Calls a second of each of `count` workers at once. @param {string} name @param {number} count @param {number} ms */
async function atOnce(name, count, ms) {
  const workers = [];
  for (let index = 0; index < count; index++) workers.push(await another(name, `${name}-${index}`));
  const rates = await Promise.all(workers.map((worker) => worker.ask('hot', 'int', ms)));
  for (const worker of workers) worker.terminate();
  return rates;
}

Object.assign(globalThis, {
  /** @param {string} name @param {any[]} call */
  ask: (name, ...call) => /** @type {any} */ (contenders)[name].ask(...call),
  /** @param {string} name */
  cold: (name) => /** @type {any} */ (contenders)[name].ask('cold', PAUSES),
  /** Elements a second. @param {string} name @param {number} ms */
  async elements(name, ms) {
    const making = name === 'in Rust' ? elements(ms) : /** @type {any} */ (contenders)[name].ask('hot', 'element', ms);
    const rate = await making;
    /** @type {HTMLElement} */ (document.querySelector('#holder')).replaceChildren();
    return rate;
  },
  /** ms of tables of 1000 rows: until a realm goes on (0), or until all is done (1). @param {string} name @param {number} times @param {0 | 1} which */
  async rows(name, times, which) {
    const making =
      name === 'page' ? timeRows(document, times) : /** @type {any} */ (contenders)[name].ask('rows', times);
    return (await making).map((/** @type {number[]} */ each) => each[which]);
  },
  startup,
  firstBurst,
  visits,
  atOnce,
  /** @param {string} name @param {number} ms */
  awaited: (name, ms) => awaited(/** @type {any} */ (contenders)[name].add, ms),
  /** @param {string} name @param {number} count */
  pending: (name, count) => pending(/** @type {any} */ (contenders)[name], count),
});
/** @type {HTMLElement} */ (document.querySelector('#state')).textContent = 'ready';
