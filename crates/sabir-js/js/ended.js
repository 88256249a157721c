// @ts-check
// What stands in for the wasm's half of a link that has ended: so that one can be freed, whoever still holds the realm.

/** Carries nothing; whoever calls and blocks is told why. @param {Error} error @returns {any} */
export const carrierOfEnded = (error) =>
  new Proxy({}, { get: (_, name) => () => (name === 'call' ? -1 : name === 'takeError' ? error : undefined) });
