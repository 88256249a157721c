// @ts-check
// The table of docs/javascript.md: what arrives for each type.

/** The outcomes of a type: by columns, those of each role. @typedef {Record<string, string>[]} Row */
/** The rows of types, by groups. @typedef {Record<string, Record<string, Row>>} Outcomes */

/** @type {Record<string, string>} */
const WORDS = { json: '`toJSON()`', '-': '' };

/** @param {string} outcome */
const word = (outcome) => WORDS[outcome] ?? outcome;

/** The outcome of most roles, and the others. @param {Record<string, string>} roles */
function cell(roles) {
  const outcomes = Object.values(roles);
  const count = (/** @type {string} */ outcome) => outcomes.filter((other) => other === outcome).length;
  const [most] = [...new Set(outcomes)].sort((one, other) => count(other) - count(one));
  /** @type {Record<string, string[]>} */
  const others = {};
  for (const [role, outcome] of Object.entries(roles)) if (outcome !== most) (others[outcome] ??= []).push(role);
  return [word(most), ...Object.entries(others).map(([outcome, list]) => `${list.join(', ')}: ${word(outcome)}`)].join(
    '; ',
  );
}

/** The outcomes of the peer, if it has others. @param {Record<string, string>} ours @param {Record<string, string> | undefined} theirs */
function peers(ours, theirs = {}) {
  const found = [...new Set(Object.keys(ours).map((role) => theirs[role]))].filter((outcome) => outcome !== undefined);
  const differs = Object.keys(ours).some((role) => theirs[role] !== undefined && theirs[role] !== ours[role]);
  return differs ? ` *(${found.map(word).join(', ')})*` : '';
}

/** @param {Outcomes} ours @param {Outcomes} theirs of coincident */
export function table(ours, theirs) {
  const lines = [
    '| type | `proxy`, to the page | `window`, to the page | `proxy`, to the worker | `window`, to the worker |',
    '|---|---|---|---|---|',
  ];
  for (const [group, members] of Object.entries(ours)) {
    /** @type {Map<string, string[]>} */
    const rows = new Map();
    for (const [type, row] of Object.entries(members)) {
      const peer = theirs[group]?.[type] ?? [];
      const cells = row.map((roles, column) => cell(roles) + peers(roles, peer[column])).join(' | ');
      rows.set(cells, [...(rows.get(cells) ?? []), type]);
    }
    lines.push(`| **${group}** | | | | |`);
    for (const [cells, names] of rows) lines.push(`| ${names.join(', ')} | ${cells} |`);
  }
  return lines.join('\n').replaceAll('|  |', '| |').replaceAll('|  |', '| |');
}
