// @ts-check
// The page that the benchmark drives: one object of operations for each contender, and what the page itself feels.
import init, * as sabir from './pkg/bench.js';
import coincident from './node_modules/coincident/dist/main.js';

/** Pauses between cold calls, in ms: the same for every contender. */
const PAUSES = Float64Array.from({ length: 25 }, (_, index) => 30 + ((index * 7) % 21));

/** A contender that runs in a worker of ours, which answers `[operation, argument]` with a value. */
function messageContender(url) {
  const worker = new Worker(url, { type: 'module' });
  return (message) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = reject;
      worker.postMessage(message);
    });
}

/** As in Sabir's pump. */
const ROUNDS_PER_CLOCK = 8;
const LOOKS_PER_ROUND = 64;
const pause = Atomics.pause ?? (() => {});

/** The limit: one shared Int32Array, no frames; the page polls and reads the clock as often as Sabir's pump does. */
function bareContender() {
  const shared = new Int32Array(new SharedArrayBuffer(256));
  const ask = messageContender('bare-worker.mjs');
  const channel = new MessageChannel();
  let busy = false;
  let answered = 0;
  const poll = () => {
    const begin = performance.now();
    for (;;) {
      for (let round = 0; round < ROUNDS_PER_CLOCK; round++) {
        let value = Atomics.load(shared, 0);
        for (let looks = LOOKS_PER_ROUND; value === answered && --looks > 0; value = Atomics.load(shared, 0)) pause();
        if (value !== answered) {
          answered = value;
          Atomics.store(shared, 32, value);
          if (Atomics.load(shared, 48) === 1) {
            Atomics.store(shared, 48, 0);
            Atomics.notify(shared, 32);
          }
        }
      }
      if (performance.now() - begin > 4) break;
    }
    if (busy) channel.port2.postMessage(null);
  };
  channel.port1.onmessage = poll;
  return {
    async hot(ms) {
      busy = true;
      poll();
      const perSecond = await ask({ shared, ms });
      busy = false;
      return perSecond;
    },
  };
}

function coincidentContender() {
  const { Worker } = coincident();
  const worker = new Worker('coincident-worker.mjs', { type: 'module' });
  worker.proxy.echo = (value) => value;
  return {
    hot: (ms) => worker.proxy.hot(ms),
    cold: () => worker.proxy.cold([...PAUSES]),
  };
}

/** ms to copy so many bytes to a shared buffer and back, by nothing but `Uint8Array.set`. */
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
const { set } = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage');
Object.defineProperty(MessagePort.prototype, 'onmessage', {
  set(listener) {
    set.call(this, (event) => {
      const start = performance.now();
      listener(event);
      longestTask = Math.max(longestTask, performance.now() - start);
    });
  },
});

/** What the page feels for some ms: frames, how long our tasks take, and how late clicks are handled. */
async function felt(ms) {
  const frames = [];
  const clicks = [];
  const end = performance.now() + ms;
  longestTask = 0;
  const onClick = (event) => clicks.push(performance.now() - event.timeStamp);
  document.querySelector('#click').addEventListener('pointerdown', onClick);
  await new Promise((resolve) => {
    const frame = (now) => {
      frames.push(now);
      if (performance.now() < end) requestAnimationFrame(frame);
      else resolve(undefined);
    };
    requestAnimationFrame(frame);
  });
  document.querySelector('#click').removeEventListener('pointerdown', onClick);
  const gaps = frames.slice(1).map((now, index) => now - frames[index]).sort((a, b) => a - b);
  return {
    fps: (frames.length - 1) / (frames.at(-1) - frames[0]) * 1000,
    p99_frame_ms: gaps[Math.floor(gaps.length * 0.99)],
    longest_task_ms: longestTask,
    slowest_click_ms: Math.max(0, ...clicks),
    clicks: clicks.length,
  };
}

/** What the page feels, being measured. */
let feelings;

await init();
await sabir.start();
const contenders = {
  sabir: { hot: sabir.hot, cold: () => sabir.cold(PAUSES).then((times) => [...times]) },
  coincident: coincidentContender(),
  bare: bareContender(),
};

Object.assign(globalThis, {
  /** Runs an operation of a contender. */
  measure: (contender, operation, argument) => contenders[contender][operation](argument),
  copied,
  bulk: (len, times) => sabir.bulk(len, times).then((all) => [...all]),
  many: (calls) => sabir.many(calls).then((all) => [...all]),
  timedOut: () => sabir.timed_out(),
  interrupted: () => sabir.interrupted(new Promise((resolve) => setTimeout(resolve, 100))),
  restarted: () => sabir.restarted(),
  /** Begins to watch the page, idle or flooded with calls; `felt` tells what came of it. */
  feel(flooded, ms) {
    const perSecond = flooded ? sabir.hot(ms) : undefined;
    feelings = felt(ms).then(async (felt) => ({ ...felt, calls_per_second: await perSecond }));
  },
  felt: () => feelings,
});
document.querySelector('#state').textContent = 'ready';
