// @ts-check
// Prints `js/pipeline/table.js`, from the WebIDL of @webref/idl (MIT), which webidl2 parses. `cargo xtask bundle` runs it in the
// folder that has both.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const installed = createRequire(`${process.cwd()}/`);
const { parse } = installed('webidl2');
const { version } = installed('@webref/idl/package.json');

const SPECIFICATIONS = [
  'dom',
  'html',
  'cssom',
  'cssom-view',
  'SVG',
  'selection-api',
  'web-animations',
  'intersection-observer',
  'resize-observer',
];

/** Those of which programs make many calls in a row. */
const INTERFACES = [
  ...['EventTarget', 'Event', 'Node', 'Document', 'DocumentFragment', 'ShadowRoot', 'Element', 'CharacterData', 'Text'],
  ...['DOMTokenList', 'MutationObserver', 'Range', 'Selection', 'CSSStyleDeclaration', 'CSSStyleSheet', 'HTMLElement'],
  ...['HTMLTableElement', 'HTMLTableSectionElement', 'HTMLTableRowElement', 'HTMLInputElement', 'HTMLSelectElement'],
  ...['HTMLTextAreaElement', 'HTMLLinkElement', 'HTMLAnchorElement', 'HTMLOptionsCollection', 'SVGElement'],
  ...[
    'SVGGraphicsElement',
    'CanvasRenderingContext2D',
    'Path2D',
    'CanvasGradient',
    'CanvasPattern',
    'Storage',
    'History',
  ],
  ...['IntersectionObserver', 'ResizeObserver', 'Animation'],
];

/** They call listeners before they return, leave the document, or call the function that they are given. */
const SYNCHRONOUS = new Set([
  ...['click', 'focus', 'blur', 'reset', 'submit', 'requestSubmit', 'show', 'showModal', 'showPicker', 'close'],
  ...[
    'requestClose',
    'showPopover',
    'hidePopover',
    'togglePopover',
    'open',
    'write',
    'writeln',
    'load',
    'select',
    'toBlob',
  ],
]);

/** Made anew by each call, but of a class that depends on more than the arguments' texts. */
const OF_ANY_CLASS = /querySelectorAll|get(Bounding|Elements|Client)/;

/** @type {Map<string, any[]>} */
const members = new Map();
/** @type {any[]} */
const includes = [];
for (const specification of SPECIFICATIONS) {
  const text = readFileSync(installed.resolve(`@webref/idl/${specification}.idl`), 'utf8');
  for (const definition of parse(text)) {
    if (definition.type === 'includes') includes.push(definition);
    if (!definition.type.startsWith('interface')) continue;
    members.set(definition.name, [...(members.get(definition.name) ?? []), ...definition.members]);
  }
}
for (const { target, includes: mixin } of includes) members.get(target)?.push(...(members.get(mixin) ?? []));

/** @param {any} member @param {string} attribute */
const has = (member, attribute) => member.extAttrs.some((/** @type {any} */ { name }) => name === attribute);

/** The column of an operation; undefined if its result is not known beforehand. @param {any} operation */
function columnOf(operation) {
  const { idlType, generic } = operation.idlType;
  if (idlType === 'undefined') return 0;
  return has(operation, 'NewObject') && !generic && !OF_ANY_CLASS.test(operation.name) ? 1 : undefined;
}

/** @param {string} name */
function lineOf(name) {
  /** The columns of operations: overloads of different ones have none. @type {Map<string, number | undefined>} */
  const columns = new Map();
  const same = [];
  for (const member of members.get(name) ?? []) {
    if (member.type === 'attribute' && has(member, 'SameObject') && member.idlType.idlType !== 'HTMLAllCollection')
      same.push(member.name);
    if (member.type !== 'operation' || !member.name || member.special === 'static' || SYNCHRONOUS.has(member.name))
      continue;
    const column = columnOf(member);
    columns.set(member.name, columns.has(member.name) && columns.get(member.name) !== column ? undefined : column);
  }
  const inColumn = (/** @type {number} */ column) => [...columns.keys()].filter((key) => columns.get(key) === column);
  return [inColumn(0), inColumn(1), same].map((names) => names.sort().join(' ')).join('/');
}

const lines = INTERFACES.map((name) => [name, lineOf(name)]).filter(([, line]) => line !== '//');
console.log(`// @ts-check
// Written by \`cargo xtask bundle\` from @webref/idl ${version} (MIT): by interface, the operations that return nothing, those that
// return a new object, and the attributes that are the same object each time.

export const TABLE = \`\\
${lines.map((line) => line.join(':')).join('\n')}
\`;`);
