// @ts-check
// A link in words, for people: pages load this when somebody wants to read it.

/** How many calls are named. */
const NAMED = 8;

/** Both ends of a link. @param {import('./end.js').LinkEnd} end @returns {Promise<string>} */
export async function dump(end) {
  const { lent, borrowed } = end.handles;
  const waiting = pendingOf(end);
  const own = `this end: ${lent} objects lent, ${borrowed} borrowed; without an answer: ${waiting}\n`;
  if (end.ended !== undefined) return `${own}${end.ended.message}\n`;
  const [token, others] = end.pending.begin('dump');
  const ring = end.carrier.dump(token);
  return `${own}${ring}the other end: ${await others.catch(String)}`;
}

/** The calls that wait for answers. @param {import('./end.js').LinkEnd} end */
function pendingOf({ pending }) {
  const now = performance.now();
  const calls = Array.from(pending.values(), ({ name, since }) => `\`${name}\` for ${Math.round(now - since)} ms`);
  const more = calls.length > NAMED ? [`${calls.length - NAMED} more`] : [];
  return [...calls.slice(0, NAMED), ...more].join(', ') || 'nothing';
}
