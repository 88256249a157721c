// @ts-check
// Decoding: values out of the wasm's memory, where they were received.
//
// The message that is being decoded is in this module's variables, for speed. It is read before any foreign code runs.

import { errorClass } from '../errors.js';
import { takeArrived } from '../border.js';
import { latin1 } from './latin1.js';
import { make } from './made.js';
import { wasmMemory } from './memory.js';
import * as tags from './tags.js';
import { utf16 } from './utf16.js';
import { VIEWS, KNOWN_SYMBOLS } from './tags.js';

/**
 * An end of a link, as the decoding asks it about objects that stay in place.
 * @typedef {object} Borrower
 * @property {(handle: number) => any} own the value of ours that a handle stands for
 * @property {(type: number, handle: number) => any} borrow a proxy of the other end's value
 * @property {(handle: number, description: string | undefined) => symbol} borrowSymbol
 * @property {(handle: number, fields: object) => object} borrowLive what stands for an object whose methods can be called
 * @property {{ follow: (number: number) => AbortController }} signals
 * @property {(list: number) => List} takeAhead the list whose elements came ahead
 */

/** The keys of objects that are alike. `hasProto`: one of them is `__proto__`, which cannot be assigned. @typedef {string[] & { hasProto?: true }} Shape */

/**
 * A list whose first elements came ahead of its message, what the rest of the message may refer to, and why it cannot be read.
 * @typedef {{ array: any[], objects: any[], shapes: Shape[], failure?: unknown }} List
 */

// A program may put the page's classes in their place.
const { Blob, File, ImageData } = globalThis;

const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** All of the wasm's memory. @type {Uint8Array} */
let heap = new Uint8Array(0);
let heapView = new DataView(heap.buffer);
/** The memory of the open message, which is from `from` to `limit`. @type {Uint8Array} */
let input = heap;
/** @type {DataView} */
let inputView = heapView;
let from = 0;
let limit = 0;
/** @type {Borrower} */
let borrower;
/** @type {any[]} */
let objects = [];
/** @type {Shape[]} */
let readShapes = [];
/** @type {Uint8Array[] | undefined} */
let arrived;
/** The index of this part's first attachment. */
let arrivedFrom = 0;
/** @type {any[]} */
let cargo = [];

/** Views the memory anew if it has grown, which detaches the view before. */
function bindHeap() {
  if (heap.length > 0) return;
  heap = new Uint8Array(wasmMemory.buffer);
  heapView = new DataView(wasmMemory.buffer);
}

/** Has the open message stand in the memory. */
function readHeap() {
  bindHeap();
  input = heap;
  inputView = heapView;
}

/** The word at an address of the wasm's memory. @param {number} address */
export function wordAt(address) {
  bindHeap();
  return heapView.getUint32(address, true);
}

/** The attachments of the open message. Listing them may make the memory grow; the message stays in place. */
function takeAttached() {
  const attachments = takeArrived();
  if (input === heap) readHeap();
  return attachments;
}

/** Begins to read the `len` bytes that stand at `address`. @param {Borrower} end @param {number} address @param {number} len */
export function open(end, address, len) {
  readHeap();
  startReading(end, address, len);
  arrived = undefined;
}

/** @typedef {{ bytes: Uint8Array, attachments: Uint8Array[], attachmentsFrom: number }} Part */

/** Begins to read a message that was set aside. @param {Borrower} end @param {Part} message @param {any[]} [values] its cargo */
export function openPart(end, { bytes, attachments, attachmentsFrom }, values = []) {
  input = bytes;
  inputView = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  startReading(end, 0, bytes.length);
  arrived = attachments;
  arrivedFrom = attachmentsFrom;
  cargo = values;
}

/** Begins to read a message that stands in other memory. @param {Borrower} end @param {{ bytes: Uint8Array, view: DataView }} memory @param {number} start @param {number} len */
export function openIn(end, { bytes, view }, start, len) {
  input = bytes;
  inputView = view;
  startReading(end, start, len);
  arrived = NONE;
}

/** @type {Uint8Array[]} */
const NONE = [];

/** Goes on reading the open message in a copy: what has arrived does not stay. */
export function setAside() {
  arrived ??= takeAttached();
  input = input.slice(from, limit);
  inputView = new DataView(input.buffer);
  limit -= from;
  from = 0;
}

/** Reads what `writePart` wrote into a message that was set aside, as a message of its own. @returns {Part} */
export function readPart() {
  const attachmentsFrom = arrivedFrom + readUint32();
  const len = readUint32();
  from += len;
  return { bytes: input.subarray(from - len, from), attachments: arrived ?? [], attachmentsFrom };
}

/** @param {Borrower} end @param {number} start @param {number} len */
function startReading(end, start, len) {
  borrower = end;
  from = start;
  limit = start + len;
  arrivedFrom = 0;
  if (objects.length > 0) objects = [];
  if (readShapes.length > 0) readShapes = [];
}

/** Forgets what was read, so that it can be collected. */
export function close() {
  const rest = unread();
  if (objects.length > 0) objects = [];
  arrived = undefined;
  if (cargo.length > 0) cargo = [];
  if (rest !== 0) throw new SyntaxError(`a message has another length than it says: ${rest} bytes are left`);
}

export function readByte() {
  if (from >= limit) throw new SyntaxError('a message ends too early');
  return input[from++];
}

export function readUint32() {
  if (from + 4 > limit) throw new SyntaxError('a message ends too early');
  const value = inputView.getUint32(from, true);
  from += 4;
  return value;
}

/** How many bytes of the message are left. */
export const unread = () => limit - from;

function readCount() {
  let count = 0;
  let shift = 0;
  let byte;
  do {
    byte = readByte();
    count |= (byte & 0x7f) << shift;
    shift += 7;
  } while (byte > 0x7f && shift < 35);
  return count >>> 0;
}

/** A count of things of at least one byte each. */
function readLength() {
  const count = readCount();
  if (count > unread()) throw new SyntaxError(`a message claims ${count} elements in its last ${unread()} bytes`);
  return count;
}

/** @returns {any} */
export function read() {
  const tag = readByte();
  if (tag >= tags.SMALL) return tag - tags.SMALL;
  switch (tag) {
    case tags.UNDEFINED:
      return undefined;
    case tags.NULL:
      return null;
    case tags.TRUE:
      return true;
    case tags.FALSE:
      return false;
    case tags.INT32: {
      const value = inputView.getInt32(from, true);
      from += 4;
      return value;
    }
    case tags.FLOAT64: {
      const value = inputView.getFloat64(from, true);
      from += 8;
      return value;
    }
    case tags.LATIN1: {
      const length = readByte();
      from += length;
      return latin1(input, from - length, from);
    }
    case tags.UTF8: {
      const length = readUint32();
      from += length;
      return utf8Decoder.decode(input.subarray(from - length, from));
    }
    case tags.SHAPED:
      return readFields(keep({}), readShapes[readCount()]);
    case tags.OBJECT:
      return readFields(keep({}), readShape());
    case tags.ARRAY:
      return readElements(keep([]), readLength());
    case tags.THEIRS: {
      const type = readByte();
      return borrower.borrow(type, readUint32());
    }
    case tags.YOURS:
      return borrower.own(readUint32());
    case tags.AGAIN:
      return objects[readCount()];
    default:
      return readRare(tag);
  }
}

/** @template T @param {T} object @returns {T} */
function keep(object) {
  objects.push(object);
  return object;
}

function readString() {
  const text = read();
  if (typeof text !== 'string') throw new SyntaxError('a message has no string where one is due');
  return text;
}

function readShape() {
  const length = readLength();
  const shape = /** @type {Shape} */ ([]);
  for (let index = 0; index < length; index++) shape.push(readString());
  if (shape.includes('__proto__')) shape.hasProto = true;
  readShapes.push(shape);
  return shape;
}

/** @param {any} object @param {Shape} shape */
function readFields(object, shape) {
  if (shape.hasProto) {
    for (const key of shape) define(object, key, read());
    return object;
  }
  // Each of these sees the same key in objects that are alike, for which engines compile it: Firefox then takes half the time.
  const { length } = shape;
  if (length > 0) object[shape[0]] = read();
  if (length > 1) object[shape[1]] = read();
  if (length > 2) object[shape[2]] = read();
  if (length > 3) object[shape[3]] = read();
  if (length > 4) object[shape[4]] = read();
  if (length > 5) object[shape[5]] = read();
  if (length > 6) object[shape[6]] = read();
  if (length > 7) object[shape[7]] = read();
  for (let index = 8; index < length; index++) object[shape[index]] = read();
  return object;
}

/** @param {object} object @param {PropertyKey} key @param {any} value */
const define = (object, key, value) =>
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });

/** Reads what the array lacks. @param {any[]} array @param {number} length */
function readElements(array, length) {
  for (let index = array.length; index < length; index++) readElement(array, index);
  return array;
}

/** @param {any[]} array @param {number} index */
function readElement(array, index) {
  if (input[from] === tags.HOLE) {
    from++;
    array.length = index + 1;
  } else {
    array[index] = read();
  }
}

/** @returns {List} */
export function makeList() {
  /** @type {any[]} */
  const array = [];
  return { array, objects: [array], shapes: [] };
}

/** Reads elements that came ahead: all that the open message still has. @param {List} list */
export function readAhead({ array, objects: met, shapes }) {
  objects = met;
  readShapes = shapes;
  while (from < limit) readElement(array, array.length);
}

/** A list whose first elements came ahead: it is the first object of its message. */
function readRest() {
  const list = borrower.takeAhead(readUint32());
  if (list.failure !== undefined) throw list.failure;
  const length = readUint32();
  if (objects.length > 0 || length - list.array.length > limit - from) {
    throw new SyntaxError(`a message claims ${length} elements, of which ${list.array.length} came ahead`);
  }
  objects = list.objects;
  readShapes = list.shapes;
  return readElements(list.array, length);
}

/** @param {number} tag */
function readRare(tag) {
  switch (tag) {
    case tags.BIGINT64: {
      const value = inputView.getBigInt64(from, true);
      from += 8;
      return value;
    }
    case tags.BIGINT: {
      const text = readString();
      return text[0] === '-' ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
    }
    case tags.UTF16: {
      const length = readUint32();
      from += 2 * length;
      return utf16(input.subarray(from - 2 * length, from));
    }
    case tags.SPARSE: {
      const array = keep(new Array(readUint32()));
      for (let left = readLength(); left > 0; left--) array[readUint32()] = read();
      return array;
    }
    case tags.SYMBOLS: {
      const object = read();
      for (let left = readLength(); left > 0; left--) define(object, read(), read());
      return object;
    }
    case tags.DATE:
      return keep(new Date(read()));
    case tags.REGEXP: {
      const number = objects.push(undefined) - 1;
      return (objects[number] = new RegExp(readString(), readString()));
    }
    case tags.MAP: {
      const map = keep(new Map());
      for (let left = readCount(); left > 0; left--) map.set(read(), read());
      return map;
    }
    case tags.SET: {
      const set = keep(new Set());
      for (let left = readCount(); left > 0; left--) set.add(read());
      return set;
    }
    case tags.ERROR:
      return readError();
    case tags.DOM_EXCEPTION: {
      const [name, message, stack] = [readString(), readString(), read()];
      return keep(withStack(new DOMException(message, name), stack));
    }
    case tags.BUFFER:
    case tags.ATTACHED:
    case tags.RESIZABLE:
      from--;
      return readBuffer();
    case tags.VIEW:
      return readView();
    case tags.SYMBOL_FOR:
      return Symbol.for(readString());
    case tags.SYMBOL_KNOWN:
      return KNOWN_SYMBOLS[readByte()];
    case tags.SYMBOL: {
      const yours = readByte();
      const handle = readUint32();
      const description = read();
      return yours ? borrower.own(handle) : borrower.borrowSymbol(handle, description);
    }
    case tags.BOXED:
      return keep(Object(read()));
    case tags.BLOB:
    case tags.FILE: {
      const name = tag === tags.FILE ? readString() : '';
      const lastModified = tag === tags.FILE ? read() : 0;
      const type = readString();
      const bytes = readBytes();
      return keep(tag === tags.FILE ? new File([bytes], name, { type, lastModified }) : new Blob([bytes], { type }));
    }
    case tags.IMAGE_DATA: {
      const bytes = readBytes();
      const width = readUint32();
      const colorSpace = /** @type {PredefinedColorSpace} */ (readString());
      const data = new Uint8ClampedArray(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return keep(new ImageData(data, width, data.length / 4 / width, { colorSpace }));
    }
    case tags.CARGO:
      return keep(cargo[readCount()]);
    case tags.AHEAD:
      return readRest();
    case tags.MADE: {
      const number = objects.push(undefined) - 1;
      return (objects[number] = make(readString(), read()));
    }
    case tags.KEYED: {
      const array = read();
      for (let left = readLength(); left > 0; left--) define(array, readString(), read());
      return array;
    }
    case tags.SIGNAL:
      return readByte() === 1 ? AbortSignal.abort(read()) : borrower.signals.follow(readUint32()).signal;
    case tags.LIVE: {
      const [number, handle] = [objects.length, readUint32()];
      const fields = read();
      return (objects[number] = borrower.borrowLive(handle, Object.setPrototypeOf(fields, read())));
    }
    default:
      throw new SyntaxError(`a message has the unknown tag ${tag}`);
  }
}

function readError() {
  const number = objects.push(undefined) - 1;
  const [name, message, stack] = [readString(), readString(), readString()];
  const Class = errorClass(name);
  const error =
    Class === undefined || Class === globalThis.AggregateError
      ? Class === undefined
        ? new Error(message)
        : new AggregateError([], message)
      : Reflect.construct(Error, [message], Class);
  if (error.message !== message)
    Object.defineProperty(error, 'message', { value: message, writable: true, configurable: true });
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name, writable: true, configurable: true });
  objects[number] = withStack(error, stack);
  if (readByte() === 1) Object.defineProperty(error, 'cause', { value: read(), writable: true, configurable: true });
  if (readByte() === 1) Object.defineProperty(error, 'errors', { value: read(), writable: true, configurable: true });
  for (let left = readLength(); left > 0; left--) define(error, readString(), read());
  return error;
}

/** @template {Error} E @param {E} error @param {string} stack @returns {E} */
function withStack(error, stack) {
  return Object.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true });
}

function readBuffer() {
  const number = objects.push(undefined) - 1;
  const maxByteLength = input[from] === tags.RESIZABLE ? (from++, read()) : undefined;
  const bytes = readBytes();
  let buffer = bytes.buffer;
  if (maxByteLength !== undefined) {
    buffer = new ArrayBuffer(bytes.length, /** @type {any} */ ({ maxByteLength }));
    new Uint8Array(buffer).set(bytes);
  }
  return (objects[number] = buffer);
}

/** Bytes with a buffer of their own. @returns {Uint8Array<ArrayBuffer>} */
function readBytes() {
  if (readByte() === tags.BUFFER) {
    const length = readUint32();
    from += length;
    return input.slice(from - length, from);
  }
  const index = readUint32() + arrivedFrom;
  arrived ??= takeAttached();
  const bytes = arrived[index];
  if (bytes === undefined) throw new SyntaxError('a message lacks an attachment');
  return /** @type {Uint8Array<ArrayBuffer>} */ (bytes);
}

function readView() {
  const number = objects.push(undefined) - 1;
  const kind = readByte();
  const buffer = read();
  const byteOffset = readUint32();
  const length = readUint32();
  const Class = /** @type {any} */ (globalThis)[VIEWS[kind & 0x7f]];
  return (objects[number] = kind & 0x80 ? new Class(buffer, byteOffset) : new Class(buffer, byteOffset, length));
}
