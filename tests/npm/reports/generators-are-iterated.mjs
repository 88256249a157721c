// @ts-check
// A function of the other realm may be a generator: its caller iterates what it gives, to the end and no further.
import { same } from '../suite.mjs';

export const source = 'https://github.com/GoogleChromeLabs/comlink/issues/435';

/** @param {any} worker */
export function page(worker) {
  worker.proxy.counts = function* () {
    yield* [1, 2, 3];
  };
  worker.proxy.countsLater = async function* () {
    yield* [4, 5];
  };
}

/** @param {any} library */
export async function run({ proxy }) {
  const found = [...proxy.counts()];
  for await (const value of proxy.countsLater()) found.push(value);
  same(found, [1, 2, 3, 4, 5]);
}
