// @ts-check
// An error of a class of the program's own arrives with its fields and its cause.
import { ok, same } from '../suite.mjs';

export const source = 'https://github.com/GoogleChromeLabs/comlink/issues/594';

class HttpError extends Error {
  status = 404;
}

/** @param {any} worker */
export function page(worker) {
  worker.proxy.fails = () => {
    throw new HttpError('no such page', { cause: new RangeError('of the network') });
  };
}

/** @param {any} library */
export function run({ proxy }) {
  try {
    proxy.fails();
  } catch (/** @type {any} */ error) {
    ok(error instanceof Error);
    return same([error.message, error.status, error.cause?.message], ['no such page', 404, 'of the network']);
  }
  throw new Error('it did not fail');
}
