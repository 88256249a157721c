// @ts-check
// Keys of configurations. All others belong to the program, unless they look like one of these.

const KNOWN = [
  'adapters',
  'debug',
  'experimental_create_proxy',
  'experimental_ffi_timeout',
  'experimental_remote_packages',
  'exports',
  'fetch',
  'files',
  'imports',
  'index_urls',
  'interpreter',
  'js_modules',
  'packages',
  'packages_cache',
  'pipeline',
  'plugins',
  'sync_main_only',
  'version',
];

/** The least number of letters in a key that may be misspelt. */
const LEAST = 4;

/** The faults of the keys of a configuration. @param {any} config @returns {string[]} */
export function misspelt(config) {
  const keys = typeof config === 'object' && config !== null ? Object.keys(config) : [];
  const unknown = keys.filter((key) => !KNOWN.includes(key) && key.length >= LEAST);
  return unknown.flatMap((key) => {
    const meant = KNOWN.find((known) => !keys.includes(known) && distance(key.replaceAll('-', '_'), known) <= 2);
    return meant === undefined
      ? []
      : [`the configuration has the key \`${key}\`, which means nothing; did you mean \`${meant}\`?`];
  });
}

/** How many letters differ (Levenshtein). @param {string} one @param {string} other */
function distance(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 0; at < one.length; at++) {
    const next = [at + 1];
    for (let to = 0; to < other.length; to++) {
      const replaced = row[to] + (one[at] === other[to] ? 0 : 1);
      next.push(Math.min(replaced, row[to + 1] + 1, next[to] + 1));
    }
    row = next;
  }
  return row[other.length];
}
