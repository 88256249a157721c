// @ts-check
// Writes the values of an end: by value, or, as those of a page that lends its objects, by reference.

import { write, writeArgument, writeReference, writeTransformed, writeTransformedArgument } from '../values/encode.js';
import { isObject } from '../values/tags.js';

/** The writer of an end's operands and results; what its `transform` gives goes in the place of objects and functions. @param {import('./end.js').LinkEnd} end */
export function writerOf(end) {
  const { transform } = end;
  if (transform === undefined) return end.lending === undefined ? write : writeReference;
  if (end.lending === undefined) return writeTransformed;
  /** @param {any} value */
  return (value) => writeReference(isOurs(end, value) ? transform(value) : value);
}

/** @param {import('./end.js').LinkEnd} end @param {any} value */
const isOurs = (end, value) => isObject(value) && value !== globalThis && !end.isProxy(value);

/** The writer of the arguments of the other end's functions: a worker's objects with methods go as themselves. @param {import('./end.js').LinkEnd} end */
export function argumentWriterOf(end) {
  if (!end.windowed || end.isPage) return end.writeOne;
  return end.transform === undefined ? writeArgument : writeTransformedArgument;
}
