// @ts-check
// The transports that Rust's packages load, and only where memory is not shared.

/** The worker's half of a transport: `exchanger` of `exchangers.js`. @param {string} transport @param {any} offer @param {(packet: Uint8Array) => void} post */
export async function exchanger(transport, offer, post) {
  const exchangers = await import('./exchangers.js');
  return exchangers.exchanger(transport, offer, post);
}

/** Why the page has no shared memory. */
export const whyNotShared = async () => (await import('./reasons.js')).whyNotShared();

/** Why a worker's script is not there. @param {string} url */
export const whyNotLoaded = async (url) => (await import('./reasons.js')).whyNotLoaded(url);

/** The page's transports for one link. @param {import('./transports.js').TransportOptions} options @param {import('./transports.js').PageCallbacks} callbacks */
export async function transports(options, callbacks) {
  const { Transports } = await import('./transports.js');
  return new Transports(options, callbacks);
}
