// @ts-check
// The value encoding: any JavaScript value as bytes, straight into and out of the wasm's memory.
//
// It is JavaScript because a value is: in Rust, every property would cross the boundary several times.
// docs/javascript.md says more.
//
// The message that is being encoded or decoded is in this module's variables, for speed. A getter or a `toJSON` may make a call while
// its object is encoded: `begin` then puts the outer encoding aside until `end`.

import { Unserialisable, errorClass } from '../errors.js';
import { describe, growOutbox, outboxBytes, takeArrived } from '../border.js';
import { prove } from '../stack.js';

/**
 * The encoding's questions to a link's realm about objects that stay in place.
 * @typedef {object} References
 * @property {boolean} windowed whether any object may travel as a handle, or functions only
 * @property {(value: object) => number | undefined} handleOf the other realm's handle, if `value` is a proxy of this link
 * @property {(value: object) => number} lend a handle to a value of ours
 * @property {(handle: number) => any} own the value of ours that a handle stands for
 * @property {(type: number, handle: number) => any} borrow a proxy of the other realm's value
 * @property {(symbol: symbol) => [yours: boolean, handle: number]} symbolHandle
 * @property {(handle: number, description: string | undefined) => symbol} borrowSymbol
 * @property {(value: object) => boolean} isDirect whether `direct(value)` was called
 * @property {boolean} canSendCargo whether what only the platform can clone may go beside the call, by a message
 * @property {boolean} canSendAhead whether the first elements of a long list may go ahead of their message
 * @property {(list: number, bytes: Uint8Array) => void} sendAhead sends elements, as `readAhead` takes them; none: it is given up
 * @property {(list: number) => List} takeAhead the list whose elements came ahead
 */

/** The keys of objects that are alike; and whether one of them is `__proto__`, which to assign would be another thing. @typedef {string[] & { hasProto?: true }} Shape */

/**
 * A list whose first elements came ahead of its message, what the rest of the message may refer to, and why it cannot be read.
 * @typedef {{ array: any[], objects: any[], shapes: Shape[], failure?: unknown }} List
 */

const UNDEFINED = 0;
const NULL = 1;
const TRUE = 2;
const FALSE = 3;
const INT32 = 4;
const FLOAT64 = 5;
const BIGINT64 = 6;
const BIGINT = 7;
const LATIN1 = 8;
const UTF8 = 9;
const UTF16 = 10;
const OBJECT = 11;
const SHAPED = 12;
const ARRAY = 13;
const HOLE = 14;
const AGAIN = 15;
const DATE = 16;
const REGEXP = 17;
const MAP = 18;
const SET = 19;
const ERROR = 20;
const BUFFER = 21;
const ATTACHED = 22;
const VIEW = 23;
const SYMBOL_FOR = 24;
const SYMBOL_KNOWN = 25;
const SYMBOL = 26;
const BOXED = 27;
const THEIRS = 28;
const YOURS = 29;
const BLOB = 31;
const FILE = 32;
const IMAGE_DATA = 33;
const CARGO = 34;
const SYMBOLS = 35;
const DOM_EXCEPTION = 36;
const RESIZABLE = 37;
const SPARSE = 38;
const AHEAD = 39;
/** From here on the tag is itself a small integer. */
const SMALL = 0x40;
const SMALL_LIMIT = 0x100 - SMALL;

/** The kind of a handle's value: the proxy's target has the same `typeof` and `Array.isArray`. */
export const OBJECT_TYPE = 0;
export const ARRAY_TYPE = 1;
export const FUNCTION_TYPE = 2;

/** Functions are objects too. @param {any} value */
export const isObject = (value) => value !== null && (typeof value === 'object' || typeof value === 'function');

/** The longest buffer that can travel: lengths have 32 bits. A value may have any number of them. */
const MAX_BUFFER_BYTES = 2 ** 32 - 1;

/** Bytes from which a buffer travels as an attachment, copied once, straight into the ring. */
const ATTACHED_BYTES = 512;
/** Elements from which a list may go ahead of its message, and bytes that it goes ahead by: the other realm reads them meanwhile. */
const LONG = 64;
const AHEAD_BYTES = 4096;
/** Characters up to which a loop beats TextEncoder. */
const SHORT = 48;

const VIEWS = [
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'Float16Array',
];
/** `Symbol.iterator` and the like, by the order of their names. @type {symbol[]} */
const KNOWN_SYMBOLS = Object.getOwnPropertyNames(Symbol)
  .sort()
  .map((key) => /** @type {any} */ (Symbol)[key])
  .filter((value) => typeof value === 'symbol');
/** A value that only the platform can clone or move: it goes beside the call, by a message. */
const CARGO_TAGS = new Set([
  'SharedArrayBuffer',
  'MessagePort',
  'ImageBitmap',
  'OffscreenCanvas',
  'ReadableStream',
  'WritableStream',
  'TransformStream',
  'CryptoKey',
  'FileSystemFileHandle',
  'FileSystemDirectoryHandle',
  'FileList',
  'VideoFrame',
  'AudioData',
  'RTCDataChannel',
  'WebAssembly.Module',
  'WebAssembly.Memory',
  'DOMRect',
  'DOMRectReadOnly',
  'DOMMatrix',
  'DOMMatrixReadOnly',
  'DOMPoint',
  'DOMPointReadOnly',
  'DOMQuad',
  'RTCCertificate',
]);

const { getPrototypeOf, keys: keysOf, getOwnPropertySymbols, is } = Object;
const { isArray } = Array;
const { isView } = ArrayBuffer;
const toString = Object.prototype.toString;
const objectPrototype = Object.prototype;
const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const utf16Decoder = new TextDecoder('utf-16le', { ignoreBOM: true });
const isWellFormed =
  String.prototype.isWellFormed ??
  /** @this {string} */ function () {
    return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(this);
  };

/** @type {WebAssembly.Memory} */
let wasmMemory;

/** @param {WebAssembly.Memory} memory of this realm's instance */
export const bindMemory = (memory) => {
  wasmMemory = memory;
};

// ---- encoding ----

let out = new Uint8Array(0);
let outView = new DataView(out.buffer);
let at = 0;
let depth = -1;
/** @type {References} */
let references;
/** Objects met so far, in the order of their numbers. @type {any[]} */
let seen = [];
/** The same objects, once they are many. @type {Set<object> | undefined} */
let seenSet;
let seenCount = 0;
/** @type {string[][]} */
let shapes = [];
/** @type {Uint8Array[]} */
let attached = [];
/** @type {any[]} */
let cargo = [];
/** Whether views carry all of their buffer: two of one value share it. */
let wholeBuffers = false;
/** The buffers of views so far. @type {Set<ArrayBufferLike> | undefined} */
let viewed;
/** The list of which elements went ahead. @type {number | undefined} */
let ahead;
let nextList = 0;
/** @type {Array<object>} */
const aside = [];

/** The message is encoded anew, with whole buffers, and in one piece. */
export const AGAIN_WHOLE = new (class extends Error {})('again');

/** A Blob's bytes are not here yet. */
export class Unread extends Error {
  /** @param {Blob} blob */
  constructor(blob) {
    super('a Blob is being read');
    this.blob = blob;
  }
}

/** Whether a message is to be encoded once more: no value is at fault. @param {unknown} error */
export const isRetry = (error) => error === AGAIN_WHOLE || error instanceof Unread;

/** The bytes of Blobs that were read. @type {WeakMap<Blob, ArrayBuffer>} */
const blobBytes = new WeakMap();

/** @param {Blob} blob */
export const readBlob = async (blob) => {
  blobBytes.set(blob, await blob.arrayBuffer());
};

/**
 * Begins a message: `end` or `abort` follows, whatever happens. What may fail comes first, and then there is stack for both.
 * @param {References} realm @param {boolean} [whole] with all of every view's buffer, and in one piece
 */
export function begin(realm, whole = false) {
  prove();
  beginProven(realm, whole);
}

/**
 * Begins a message for which there is stack: an answer, for example. The call into the wasm that led to it has proven that.
 * @param {References} realm @param {boolean} [whole] with all of every view's buffer, and in one piece
 */
export function beginProven(realm, whole = false) {
  const address = out.length === 0 || depth >= 0 ? outboxAt(depth + 1, 0) : 0;
  if (depth >= 0) {
    aside.push({
      out,
      outView,
      at,
      references,
      seen,
      seenSet,
      seenCount,
      shapes,
      attached,
      cargo,
      wholeBuffers,
      viewed,
      ahead,
    });
    seen = [];
  }
  ahead = undefined;
  depth++;
  references = realm;
  at = 0;
  seenCount = 0;
  seenSet = undefined;
  if (shapes.length > 0) shapes = [];
  // Most messages have neither: an array less for each.
  if (depth > 0 || attached.length > 0) attached = [];
  if (depth > 0 || cargo.length > 0) cargo = [];
  wholeBuffers = whole;
  viewed = undefined;
  if (address !== 0) bindOutbox(address);
}

/** @param {number} depth @param {number} len */
function outboxAt(depth, len) {
  const address = growOutbox(depth, len);
  if (address === 0) throw new RangeError(`there is no memory for a message of ${len} bytes`);
  return address;
}

function bindOutbox(/** @type {number} */ address) {
  out = new Uint8Array(wasmMemory.buffer, address, outboxBytes(depth));
  outView = new DataView(out.buffer, address, out.length);
}

/** The attachments of the message that ended last. @type {Uint8Array[]} */
let lastAttached = [];

export const takeAttachments = () => {
  const taken = lastAttached;
  lastAttached = [];
  return taken;
};

/** Whether the message so far needs what goes beside it. */
export const hasCargo = () => cargo.length > 0;

/** Ends the message; gives where it stands, as Rust takes it. */
export function end() {
  lastAttached = attached;
  const high = attached.length > 0 ? depth + 0x10000 : depth;
  const place = high * 0x1_0000_0000 + at;
  restore();
  return place;
}

/** Gives the message up. */
export function abort() {
  const [list, realm] = [ahead, references];
  restore();
  try {
    if (list !== undefined) realm.sendAhead(list, new Uint8Array(0));
  } catch {
    // Why the message was given up matters more.
  }
}

/** How many messages are begun. */
export const nesting = () => depth;

/** Gives up what was begun since there were `count`. @param {number} count */
export function unwind(count) {
  while (depth > count) restore();
}

function restore() {
  depth--;
  seenSet = undefined;
  if (seen.length > LINEAR) seen = [];
  else if (seenCount > 0) seen.fill(undefined);
  if (depth >= 0) {
    ({ out, outView, at, references, seen, seenSet, seenCount, shapes, attached, cargo, wholeBuffers, viewed, ahead } =
      /** @type {any} */ (aside.pop()));
    // The inner message may have made the memory grow.
    if (out.length === 0) bindOutbox(outboxAt(depth, at));
  }
}

/** Makes room for `len` more bytes. */
function room(/** @type {number} */ len) {
  if (at + len > out.length) bindOutbox(outboxAt(depth, at + len));
}

export function writeByte(/** @type {number} */ byte) {
  room(1);
  out[at++] = byte;
}

export function writeUint32(/** @type {number} */ value) {
  room(4);
  outView.setUint32(at, value, true);
  at += 4;
}

/** A count: seven bits a byte. */
function writeCount(/** @type {number} */ value) {
  room(5);
  while (value > 0x7f) {
    out[at++] = (value & 0x7f) | 0x80;
    value >>>= 7;
  }
  out[at++] = value;
}

/** Writes a value by value: what cannot be copied goes as a handle, where that is allowed. @param {any} value */
export function write(value) {
  switch (typeof value) {
    case 'number':
      return writeNumber(value);
    case 'string':
      return writeString(value);
    case 'object':
      return value === null ? writeByte(NULL) : writeObject(value);
    case 'boolean':
      return writeByte(value ? TRUE : FALSE);
    case 'undefined':
      return writeByte(UNDEFINED);
    case 'function':
      return writeHandle(value);
    case 'symbol':
      return writeSymbol(value);
    case 'bigint':
      return writeBigInt(value);
  }
}

/** Writes a value by reference, as the page's objects go to a worker: primitives and bytes are copied. @param {any} value */
export function writeReference(value) {
  switch (typeof value) {
    case 'object':
      if (value === null) return writeByte(NULL);
      if (isView(value) || isBuffer(value) || references.isDirect(value) || isImageData(value))
        return writeObject(value);
      return writeHandle(value);
    case 'function':
      return references.isDirect(value) ? write(value) : writeHandle(value);
    default:
      return write(value);
  }
}

/** @param {number} value */
function writeNumber(value) {
  room(9);
  if ((value | 0) === value && (value !== 0 || !is(value, -0))) {
    if (value >= 0 && value < SMALL_LIMIT) {
      out[at++] = SMALL + value;
    } else {
      out[at] = INT32;
      outView.setInt32(at + 1, value, true);
      at += 5;
    }
    return;
  }
  out[at] = FLOAT64;
  outView.setFloat64(at + 1, value, true);
  at += 9;
}

/** @param {bigint} value */
function writeBigInt(value) {
  if (BigInt.asIntN(64, value) === value) {
    room(9);
    out[at] = BIGINT64;
    outView.setBigInt64(at + 1, value, true);
    at += 9;
    return;
  }
  writeByte(BIGINT);
  writeString((value < 0n ? '-' : '') + (value < 0n ? -value : value).toString(16));
}

/** @param {string} text */
function writeString(text) {
  const { length } = text;
  if (length <= SHORT) {
    room(length + 2);
    const bytes = out;
    const start = at + 2;
    let index = 0;
    for (; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0xff) break;
      bytes[start + index] = code;
    }
    if (index === length) {
      bytes[start - 2] = LATIN1;
      bytes[start - 1] = length;
      at = start + length;
      return;
    }
  }
  // `encodeInto` would put U+FFFD for a lone surrogate.
  if (!isWellFormed.call(text)) return writeUtf16(text);
  room(3 * length + 5);
  const { written } = utf8Encoder.encodeInto(text, out.subarray(at + 5));
  out[at] = UTF8;
  outView.setUint32(at + 1, written, true);
  at += 5 + written;
}

/** @param {string} text */
function writeUtf16(text) {
  room(2 * text.length + 5);
  out[at] = UTF16;
  outView.setUint32(at + 1, text.length, true);
  at += 5;
  for (let index = 0; index < text.length; index++, at += 2) outView.setUint16(at, text.charCodeAt(index), true);
}

/** @param {symbol} symbol */
function writeSymbol(symbol) {
  const registered = Symbol.keyFor(symbol);
  if (registered !== undefined) {
    writeByte(SYMBOL_FOR);
    return writeString(registered);
  }
  const known = KNOWN_SYMBOLS.indexOf(symbol);
  if (known >= 0) {
    writeByte(SYMBOL_KNOWN);
    return writeByte(known);
  }
  if (!references.windowed) {
    throw new Unserialisable(`${String(symbol)} is neither registered (Symbol.for) nor well-known`);
  }
  const [yours, handle] = references.symbolHandle(symbol);
  writeByte(SYMBOL);
  writeByte(yours ? 1 : 0);
  writeUint32(handle);
  write(symbol.description);
}

/** Objects met until they are looked up in a Set. */
const LINEAR = 8;

/** Numbers an object; true, and says so, if it was met before. @param {object} value */
function metBefore(value) {
  if (seenSet !== undefined) {
    // One lookup for what is almost always new; which number it has is looked for when it is not.
    seenSet.add(value);
    if (seenSet.size === seenCount) return writeAgain(seen.indexOf(value));
    seen[seenCount++] = value;
    return false;
  }
  for (let number = 0; number < seenCount; number++) {
    if (seen[number] === value) return writeAgain(number);
  }
  seen[seenCount++] = value;
  if (seenCount === LINEAR) seenSet = new Set(seen.slice(0, LINEAR));
  return false;
}

function writeAgain(/** @type {number} */ number) {
  writeByte(AGAIN);
  writeCount(number);
  return true;
}

/** @param {any} value */
function writeObject(value) {
  const theirs = references.handleOf(value);
  if (theirs !== undefined) return writeYours(theirs);
  if (metBefore(value)) return;
  if (isArray(value)) return writeArray(value);
  const prototype = getPrototypeOf(value);
  if (prototype === objectPrototype || prototype === null) return writePlain(value);
  if (isView(value)) return writeView(value);
  writeExotic(value);
}

/** @param {any[]} value */
function writeArray(value) {
  const { length } = value;
  // A sparse array may claim 2^32 elements.
  if (length > 1024 && keysOf(value).length < length / 2) return writeSparse(value);
  // What comes before it is no object, to which an element might refer. One list at a time: not what a getter sends.
  if (length >= LONG && seenCount === 1 && depth === 0 && !wholeBuffers && references.canSendAhead)
    return writeAhead(value, length);
  writeByte(ARRAY);
  writeCount(length);
  writeElements(value, 0, length, Infinity);
}

/**
 * Writes elements up to `end`, or until the message has `until` bytes; gives the index of the next.
 * @param {any[]} value @param {number} index @param {number} end @param {number} until
 */
function writeElements(value, index, end, until) {
  try {
    for (; index < end && at < until; index++) {
      const element = value[index];
      if (element === undefined && !(index in value)) writeByte(HOLE);
      else write(element);
    }
    return index;
  } catch (error) {
    throw located(error, index);
  }
}

/** Sends elements while it encodes; the last ones stand in the message. @param {any[]} value @param {number} length */
function writeAhead(value, length) {
  const head = at;
  writeByte(ARRAY);
  writeCount(length);
  for (let index = 0; ; ) {
    const start = at;
    index = writeElements(value, index, length, start + AHEAD_BYTES);
    if (index === length) return;
    // Cargo goes with the message.
    if (attached.length > 0 || cargo.length > 0 || viewed !== undefined) {
      writeElements(value, index, length, Infinity);
      return;
    }
    ahead ??= nextList++ >>> 0;
    references.sendAhead(ahead, out.slice(start, at));
    at = head;
    writeByte(AHEAD);
    writeUint32(ahead);
    writeUint32(length);
  }
}

/** @param {any[]} value */
function writeSparse(value) {
  const indices = keysOf(value).filter((key) => String(Number(key) >>> 0) === key);
  writeByte(SPARSE);
  writeUint32(value.length);
  writeCount(indices.length);
  for (const index of indices) {
    writeUint32(Number(index));
    writeAt(value, index);
  }
}

/** @param {any} value @param {string | symbol} key */
function writeAt(value, key) {
  try {
    write(value[key]);
  } catch (error) {
    throw located(error, key);
  }
}

/** @param {unknown} error @param {string | number | symbol} key */
function located(error, key) {
  if (isRetry(error)) return error;
  return unserialisable(error).at(key);
}

/** @param {unknown} error */
export function unserialisable(error) {
  if (error instanceof Unserialisable) return error;
  if (error instanceof RangeError && /stack|recursion/i.test(error.message)) {
    return new Unserialisable('it is nested too deep', { cause: error });
  }
  return new Unserialisable(`reading it threw ${describe(error)}`, { cause: error });
}

/** @param {any} value */
function writePlain(value) {
  if (typeof value.toJSON === 'function') return writeJson(value);
  const keys = keysOf(value);
  const symbols = getOwnPropertySymbols(value);
  if (symbols.length > 0) return writeSymbolKeys(value, keys, symbols);
  writeFields(value, keys);
}

/** @param {any} value */
function writeJson(value) {
  const json = value.toJSON();
  // Another value travels in its place.
  unmeet(value);
  write(json === value ? null : json);
}

/** @param {any} value @param {string[]} keys */
function writeFields(value, keys) {
  const { length } = keys;
  const shape = findShape(keys, length);
  if (shape >= 0) {
    writeByte(SHAPED);
    writeCount(shape);
  } else {
    writeByte(OBJECT);
    writeCount(length);
    for (let index = 0; index < length; index++) writeString(keys[index]);
    shapes.push(keys);
  }
  let index = 0;
  try {
    // As in `readFields`: each of these sees the same key in objects that are alike.
    if (length > 0) write(value[keys[0]]);
    if (length > (index = 1)) write(value[keys[1]]);
    if (length > (index = 2)) write(value[keys[2]]);
    if (length > (index = 3)) write(value[keys[3]]);
    if (length > (index = 4)) write(value[keys[4]]);
    if (length > (index = 5)) write(value[keys[5]]);
    if (length > (index = 6)) write(value[keys[6]]);
    if (length > (index = 7)) write(value[keys[7]]);
    for (index = 8; index < length; index++) write(value[keys[index]]);
  } catch (error) {
    throw located(error, keys[index]);
  }
}

/** Objects with the same keys follow each other: only the last few shapes are compared. */
const SHAPES_COMPARED = 4;

/** @param {string[]} keys @param {number} length */
function findShape(keys, length) {
  const last = shapes.length - 1;
  candidates: for (let index = last; index >= 0 && index > last - SHAPES_COMPARED; index--) {
    const shape = shapes[index];
    if (shape.length !== length) continue;
    for (let key = 0; key < length; key++) {
      if (shape[key] !== keys[key]) continue candidates;
    }
    return index;
  }
  return -1;
}

/** Symbol keys go behind the others. @param {any} value @param {string[]} keys @param {symbol[]} symbols */
function writeSymbolKeys(value, keys, symbols) {
  const sent = symbols.filter((symbol) => {
    const shared = Symbol.keyFor(symbol) !== undefined || KNOWN_SYMBOLS.includes(symbol);
    return shared && objectPrototype.propertyIsEnumerable.call(value, symbol);
  });
  if (sent.length > 0) writeByte(SYMBOLS);
  writeFields(value, keys);
  if (sent.length === 0) return;
  writeCount(sent.length);
  for (const symbol of sent) {
    writeSymbol(symbol);
    writeAt(value, symbol);
  }
}

const isBuffer = (/** @type {any} */ value) => value instanceof ArrayBuffer;
const isImageData = (/** @type {any} */ value) => typeof ImageData === 'function' && value instanceof ImageData;

/** @param {ArrayBufferView} value */
function writeView(value) {
  const { buffer, byteOffset, byteLength } = value;
  if (!(buffer instanceof ArrayBuffer)) return writeCargoView(value);
  const whole = byteLength === buffer.byteLength;
  if (!whole && !wholeBuffers) {
    viewed ??= new Set();
    // Both are to share it over there too.
    if (viewed.has(buffer)) throw AGAIN_WHOLE;
    viewed.add(buffer);
  }
  const name = viewName(value);
  const tracks = /** @type {any} */ (buffer).resizable && byteOffset + byteLength === buffer.byteLength;
  writeByte(VIEW);
  writeByte(VIEWS.indexOf(name) | (tracks ? 0x80 : 0));
  if (whole || wholeBuffers || tracks) {
    if (!metBefore(buffer)) writeBuffer(buffer);
    writeUint32(byteOffset);
  } else {
    // The bytes that it views, and no more: the rest may be a whole heap.
    metBefore(new ArrayBuffer(0));
    writeBytes(new Uint8Array(buffer, byteOffset, byteLength));
    writeUint32(0);
  }
  writeUint32(name === 'DataView' ? byteLength : /** @type {any} */ (value).length);
}

/** The class that a view is of, or that its class extends. @param {ArrayBufferView} value */
const viewName = (value) => (value instanceof DataView ? 'DataView' : /** @type {any} */ (value)[Symbol.toStringTag]);

/** A view of shared memory: the memory goes beside the call. @param {ArrayBufferView} value */
function writeCargoView(value) {
  const name = viewName(value);
  checkBytes(value.byteOffset + value.byteLength);
  writeByte(VIEW);
  writeByte(VIEWS.indexOf(name));
  if (!metBefore(value.buffer)) writeCargo(value.buffer);
  writeUint32(value.byteOffset);
  writeUint32(name === 'DataView' ? value.byteLength : /** @type {any} */ (value).length);
}

/** @param {ArrayBuffer} buffer */
function writeBuffer(buffer) {
  if (/** @type {any} */ (buffer).detached) throw new Unserialisable('the ArrayBuffer is detached');
  if (/** @type {any} */ (buffer).resizable) {
    writeByte(RESIZABLE);
    writeNumber(/** @type {any} */ (buffer).maxByteLength);
  }
  writeBytes(new Uint8Array(buffer));
}

/** @param {Uint8Array} bytes */
function writeBytes(bytes) {
  const { length } = bytes;
  if (length < ATTACHED_BYTES) {
    room(length + 5);
    out[at] = BUFFER;
    outView.setUint32(at + 1, length, true);
    out.set(bytes, at + 5);
    at += 5 + length;
    return;
  }
  checkBytes(length);
  writeByte(ATTACHED);
  writeUint32(attached.length);
  attached.push(bytes);
}

/** @param {number} length */
function checkBytes(length) {
  if (length <= MAX_BUFFER_BYTES) return;
  throw new Unserialisable(
    `it needs ${length} bytes of a buffer, at most ${MAX_BUFFER_BYTES} can travel; send it in parts`,
  );
}

/** Writes an object that is neither plain, an array nor a view. @param {any} value */
function writeExotic(value) {
  if (isBuffer(value)) return writeBuffer(value);
  if (value instanceof Date) {
    writeByte(DATE);
    return writeNumber(value.getTime());
  }
  if (value instanceof Map) {
    writeByte(MAP);
    writeCount(value.size);
    for (const [key, entry] of value) {
      writeInner(key, '(a key)');
      writeInner(entry, `.get(${typeof key === 'string' ? JSON.stringify(key) : typeof key})`);
    }
    return;
  }
  if (value instanceof Set) {
    writeByte(SET);
    writeCount(value.size);
    for (const entry of value) writeInner(entry, '(an entry)');
    return;
  }
  if (value instanceof Error) return writeError(value);
  if (value instanceof RegExp) {
    writeByte(REGEXP);
    writeString(value.source);
    return writeString(value.flags);
  }
  if (isImageData(value)) {
    writeByte(IMAGE_DATA);
    writeBytes(new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength));
    writeUint32(value.width);
    return writeString(value.colorSpace ?? 'srgb');
  }
  if (typeof Blob === 'function' && value instanceof Blob) return writeBlob(value);
  const tag = toString.call(value).slice(8, -1);
  if (tag === 'Number' || tag === 'String' || tag === 'Boolean' || tag === 'BigInt') {
    writeByte(BOXED);
    return write(value.valueOf());
  }
  if (CARGO_TAGS.has(tag) && references.canSendCargo) return writeCargo(value);
  if (typeof value.toJSON === 'function') return writeJson(value);
  if (CARGO_TAGS.has(tag)) return writeCargo(value);
  // An instance of the page's own class travels as its own properties, as in a structured clone.
  if (!(tag in globalThis) || tag === 'Object') return writePlain(value);
  if (!references.windowed) throw new Unserialisable(tag);
  unmeet(value);
  writeHandle(value);
}

/** A handle is no value of its own: nothing refers to it by number. @param {object} value */
function unmeet(value) {
  seen[--seenCount] = undefined;
  if (seenSet !== undefined) seenSet.delete(value);
}

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
  if (typeof DOMException === 'function' && error instanceof DOMException) {
    writeByte(DOM_EXCEPTION);
    writeString(error.name);
    writeString(error.message);
    return write(stackOf(error));
  }
  writeByte(ERROR);
  writeString(String(error.name));
  writeString(String(error.message));
  writeString(stackOf(error));
  writeByte('cause' in error ? 1 : 0);
  if ('cause' in error) writeLenient(error.cause);
  const { errors } = error;
  writeByte(isArray(errors) ? 1 : 0);
  if (isArray(errors)) writeLenient(errors);
  const others = keysOf(error).filter((key) => !STANDARD.has(key));
  writeCount(others.length);
  for (const key of others) {
    writeString(key);
    writeLenient(/** @type {any} */ (error)[key]);
  }
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
  writeByte(ERROR);
  writeString(name);
  writeString(message);
  writeString('');
  for (let none = 0; none < 3; none++) writeByte(0);
}

/** Properties of every error, which travel by themselves. */
const STANDARD = new Set(['name', 'message', 'stack', 'cause', 'errors']);

/** A property of an error must not keep the error from travelling. @param {any} value */
function writeLenient(value) {
  const mark = at;
  try {
    write(value);
  } catch (error) {
    if (isRetry(error)) throw error;
    at = mark;
    writeString(String(value));
  }
}

/** @param {Blob} blob */
function writeBlob(blob) {
  if (references.canSendCargo) return writeCargo(blob);
  const bytes = blobBytes.get(blob);
  if (bytes === undefined) throw new Unread(blob);
  if (typeof File === 'function' && blob instanceof File) {
    writeByte(FILE);
    writeString(blob.name);
    writeNumber(blob.lastModified);
  } else {
    writeByte(BLOB);
  }
  writeString(blob.type);
  writeBytes(new Uint8Array(bytes));
}

/** @param {any} value */
function writeCargo(value) {
  if (!references.canSendCargo) {
    if (references.windowed) {
      unmeet(value);
      return writeHandle(value);
    }
    throw new Unserialisable(`${toString.call(value).slice(8, -1)} cannot reach a worker that is blocked`);
  }
  // A message that waits for what comes beside it is read too late for a list that came ahead of it.
  if (ahead !== undefined) throw AGAIN_WHOLE;
  writeByte(CARGO);
  writeCount(cargo.length);
  cargo.push(value);
}

/** @param {any} value */
function writeHandle(value) {
  const theirs = references.handleOf(value);
  if (theirs !== undefined) return writeYours(theirs);
  room(6);
  out[at] = THEIRS;
  out[at + 1] = typeof value === 'function' ? FUNCTION_TYPE : isArray(value) ? ARRAY_TYPE : OBJECT_TYPE;
  outView.setUint32(at + 2, references.lend(value), true);
  at += 6;
}

function writeYours(/** @type {number} */ handle) {
  room(5);
  out[at] = YOURS;
  outView.setUint32(at + 1, handle, true);
  at += 5;
}

// ---- decoding ----

/** All of the wasm's memory. @type {Uint8Array} */
let heap = new Uint8Array(0);
let heapView = new DataView(heap.buffer);
/** The memory of the open message, which is from `from` to `limit`. @type {Uint8Array} */
let input = heap;
/** @type {DataView} */
let inputView = heapView;
let from = 0;
let limit = 0;
/** @type {References} */
let target;
/** @type {any[]} */
let objects = [];
/** @type {Shape[]} */
let known = [];
/** @type {Uint8Array[] | undefined} */
let arrived;
/** Where this part's attachments begin. */
let arrivedFrom = 0;
/** @type {any[]} */
let beside = [];

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

/** Begins to read the `len` bytes that stand at `address`. @param {References} realm @param {number} address @param {number} len */
export function open(realm, address, len) {
  readHeap();
  begun(realm, address, len);
  arrived = undefined;
}

/** @typedef {{ bytes: Uint8Array, attachments: Uint8Array[], attachmentsFrom: number }} Aside */

/** Begins to read a message that was set aside. @param {References} realm @param {Aside} message @param {any[]} [cargo] what came beside it */
export function openAside(realm, { bytes, attachments, attachmentsFrom }, cargo = []) {
  input = bytes;
  inputView = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  begun(realm, 0, bytes.length);
  arrived = attachments;
  arrivedFrom = attachmentsFrom;
  beside = cargo;
}

/** Goes on reading the open message in a copy: what has arrived does not stay. */
export function setAside() {
  arrived ??= takeAttached();
  input = input.slice(from, limit);
  inputView = new DataView(input.buffer);
  limit -= from;
  from = 0;
}

/** Reads what `writeWritten` wrote into a message that was set aside, as a message of its own. @returns {Aside} */
export function readWritten() {
  const attachmentsFrom = arrivedFrom + readUint32();
  const len = readUint32();
  from += len;
  return { bytes: input.subarray(from - len, from), attachments: arrived ?? [], attachmentsFrom };
}

/** The message so far, to be a part of a later one; and its cargo. @returns {{ bytes: Uint8Array, attachments: Uint8Array[], cargo: any[] }} */
export const written = () => ({ bytes: out.slice(0, at), attachments: [...attached], cargo: [...cargo] });

/** Writes what `written` gave, with the place of its attachments. @param {{ bytes: Uint8Array, attachments: Uint8Array[] }} part */
export function writeWritten({ bytes, attachments }) {
  writeUint32(attached.length);
  writeUint32(bytes.length);
  writeCopy(bytes);
  // Not as arguments: there may be more than a call can have.
  for (const one of attachments) attached.push(one);
}

/** Writes bytes that stand in no value. @param {Uint8Array} bytes */
export function writeCopy(bytes) {
  room(bytes.length);
  out.set(bytes, at);
  at += bytes.length;
}

/** Has what was attached to the message refer to moved buffers. @param {Map<ArrayBufferLike, ArrayBuffer>} moved @param {[ArrayBufferLike, number, number][]} views */
export function attachMoved(moved, views) {
  attached = attached.map((bytes, index) => {
    const [buffer, offset, length] = views[index];
    const to = moved.get(buffer);
    return to === undefined ? bytes : new Uint8Array(to, offset, length);
  });
}

/** @returns {[ArrayBufferLike, number, number][]} */
export const attachedViews = () => attached.map(({ buffer, byteOffset, length }) => [buffer, byteOffset, length]);

/** @param {References} realm @param {number} start @param {number} len */
function begun(realm, start, len) {
  target = realm;
  from = start;
  limit = start + len;
  arrivedFrom = 0;
  if (objects.length > 0) objects = [];
  if (known.length > 0) known = [];
}

/** Forgets what was read, so that it can be collected. */
export function close() {
  const rest = unread();
  if (objects.length > 0) objects = [];
  arrived = undefined;
  if (beside.length > 0) beside = [];
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
  if (tag >= SMALL) return tag - SMALL;
  switch (tag) {
    case UNDEFINED:
      return undefined;
    case NULL:
      return null;
    case TRUE:
      return true;
    case FALSE:
      return false;
    case INT32: {
      const value = inputView.getInt32(from, true);
      from += 4;
      return value;
    }
    case FLOAT64: {
      const value = inputView.getFloat64(from, true);
      from += 8;
      return value;
    }
    case LATIN1:
      return readLatin1(readByte());
    case UTF8: {
      const length = readUint32();
      from += length;
      return utf8Decoder.decode(input.subarray(from - length, from));
    }
    case SHAPED:
      return readFields(keep({}), known[readCount()]);
    case OBJECT:
      return readFields(keep({}), readShape());
    case ARRAY:
      return readElements(keep([]), readLength());
    case THEIRS: {
      const type = readByte();
      return target.borrow(type, readUint32());
    }
    case YOURS:
      return target.own(readUint32());
    case AGAIN:
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

/** Short strings are the names of properties, again and again: those read last are looked up by their bytes. */
const CACHED = 24;
/** As many as a message of 1000 objects with a text each may have, with room to spare: two of one place evict each other. */
const PLACES = 4096;
/** @type {string[]} */
const cache = new Array(PLACES).fill('');

function readLatin1(/** @type {number} */ length) {
  const bytes = input;
  const start = from;
  const end = (from = start + length);
  if (length > CACHED) return String.fromCharCode.apply(null, /** @type {any} */ (bytes.subarray(start, end)));
  let hash = length;
  for (let index = start; index < end; index++) hash = (Math.imul(hash, 31) + bytes[index]) | 0;
  const place = hash & (PLACES - 1);
  const cached = cache[place];
  if (cached.length === length) {
    let index = 0;
    while (index < length && cached.charCodeAt(index) === bytes[start + index]) index++;
    if (index === length) return cached;
  }
  let text = '';
  let index = start;
  // Each addition makes a string.
  for (; index + 4 <= end; index += 4)
    text += String.fromCharCode(bytes[index], bytes[index + 1], bytes[index + 2], bytes[index + 3]);
  for (; index < end; index++) text += String.fromCharCode(bytes[index]);
  cache[place] = text;
  return text;
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
  known.push(shape);
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
  if (input[from] === HOLE) {
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
export function readAhead({ array, objects: met, shapes: theirs }) {
  objects = met;
  known = theirs;
  while (from < limit) readElement(array, array.length);
}

/** A list whose first elements came ahead: it is the first object of its message. */
function readRest() {
  const list = target.takeAhead(readUint32());
  if (list.failure !== undefined) throw list.failure;
  const length = readUint32();
  if (objects.length > 0 || length - list.array.length > limit - from) {
    throw new SyntaxError(`a message claims ${length} elements, of which ${list.array.length} came ahead`);
  }
  objects = list.objects;
  known = list.shapes;
  return readElements(list.array, length);
}

/** @param {number} tag */
function readRare(tag) {
  switch (tag) {
    case BIGINT64: {
      const value = inputView.getBigInt64(from, true);
      from += 8;
      return value;
    }
    case BIGINT: {
      const text = readString();
      return text[0] === '-' ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
    }
    case UTF16: {
      const length = readUint32();
      from += 2 * length;
      return readUtf16(input.subarray(from - 2 * length, from));
    }
    case SPARSE: {
      const array = keep(new Array(readUint32()));
      for (let left = readLength(); left > 0; left--) array[readUint32()] = read();
      return array;
    }
    case SYMBOLS: {
      const object = read();
      for (let left = readLength(); left > 0; left--) define(object, read(), read());
      return object;
    }
    case DATE:
      return keep(new Date(read()));
    case REGEXP: {
      const number = objects.push(undefined) - 1;
      return (objects[number] = new RegExp(readString(), readString()));
    }
    case MAP: {
      const map = keep(new Map());
      for (let left = readCount(); left > 0; left--) map.set(read(), read());
      return map;
    }
    case SET: {
      const set = keep(new Set());
      for (let left = readCount(); left > 0; left--) set.add(read());
      return set;
    }
    case ERROR:
      return readError();
    case DOM_EXCEPTION: {
      const [name, message, stack] = [readString(), readString(), read()];
      return keep(withStack(new DOMException(message, name), stack));
    }
    case BUFFER:
    case ATTACHED:
    case RESIZABLE:
      from--;
      return readBuffer();
    case VIEW:
      return readView();
    case SYMBOL_FOR:
      return Symbol.for(readString());
    case SYMBOL_KNOWN:
      return KNOWN_SYMBOLS[readByte()];
    case SYMBOL: {
      const yours = readByte();
      const handle = readUint32();
      const description = read();
      return yours ? target.own(handle) : target.borrowSymbol(handle, description);
    }
    case BOXED:
      return keep(Object(read()));
    case BLOB:
    case FILE: {
      const name = tag === FILE ? readString() : '';
      const lastModified = tag === FILE ? read() : 0;
      const type = readString();
      const bytes = readBytes();
      return keep(tag === FILE ? new File([bytes], name, { type, lastModified }) : new Blob([bytes], { type }));
    }
    case IMAGE_DATA: {
      const bytes = readBytes();
      const width = readUint32();
      const colorSpace = /** @type {PredefinedColorSpace} */ (readString());
      const data = new Uint8ClampedArray(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return keep(new ImageData(data, width, data.length / 4 / width, { colorSpace }));
    }
    case CARGO:
      return keep(beside[readCount()]);
    case AHEAD:
      return readRest();
    default:
      throw new SyntaxError(`a message has the unknown tag ${tag}`);
  }
}

/** @param {Uint8Array} bytes */
function readUtf16(bytes) {
  const text = utf16Decoder.decode(bytes);
  // The decoder puts U+FFFD for a lone surrogate, which is why the text came this way.
  if (!text.includes('\ufffd')) return text;
  const units = new Uint16Array(bytes.slice().buffer);
  let whole = '';
  for (let start = 0; start < units.length; start += 4096) {
    whole += String.fromCharCode.apply(null, /** @type {any} */ (units.subarray(start, start + 4096)));
  }
  return whole;
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
  const maxByteLength = input[from] === RESIZABLE ? (from++, read()) : undefined;
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
  if (readByte() === BUFFER) {
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
