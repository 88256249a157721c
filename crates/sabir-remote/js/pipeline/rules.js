// @ts-check
// What operations of the platform give: then nobody has to wait for them.

import { TABLE } from './table.js';

export const NOTHING = 'nothing';
/** A new object. */
export const NEW = 'a new object';
/** The same object as ever. */
export const SAME = 'the same object';
/** The first argument, or the second. */
export const FIRST = 0;
export const SECOND = 1;

/** @typedef {typeof NOTHING | typeof NEW | typeof SAME | typeof FIRST | typeof SECOND} Rule */

/** Those which return an argument; WebIDL does not say so (DOM, 4.4). @type {[string, Rule][]} */
const RETURN_ARGUMENTS = [
  ['appendChild', FIRST],
  ['insertBefore', FIRST],
  ['removeChild', FIRST],
  ['replaceChild', SECOND],
];

/** By the columns of the table. */
const RULES = /** @type {const} */ ([NOTHING, NEW, SAME]);

/** @type {Map<string, Map<PropertyKey, Rule>>} */
const byInterface = new Map();
for (const line of TABLE.trim().split('\n')) {
  const [name, members] = line.split(':');
  /** @type {Map<PropertyKey, Rule>} */
  const rules = new Map(name === 'Node' ? RETURN_ARGUMENTS : []);
  members.split('/').forEach((list, index) => {
    for (const member of list.split(' ')) rules.set(member, RULES[index]);
  });
  byInterface.set(name, rules);
}

/** The rules of an object whose prototypes are of these interfaces, the nearest first. @param {string[]} interfaces @returns {Map<PropertyKey, Rule>} */
export const rulesOf = (interfaces) =>
  new Map(interfaces.toReversed().flatMap((name) => [...(byInterface.get(name) ?? [])]));

/** Methods whose text says nothing of the class of what they make. */
const BY_CONTENT = new Set([
  'createTextNode',
  'createComment',
  'createCDATASection',
  'splitText',
  'createContextualFragment',
]);

/** What tells the class of what a method makes, beside the class of `this`; undefined if only the page can tell. @param {string} method @param {any[]} args */
export function distinguish(method, args) {
  if (BY_CONTENT.has(method)) return method;
  // A custom element is of any class.
  const isCustom = args.some((arg) => typeof arg === 'string' && arg.includes('-'));
  return isCustom ? undefined : [method, ...args.filter((arg) => typeof arg === 'string')].join(' ').toLowerCase();
}
