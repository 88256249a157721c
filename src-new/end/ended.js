// @ts-check
// Replaces the wasm's half of a link that has ended: that half can be freed while programs still hold the end.

/** Carries nothing; whoever calls and blocks is told why. @param {Error} error @returns {any} */
export const carrierOfEnded = (error) =>
  new Proxy({}, { get: (_, name) => () => (name === 'call' ? -1 : name === 'takeError' ? error : undefined) });

/** A rejected promise that need not be handled. @param {unknown} error @returns {Promise<any>} */
export function rejected(error) {
  const promise = Promise.reject(error);
  promise.catch(() => {});
  return promise;
}
