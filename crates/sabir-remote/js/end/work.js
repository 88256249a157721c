// @ts-check
// The platform's functions that a worker has called: they go on only when what they ask of a worker is answered.

import { NotNow } from '../errors.js';
import { isNative } from '../native.js';

/** @typedef {import('./end.js').LinkEnd} LinkEnd */

/** In a trap of a proxy, the engine itself is at work. */
const ENGINE = Symbol('engine');

/** What is at work, and the end whose other end waits for it. @typedef {{ work: Function | typeof ENGINE | undefined, served: LinkEnd | undefined }} Frame */

/** Code of the page's own, then each call within the one before. @type {Frame[]} */
const frames = [{ work: undefined, served: undefined }];
let depth = 0;

/** The platform's code goes on without the answer, or takes a promise for it. */
export const NOT_NEEDED = 0;
/** It is better to have the answer first. */
export const WELCOME = 1;
export const NEEDED = 2;

/** Begins to serve a call; `rest` ends that. @param {LinkEnd} [end] the end whose other end waits for the answer, if it does */
export function begin(end) {
  depth++;
  // They are kept: this is done for every message.
  const frame = (frames[depth] ??= { work: ENGINE, served: end });
  frame.work = ENGINE;
  frame.served = end;
}

export function rest() {
  depth--;
}

/** Whether the other end is blocked in the call that is served just now, and serves meanwhile. @param {LinkEnd} end */
export const waitsFor = (end) => frames[depth].served === end && end.settings.shared;

/** Says which function works from now on. @param {Function | undefined} callee */
export function works(callee) {
  frames[depth].work = callee;
}

/** The function that works where `callee` is called: some call the one that they are given. @param {Function} callee @param {any} self @param {any[]} args */
export function workerOf(callee, self, args) {
  if (callee === Reflect.apply || callee === Reflect.construct) return args[0];
  return callee === Function.prototype.call || callee === Function.prototype.apply ? self : callee;
}

/** @param {string} name */
const platforms = (name) => /** @type {any} */ (globalThis)[name];

const STREAMS = ['ReadableStream', 'WritableStream', 'TransformStream'];

/** All functions of a prototype. @param {object | undefined} prototype */
const methodsOf = (prototype) =>
  Object.values(Object.getOwnPropertyDescriptors(prototype ?? {})).map(({ value }) => value);

/** The prototype of iterators of streams, which has no name. */
const ofStreams = () => Object.getPrototypeOf(/** @type {any} */ (new ReadableStream()).values());

/** These ignore what a function of the worker's returns, or take a promise of it. @type {Set<unknown>} */
const TAKE_PROMISES = new Set([
  ...['Promise', ...STREAMS].map(platforms),
  ...[...STREAMS, 'ReadableStreamDefaultReader', 'ReadableStreamBYOBReader', 'WritableStreamDefaultWriter'].flatMap(
    (name) => methodsOf(platforms(name)?.prototype),
  ),
  ...methodsOf(platforms('ReadableStream')?.prototype.values && ofStreams()),
  ...['Array', 'Map', 'Set', 'NodeList', 'Headers', 'FormData', 'URLSearchParams', 'DOMTokenList'].map(
    (name) => platforms(name)?.prototype.forEach,
  ),
]);

/** These have listeners called, which may be the page's own. */
const DISPATCH = new Set(['click', 'dispatchEvent', 'focus', 'blur', 'reset', 'requestSubmit']);

/**
 * How much the code that asks needs the other end's answer at once. Code of the page's own is given promises.
 * @param {LinkEnd} end @param {boolean} [ignored] whether it makes no use of the answer
 * @throws {NotNow} if it cannot be had
 */
export function needOf(end, ignored = false) {
  const { work } = frames[depth];
  if (work === undefined || !isPlatforms(work)) return NOT_NEEDED;
  if (!ignored && work !== ENGINE && DISPATCH.has(work.name)) return NOT_NEEDED;
  // Another worker may be busy.
  if (ignored || TAKE_PROMISES.has(work)) return waitsFor(end) ? WELCOME : NOT_NEEDED;
  if (end.settings.shared) return NEEDED;
  throw new NotNow(
    `${nameOfWork()} needs an answer of the worker at once, which takes shared memory (the transport \`atomics\`); ` +
      `do it in the worker, or give it a function of the page's`,
  );
}

/** A function that was bound has no text of its own. @param {Function | typeof ENGINE} code */
const isPlatforms = (code) => code === ENGINE || (isNative(code) && !code.name.startsWith('bound '));

/** What is at work, for an error. */
export function nameOfWork() {
  const { work } = frames[depth];
  if (typeof work !== 'function') return 'a property of the page';
  return work.name === '' ? 'a function of the page' : `\`${work.name}\``;
}
