// @ts-check
// Operands of operations: several values, property descriptors. An error names the operand that cannot travel.

import { Refused } from '../errors.js';
import { close, read, readByte, readUint32 } from '../values/decode.js';
import { isRetry, unserialisable, write, writeByte } from '../values/encode.js';

/** Writes one value: by value, or by reference. @typedef {(value: any) => void} WriteOne */

/** Writes one operand. @param {any} value @param {string} name of the operand @param {WriteOne} writeOne */
export function writeOperand(value, name, writeOne) {
  try {
    writeOne(value);
  } catch (error) {
    throw isRetry(error) ? error : unserialisable(error).within(name);
  }
}

/** Writes several values. @param {any[]} values @param {WriteOne} writeOne @param {string} [name] of them all */
export function writeList(values, writeOne, name = 'args') {
  const { length } = values;
  write(length);
  let index = 0;
  try {
    for (; index < length; index++) writeOne(values[index]);
  } catch (error) {
    if (isRetry(error) || error instanceof Refused) throw error;
    throw unserialisable(error).at(index).within(name);
  }
}

export function readList() {
  const length = read();
  const values = [];
  for (let index = 0; index < length; index++) values.push(read());
  return values;
}

const FIELDS = /** @type {const} */ (['writable', 'enumerable', 'configurable', 'value', 'get', 'set']);

/** @param {PropertyDescriptor | undefined} descriptor @param {WriteOne} writeOne */
export function writeDescriptor(descriptor, writeOne) {
  if (descriptor === undefined) return writeByte(0);
  writeByte(1);
  const fields = FIELDS.filter((field) => field in descriptor);
  write(fields.length);
  for (const field of fields) {
    write(field);
    writeOne(descriptor[field]);
  }
}

export function readDescriptor() {
  if (readByte() === 0) return undefined;
  /** @type {any} */
  const descriptor = {};
  for (let left = read(); left > 0; left--) {
    const field = read();
    descriptor[field] = read();
  }
  return /** @type {PropertyDescriptor} */ (descriptor);
}

/** Reads the handle, which is the first operand. @param {import('./end.js').LinkEnd} end */
export const readTarget = (end) => end.own(readUint32());

/** Reads the handle alone. @param {import('./end.js').LinkEnd} end */
export function readOnlyTarget(end) {
  const target = readTarget(end);
  close();
  return target;
}

/** Reads the handle and one value. @param {import('./end.js').LinkEnd} end @returns {[target: any, value: any]} */
export function readTargetAnd(end) {
  const [target, value] = [readTarget(end), read()];
  close();
  return [target, value];
}
