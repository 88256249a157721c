// @ts-check
// The limits' worker: it sends a number, spins and then waits for the same number to come back; in JavaScript, or in Rust.
import init, { bare_ask } from './pkg/bench.js';

await init();
const pause = Atomics.pause ?? (() => {});

/** @param {Int32Array} shared @param {number} ms */
function ask(shared, ms) {
  const start = performance.now();
  let calls = 0;
  let value = Atomics.load(shared, 0);
  while (performance.now() - start < ms) {
    for (let round = 0; round < 50; round++) {
      const before = value;
      value = (value + 8) | 0;
      Atomics.store(shared, 0, value);
      let looks = 3000;
      while (Atomics.load(shared, 32) === before && --looks > 0) pause();
      while (Atomics.load(shared, 32) === before) {
        Atomics.store(shared, 64, 1);
        Atomics.wait(shared, 32, before);
        Atomics.store(shared, 64, 0);
      }
      calls++;
    }
  }
  return (calls / (performance.now() - start)) * 1000;
}

addEventListener('message', ({ data: { memory, inRust, ms } }) => {
  postMessage(inRust ? bare_ask(memory, ms) : ask(new Int32Array(memory), ms));
});
postMessage('ready');
