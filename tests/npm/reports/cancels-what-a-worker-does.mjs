// @ts-check
// An AbortSignal among the arguments follows the one of the other realm.
import { ok, pause, same } from '../suite.mjs';

export const source = 'https://github.com/GoogleChromeLabs/comlink/issues/615';

/** @param {any} worker */
export async function page(worker) {
  const controller = new AbortController();
  const stopped = worker.proxy.work({ signal: controller.signal });
  await pause(50);
  controller.abort('enough');
  same(await stopped, 'enough');
}

/** @param {any} library */
export async function run({ proxy }) {
  const worked = new Promise((resolve) => {
    proxy.work = async (/** @type {{ signal: AbortSignal }} */ { signal }) => {
      ok(signal instanceof AbortSignal);
      // The page may have aborted before this worker was there.
      if (!signal.aborted) await new Promise((heard) => signal.addEventListener('abort', heard));
      resolve(undefined);
      return signal.reason;
    };
  });
  await worked;
}
