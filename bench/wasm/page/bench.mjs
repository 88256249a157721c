// @ts-check
// The page that the benchmark drives: one object of operations for each contender, and the page's own smoothness.
import init, * as sabir from './pkg/bench.js';
import coincident from './node_modules/coincident/dist/main.js';

/** Pauses between cold calls, in ms: the same for every contender. */
const PAUSES = Float64Array.from({ length: 25 }, (_, index) => 30 + ((index * 7) % 21));

/** As in Sabir's pump. */
const ROUNDS_PER_CLOCK = 8;
const LOOKS_PER_ROUND = 64;
const TIME_SLICE_MS = 4;
const pause = Atomics.pause ?? (() => {});

/**
 * Answers for one slice, as `bare_answer` does in Rust.
 * @param {Int32Array} shared
 */
function answer(shared) {
  const begin = performance.now();
  let seen = Atomics.load(shared, 32);
  while (performance.now() - begin < TIME_SLICE_MS) {
    for (let round = 0; round < ROUNDS_PER_CLOCK; round++) {
      let asked = Atomics.load(shared, 0);
      for (let looks = LOOKS_PER_ROUND; asked === seen && --looks > 0; asked = Atomics.load(shared, 0)) pause();
      if (asked === seen) continue;
      seen = asked;
      Atomics.store(shared, 32, asked);
      if (Atomics.load(shared, 64) !== 0) Atomics.notify(shared, 32);
    }
  }
}

/**
 * The limit: a number there and back, with the spin and the polling that Sabir has.
 * @param {boolean} inRust by Sabir's words; or in JavaScript, which has no wasm boundary to cross
 */
async function bareContender(inRust) {
  const memory = sabir.bare_memory();
  const shared = new Int32Array(memory);
  const worker = new Worker('bare-worker.mjs', { type: 'module' });
  const answered = () =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = reject;
    });
  await answered();
  const channel = new MessageChannel();
  let busy = false;
  const poll = () => {
    if (inRust) sabir.bare_answer(memory);
    else answer(shared);
    if (busy) channel.port2.postMessage(null);
  };
  channel.port1.onmessage = poll;
  return {
    /** @param {number} ms */
    async hot(ms) {
      busy = true;
      poll();
      worker.postMessage({ memory, inRust, ms });
      const perSecond = await answered();
      busy = false;
      return perSecond;
    },
  };
}

function coincidentContender() {
  const { Worker } = coincident();
  const worker = new Worker('coincident-worker.mjs', { type: 'module' });
  worker.proxy.echo = (/** @type {number} */ value) => value;
  return {
    hot: (/** @type {number} */ ms) => worker.proxy.hot(ms),
    cold: () => worker.proxy.cold([...PAUSES]),
  };
}

/** ms to copy the bytes to a shared buffer and back, only by `Uint8Array.set`. @param {number} len */
function copied(len) {
  const from = new Uint8Array(len).fill(7);
  const shared = new Uint8Array(new SharedArrayBuffer(len)).fill(1);
  const start = performance.now();
  shared.set(from);
  from.set(shared);
  return performance.now() - start;
}

/** The longest task in which the page served calls since this was last set to 0, in ms. */
let longestTask = 0;

// The pump yields to messages of a port of its own: every such task is timed. Set before the pump exists.
const { set } = /** @type {any} */ (Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage'));
Object.defineProperty(MessagePort.prototype, 'onmessage', {
  set(listener) {
    set.call(this, (/** @type {MessageEvent} */ event) => {
      const start = performance.now();
      listener(event);
      longestTask = Math.max(longestTask, performance.now() - start);
    });
  },
});

/** The page's smoothness for some ms: frames, the length of our tasks, the delay of clicks. @param {number} ms */
async function felt(ms) {
  const frames = /** @type {number[]} */ ([]);
  const clicks = /** @type {number[]} */ ([]);
  const target = /** @type {HTMLElement} */ (document.querySelector('#click'));
  const end = performance.now() + ms;
  longestTask = 0;
  const onClick = (/** @type {PointerEvent} */ event) => clicks.push(performance.now() - event.timeStamp);
  target.addEventListener('pointerdown', onClick);
  await new Promise((resolve) => {
    const frame = (/** @type {number} */ now) => {
      frames.push(now);
      if (performance.now() < end) requestAnimationFrame(frame);
      else resolve(undefined);
    };
    requestAnimationFrame(frame);
  });
  target.removeEventListener('pointerdown', onClick);
  const gaps = frames
    .slice(1)
    .map((now, index) => now - frames[index])
    .sort((a, b) => a - b);
  return {
    fps: ((frames.length - 1) / (frames[frames.length - 1] - frames[0])) * 1000,
    p99_frame_ms: gaps[Math.floor(gaps.length * 0.99)],
    longest_task_ms: longestTask,
    slowest_click_ms: Math.max(0, ...clicks),
    clicks: clicks.length,
  };
}

/** The page's smoothness, while it is measured. @type {Promise<object> | undefined} */
let feelings;

await init();
await sabir.start();
/** @type {Record<string, Record<string, (argument: any) => any>>} */
const contenders = {
  sabir: { hot: sabir.hot, cold: () => sabir.cold(PAUSES).then((times) => [...times]) },
  coincident: coincidentContender(),
  bare: await bareContender(true),
  'bare JS': await bareContender(false),
};

Object.assign(globalThis, {
  /** Runs an operation of a contender. @param {string} contender @param {string} operation @param {any} argument */
  measure: (contender, operation, argument) => contenders[contender][operation](argument),
  copied,
  /** @param {number} len @param {number} times */
  bulk: (len, times) => sabir.bulk(len, times).then((all) => [...all]),
  /** @param {number} calls */
  many: (calls) => sabir.many(calls).then((all) => [...all]),
  timedOut: () => sabir.timed_out(),
  interrupted: () => sabir.interrupted(new Promise((resolve) => setTimeout(resolve, 100))),
  restarted: () => sabir.restarted(),
  /** Begins to watch the page, idle or flooded with calls; `felt` gives the result. @param {boolean} flooded @param {number} ms */
  feel(flooded, ms) {
    const perSecond = flooded ? sabir.hot(ms) : undefined;
    feelings = felt(ms).then(async (felt) => ({ ...felt, calls_per_second: await perSecond }));
  },
  felt: () => feelings,
});
/** @type {HTMLElement} */ (document.querySelector('#state')).textContent = 'ready';
