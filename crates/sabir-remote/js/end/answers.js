// @ts-check
// Answers: the first byte says how the rest is read.

import { read } from '../values/decode.js';
import { write, writeByte } from '../values/encode.js';
import { readDescriptor, readList, writeDescriptor, writeList } from './operands.js';

/** @typedef {import('./end.js').LinkEnd} LinkEnd */

/** Writes the result of an operation, as the entry of the operation says. @typedef {(end: LinkEnd, result: any) => void} Answer */

const RETURNED = 0;
const THREW = 1;
const RETURNED_CACHEABLE = 2;
const RETURNED_DESCRIPTOR = 3;
const RETURNED_LIST = 4;

/** A value, by value. @type {Answer} */
export function plain(_, value) {
  writeByte(RETURNED);
  write(value);
}

/** A value; objects of a page go as handles. @type {Answer} */
export function reference(end, value) {
  writeByte(RETURNED);
  end.writeOne(value);
}

/** A value, and whether the asker may cache it. @type {Answer} */
export function cacheable(end, /** @type {{ value: any, cacheable: boolean }} */ { value, cacheable }) {
  writeByte(cacheable ? RETURNED_CACHEABLE : RETURNED);
  end.writeOne(value);
}

/** A property descriptor, or none. @type {Answer} */
export function descriptor(end, property) {
  writeByte(RETURNED_DESCRIPTOR);
  writeDescriptor(property, end.writeOne);
}

/** Several values, each as it would travel by itself. @type {Answer} */
export function list(end, values) {
  writeByte(RETURNED_LIST);
  writeList(values, end.writeOne, '');
}

/** An error. @param {() => void} writeError */
export function thrown(writeError) {
  writeByte(THREW);
  writeError();
}

/** Reads the rest of an answer. @param {number} status */
export function readResult(status) {
  if (status === RETURNED) return read();
  if (status === RETURNED_DESCRIPTOR) return readDescriptor();
  return status === RETURNED_LIST ? readList() : read();
}

/** Whether the result of the answer may be cached. @param {number} status */
export const isCacheable = (status) => status === RETURNED_CACHEABLE;

/** Whether the result of the answer is an error to throw. @param {number} status */
export const isThrown = (status) => status === THREW;
