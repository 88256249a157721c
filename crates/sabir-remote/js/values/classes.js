// @ts-check
// Encoding of objects of the platform's classes.

import { ASYNC_ITERATOR, ITERATOR, isOf } from './brands.js';
import {
  Unread,
  copiedByReference,
  isRetry,
  lender,
  mark,
  objectType,
  rewind,
  unmeet,
  unserialisable,
  write,
  writeByte,
  writeBytes,
  writeCargo,
  writeCount,
  writeLent,
  writeNamed,
  writeNumber,
  writeString,
  writeUint32,
  writersByClass,
} from './encode.js';
import * as tags from './tags.js';
import { ASYNC_ITERATOR_TYPE, ITERATOR_TYPE, PROMISE_TYPE } from './tags.js';

const { isArray } = Array;
const { keys: keysOf } = Object;

/** @type {[string, (value: any) => void][]} */
const WRITERS = [
  ['Date', withProperties(writeDate)],
  ['Map', withProperties(writeMap)],
  ['Set', withProperties(writeSet)],
  ['RegExp', withProperties(writeRegExp)],
  ['Error', writeError],
  ['DOMException', withProperties(writeDOMException, writeLenient)],
  ['ImageData', writeImageData],
  ['Blob', writeBlob],
  ['File', writeBlob],
  ['AbortSignal', writeSignal],
  ['Promise', (value) => writeStandIn(value, PROMISE_TYPE)],
  [ITERATOR, (value) => writeStandIn(value, ITERATOR_TYPE)],
  [ASYNC_ITERATOR, (value) => writeStandIn(value, ASYNC_ITERATOR_TYPE)],
];
for (const [name, writer] of WRITERS) writersByClass.set(name, writer);
for (const name of 'Number String Boolean BigInt Symbol'.split(' '))
  writersByClass.set(name, withProperties(writeBoxed));
// Only the platform can move these: they go beside the call, by a message.
const MOVED = 'MessagePort OffscreenCanvas ReadableStream WritableStream TransformStream RTCDataChannel';
for (const name of MOVED.split(' ')) writersByClass.set(name, writeCargo);
copiedByReference.add(writeImageData);

/** Writes what a program has added to an object, as a field of a class that extends Map, behind it. @param {(value: any) => void} writer */
function withProperties(writer, writeOne = write) {
  return (/** @type {any} */ value) => {
    // The characters of a string are its own properties too.
    const keys = keysOf(value).slice(isOf(value, 'String') ? value.length : 0);
    if (keys.length === 0) return writer(value);
    writeByte(tags.KEYED);
    writer(value);
    writeNamed(value, keys, writeOne);
  };
}

/** @param {object} value @param {number} type of its stand-in */
function writeStandIn(value, type) {
  unmeet(value);
  // A worker can ask for all of an object of the page's.
  writeLent(value, type === PROMISE_TYPE && lender.lending !== undefined ? objectType(value) : type);
}

/** @param {AbortSignal} signal */
function writeSignal(signal) {
  unmeet(signal);
  writeByte(tags.SIGNAL);
  writeByte(signal.aborted ? 1 : 0);
  if (signal.aborted) writeLenient(signal.reason);
  else writeUint32(lender.signals.numberOf(signal));
}

/** @param {Date} value */
function writeDate(value) {
  writeByte(tags.DATE);
  writeNumber(value.getTime());
}

/** @param {Map<any, any>} value */
function writeMap(value) {
  writeByte(tags.MAP);
  // A getter in it may change it meanwhile.
  const entries = [...value];
  writeCount(entries.length);
  for (const [key, entry] of entries) {
    writeInner(key, '(a key)');
    writeInner(entry, `.get(${typeof key === 'string' ? JSON.stringify(key) : typeof key})`);
  }
}

/** @param {Set<any>} value */
function writeSet(value) {
  writeByte(tags.SET);
  const entries = [...value];
  writeCount(entries.length);
  for (const entry of entries) writeInner(entry, '(an entry)');
}

/** @param {RegExp} value */
function writeRegExp(value) {
  writeByte(tags.REGEXP);
  writeString(value.source);
  writeString(value.flags);
}

/** @param {ImageData} value */
function writeImageData(value) {
  writeByte(tags.IMAGE_DATA);
  writeBytes(new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength));
  writeUint32(value.width);
  writeString(value.colorSpace ?? 'srgb');
}

/** @param {any} value */
function writeBoxed(value) {
  writeByte(tags.BOXED);
  write(value.valueOf());
}

/** The bytes of Blobs that were read. @type {WeakMap<Blob, ArrayBuffer>} */
const blobBytes = new WeakMap();

/** @param {Blob} blob */
export const readBlob = async (blob) => {
  blobBytes.set(blob, await blob.arrayBuffer());
};

/** @param {any} value @param {string} step */
function writeInner(value, step) {
  try {
    write(value);
  } catch (error) {
    if (isRetry(error)) throw error;
    throw unserialisable(error).within(step);
  }
}

/** @param {Error & {errors?: unknown}} error */
function writeError(error) {
  writeByte(tags.ERROR);
  writeString(String(error.name));
  writeString(String(error.message));
  writeString(stackOf(error));
  writeByte('cause' in error ? 1 : 0);
  if ('cause' in error) writeLenient(error.cause);
  const { errors } = error;
  writeByte(isArray(errors) ? 1 : 0);
  if (isArray(errors)) writeLenient(errors);
  const others = keysOf(error).filter((key) => !STANDARD.has(key));
  const parts = SUPPRESSED.filter((key) => Object.hasOwn(error, key) && !others.includes(key));
  writeNamed(error, [...others, ...parts], writeLenient);
}

/** @param {DOMException} error */
function writeDOMException(error) {
  writeByte(tags.DOM_EXCEPTION);
  writeString(error.name);
  writeString(error.message);
  write(stackOf(error));
}

/** Its stack, which a program may format: that may fail, for any error. @param {Error} error */
function stackOf(error) {
  try {
    return String(error.stack ?? '');
  } catch {
    return '';
  }
}

/** Writes an error that was never made: nothing of the program's runs. @param {string} name @param {string} message */
export function writeFault(name, message) {
  writeByte(tags.ERROR);
  writeString(name);
  writeString(message);
  writeString('');
  for (let none = 0; none < 3; none++) writeByte(0);
}

/** Properties of every error, which travel by themselves. */
const STANDARD = new Set(['name', 'message', 'stack', 'cause', 'errors']);

/** What a SuppressedError has besides. */
const SUPPRESSED = ['error', 'suppressed'];

/** A property of an error must not keep the error from travelling. @param {any} value */
export function writeLenient(value) {
  const before = mark();
  try {
    write(value);
  } catch (error) {
    if (isRetry(error)) throw error;
    rewind(before);
    writeString(String(value));
  }
}

/** @param {Blob} blob @returns {blob is File} */
const isFile = (blob) => 'lastModified' in blob;

/** @param {Blob} blob */
function writeBlob(blob) {
  if (lender.canSendCargo) return writeCargo(blob);
  const bytes = blobBytes.get(blob);
  if (bytes === undefined) throw new Unread(blob);
  if (isFile(blob)) {
    writeByte(tags.FILE);
    writeString(blob.name);
    writeNumber(blob.lastModified);
  } else {
    writeByte(tags.BLOB);
  }
  writeString(blob.type);
  writeBytes(new Uint8Array(bytes));
}
