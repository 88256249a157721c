// @ts-check
// One trip answers all that an interpreter asks of each object that it meets: Pyodide asks some eighty things of an element.

const { getPrototypeOf, hasOwn } = Object;

/** Properties that are read. @type {PropertyKey[]} */
export const GETS = [
  Symbol.toStringTag,
  'constructor',
  'then',
  Symbol.iterator,
  Symbol.asyncIterator,
  'next',
  'get',
  'set',
  'has',
  'includes',
  /** @type {any} */ (Symbol).dispose,
  /** @type {any} */ (Symbol).asyncDispose,
].filter((key) => key !== undefined);
/** Properties that are looked for along the prototypes, one by one. */
export const OWNS = ['length', 'size', 'name', 'message'];
/** Properties that are looked for by `in`. */
export const HAS = '_ref';

/** The values of `GETS`, the constructor's name, whether it has `HAS`, which of `OWNS` it and its prototypes own, and those. @param {any} target */
export function glanceAt(target) {
  const chain = [];
  for (let object = target; object !== null; object = getPrototypeOf(object)) chain.push(object);
  const owned = chain.map((object) =>
    OWNS.reduce((bits, key, index) => bits | (Number(hasOwn(object, key)) << index), 0),
  );
  const got = GETS.map((key) => target[key]);
  return [...got, target.constructor?.name, HAS in target, ...owned, ...chain.slice(1)];
}
