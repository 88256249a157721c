// @ts-check
// Both ends of a link in words, for whoever looks for what hangs.

/** @param {import('./end.js').LinkEnd} end */
export async function dumpOf(end) {
  const { lent, borrowed } = end.handles;
  const waiting = end.pending.describe();
  const own = `this end: ${lent} objects lent, ${borrowed} borrowed; without an answer: ${waiting}\n`;
  if (end.ended !== undefined) return `${own}${end.ended.message}\n`;
  const [token, others] = end.pending.begin('dump');
  const ring = end.carrier.dump(token);
  return `${own}${ring}the other end: ${await others.catch(String)}`;
}
