// @ts-check
// The results of the platform's operations, where they are known beforehand: then nobody has to wait for them.

import { isObject } from '../values/tags.js';
import { TABLE } from './table.js';

export const NOTHING = 0;
/** A new object. */
export const NEW = 1;
/** The same object each time. */
export const SAME = 2;
/** The first argument, or the second. */
export const FIRST = 3;
export const SECOND = 4;

/** Whether a result is as a rule says. @param {number} rule @param {any} result @param {any[]} args */
export function keeps(rule, result, args) {
  if (rule === NOTHING) return result === undefined;
  return rule === NEW ? isObject(result) : result === args[rule - FIRST];
}

/** What WebIDL does not say. @type {Record<string, [string, number][]>} */
const MORE = {
  // DOM, 4.4.
  Node: [
    ['appendChild', FIRST],
    ['insertBefore', FIRST],
    ['removeChild', FIRST],
    ['replaceChild', SECOND],
  ],
  // HTML, 4.12.3.
  HTMLTemplateElement: [['content', SAME]],
};

/** By the columns of the table. */
const RULES = [NOTHING, NEW, SAME];

/** @typedef {Map<PropertyKey, number>} Rules */

/** @type {Map<string, Rules>} */
const byInterface = new Map(Object.entries(MORE).map(([name, rules]) => [name, new Map(rules)]));
for (const line of TABLE.trim().split('\n')) {
  const [name, members] = line.split(':');
  const rules = byInterface.get(name) ?? new Map();
  members.split('/').forEach((list, index) => {
    for (const member of list.split(' ')) rules.set(member, RULES[index]);
  });
  byInterface.set(name, rules);
}

/** Their elements' names shadow their attributes (HTML, `[LegacyOverrideBuiltIns]`). */
const SHADOWED = ['Document', 'HTMLFormElement'];

/** The class and namespace of what `createElement` makes depend on the document. */
const OF_ANY_NAMESPACE = 'XMLDocument';

/** The rules of an object whose prototypes are of these interfaces, the nearest first. @param {string[]} interfaces @returns {Rules} */
export function rulesOf(interfaces) {
  const rules = interfaces.toReversed().flatMap((name) => [...(byInterface.get(name) ?? [])]);
  const isShadowed = SHADOWED.some((name) => interfaces.includes(name));
  const found = new Map(isShadowed ? rules.filter(([, rule]) => rule !== SAME) : rules);
  if (interfaces.includes(OF_ANY_NAMESPACE)) found.delete('createElement');
  return found;
}

/** Methods whose text says nothing of the class of what they make. */
const BY_CONTENT = new Set([
  'createTextNode',
  'createComment',
  'createCDATASection',
  'splitText',
  'createContextualFragment',
]);

/** Tells apart the classes of what a method makes, for objects of one kind. @param {string} method @param {any[]} args @returns {string} */
export function distinguish(method, args) {
  if (BY_CONTENT.has(method)) return '';
  if (args.length === 1 && typeof args[0] === 'string') return args[0];
  return args.map((arg) => (typeof arg === 'string' ? arg : `${typeof arg} ${arg}`)).join('\n');
}
