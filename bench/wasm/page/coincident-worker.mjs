// @ts-check
// The same operations over coincident.
import coincident from './node_modules/coincident/dist/worker.js';

const { proxy } = await coincident();
const quiet = new Int32Array(new SharedArrayBuffer(4));

proxy.hot = (/** @type {number} */ ms) => {
  const start = performance.now();
  let calls = 0;
  while (performance.now() - start < ms) {
    for (let round = 0; round < 50; round++) {
      if (proxy.echo(calls) !== calls) throw new Error('wrong answer');
      calls++;
    }
  }
  return (calls / (performance.now() - start)) * 1000;
};

proxy.cold = (/** @type {number[]} */ pauses) =>
  pauses.map((pause) => {
    Atomics.wait(quiet, 0, 0, pause);
    const start = performance.now();
    proxy.echo(1);
    return performance.now() - start;
  });
