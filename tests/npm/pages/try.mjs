// @ts-check
// The trial of every page: a worker asks the page, and reads its title.

/** @param {any} library @param {string | URL} url @param {any} [options] @returns {Promise<any>} */
export function tryWorker({ Worker }, url, options) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(url, options);
    worker.proxy.ask = (/** @type {string} */ question) => `${question} sabir`;
    worker.addEventListener('message', (/** @type {MessageEvent} */ { data }) => resolve(data));
    worker.addEventListener('error', (/** @type {ErrorEvent} */ { message }) =>
      reject(new Error(message ?? 'the worker cannot be loaded')),
    );
    setTimeout(() => reject(new Error('no answer within 10 s')), 10_000);
  });
}

/** @param {() => Promise<any>} body */
export async function outcome(body) {
  let outcome;
  try {
    outcome = await body();
  } catch (/** @type {any} */ error) {
    outcome = `${error?.name}: ${error?.message}`;
  }
  Object.assign(globalThis, { outcome });
  document.documentElement.dataset.done = 'yes';
}
