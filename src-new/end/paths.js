// @ts-check
// Several steps, or several values, in one trip.

const BRACKETS = /\[(['"]?)(.+?)\1\]/g;

/** The steps of a path such as `a.b[0]['c']`. @param {string} path */
export const steps = (path) =>
  path
    .replace(BRACKETS, '.$2')
    .split('.')
    .filter((step) => step !== '');

/** The value at a path; undefined where a step leads nowhere. @param {any} target @param {string} path */
export const query = (target, path) => steps(path).reduce((value, step) => value?.[step], target);

/** The values at several paths or symbols. @param {any} target @param {(string | symbol)[]} keys */
export const gather = (target, keys) => keys.map((key) => (typeof key === 'string' ? query(target, key) : target[key]));
