// @ts-check
// The transports that Rust's packages load, and only where memory is not shared.

/** Where the worker's halves are: `exchanger` there takes what the page offers. */
export const exchangers = new URL('./exchangers.js', import.meta.url).href;

/** Why the page has no shared memory. */
export const whyNotShared = async () => (await import('./reasons.js')).whyNotShared();

/** Why a worker's script is not there. @param {string} url */
export const whyNotLoaded = async (url) => (await import('./reasons.js')).whyNotLoaded(url);

/** The page's transports for one link. @param {import('./transports.js').TransportOptions} options @param {import('./transports.js').PageCallbacks} callbacks */
export async function transports(options, callbacks) {
  const { Transports } = await import('./transports.js');
  return new Transports(options, callbacks);
}
