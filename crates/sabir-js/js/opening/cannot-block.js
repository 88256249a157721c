// @ts-check
// The message of `CannotBlock`: the page writes it, for a worker that cannot block cannot load it when it needs it.

/** @param {Record<string, string>} passedOver why each transport that blocks is not in use */
export function whyCannotBlock(passedOver) {
  const reasons = Object.entries(passedOver).map(([name, why]) => `${name}: ${why}`);
  return (
    `what is the page's can be reached by calls that block only, and no transport here can; serve the page with ` +
    `\`Cross-Origin-Opener-Policy: same-origin\` and \`Cross-Origin-Embedder-Policy: require-corp\`, or host sabir's ` +
    `\`sw.js\` and name it: \`new Worker(url, { serviceWorker: '/sw.js' })\` (${reasons.join('; ')})`
  );
}
