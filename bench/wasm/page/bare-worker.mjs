// @ts-check
// The limit's worker: it writes a number, spins and then waits for the same number to come back.
addEventListener('message', ({ data: { shared, ms } }) => {
  const start = performance.now();
  let calls = 0;
  let value = Atomics.load(shared, 0);
  while (performance.now() - start < ms) {
    for (let round = 0; round < 50; round++) {
      value = (value + 1) | 0;
      Atomics.store(shared, 0, value);
      let spins = 3000;
      while (Atomics.load(shared, 32) !== value && spins-- > 0) Atomics.pause?.();
      while (Atomics.load(shared, 32) !== value) {
        Atomics.store(shared, 48, 1);
        const seen = Atomics.load(shared, 32);
        if (seen !== value) Atomics.wait(shared, 32, seen);
      }
      calls++;
    }
  }
  postMessage((calls / (performance.now() - start)) * 1000);
});
