// @ts-check
// Encoding: any JavaScript value as bytes, straight into the wasm's memory.
//
// It is JavaScript because its input is: in Rust, every property would cross the boundary several times.
// docs/javascript.md says more.
//
// The message that is being encoded is in this module's variables, for speed. A getter or a `toJSON` may make a call while its
// object is encoded: `begin` then puts the outer message aside until `finish`.

import { Unserialisable } from '../errors.js';
import { describe } from '../border.js';
import { prove } from '../stack.js';
import { PLAIN, classesOf, isOf } from './brands.js';
import { partsOf } from './made.js';
import { growOutbox, outboxBytes, wasmMemory } from './memory.js';
import * as tags from './tags.js';
import { ARRAY_TYPE, FUNCTION_TYPE, KNOWN_SYMBOLS, OBJECT_TYPE, VIEWS } from './tags.js';

/**
 * An end of a link, as the encoding asks it about objects that stay in place.
 * @typedef {object} Lender
 * @property {boolean} windowed whether any object may travel as a handle, or functions only
 * @property {object | undefined} lending whether the other end can ask for all of what is lent to it
 * @property {(value: object) => number | undefined} handleOf the other end's handle, if `value` is a proxy of this link
 * @property {(value: object) => number} lend a handle to a value of ours
 * @property {(symbol: symbol) => [yours: boolean, handle: number]} symbolHandle
 * @property {((value: any) => any) | undefined} transform
 * @property {{ numberOf: (signal: AbortSignal) => number }} signals
 * @property {(value: object) => boolean} isDirect whether `direct(value)` was called
 * @property {{ typeOf: (value: object) => number } | undefined} kinds numbers the kinds of objects, if the other end is to know them
 * @property {boolean} canSendCargo whether values that only the platform can clone may go beside the call, by a message
 * @property {boolean} canSendAhead whether the first elements of a long list may go ahead of their message
 * @property {(list: number, bytes: Uint8Array) => void} sendAhead sends elements, as `readAhead` takes them; none: the list is given up
 */

/** The longest buffer that can travel: lengths have 32 bits. A value may have any number of them. */
const MAX_BUFFER_BYTES = 2 ** 32 - 1;

/** Bytes from which a buffer travels as an attachment, copied once, straight into the ring. */
const ATTACHED_BYTES = 512;
/** Elements from which a list may go ahead of its message, and bytes that it goes ahead by: the other realm reads them meanwhile. */
const LONG = 64;
const AHEAD_BYTES = 4096;
/** Characters up to which a loop beats TextEncoder. */
const SHORT = 48;

const { getPrototypeOf, keys: keysOf, getOwnPropertySymbols, is } = Object;
const { isArray } = Array;
const { isView } = ArrayBuffer;
const toString = Object.prototype.toString;
const objectPrototype = Object.prototype;
const utf8Encoder = new TextEncoder();
const isWellFormed =
  String.prototype.isWellFormed ??
  /** @this {string} */ function () {
    return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(this);
  };

let out = new Uint8Array(0);
let outView = new DataView(out.buffer);
let at = 0;
let depth = -1;
/** @type {Lender} */
export let lender;
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
let viewedBuffers;
/** The list of which elements went ahead. @type {number | undefined} */
let ahead;
let nextList = 0;
/** Whether objects and functions are replaced by what `lender.transform` gives for them. */
let transforms = false;
/** What it gave. @type {Map<object, any> | undefined} */
let transformed;
/** @type {Array<object>} */
const outerMessages = [];

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

/** True if the message has to be encoded once more: no value is at fault. @param {unknown} error */
export const isRetry = (error) => error === AGAIN_WHOLE || error instanceof Unread;

/**
 * Begins a message; `finish` or `abort` must follow. It throws before it changes anything unless the stack suffices for both.
 * @param {Lender} end @param {boolean} [whole] with all of every view's buffer, and in one piece
 */
export function begin(end, whole = false) {
  prove();
  beginProven(end, whole);
}

/**
 * Begins a message for which there is stack: an answer, for example. The call into the wasm that led to it has proven that.
 * @param {Lender} end @param {boolean} [whole] with all of every view's buffer, and in one piece
 */
export function beginProven(end, whole = false) {
  const address = out.length === 0 || depth >= 0 ? outboxAt(depth + 1, 0) : 0;
  if (depth >= 0) {
    outerMessages.push({
      out,
      outView,
      at,
      lender,
      seen,
      seenSet,
      seenCount,
      shapes,
      attached,
      cargo,
      wholeBuffers,
      viewedBuffers,
      ahead,
      transforms,
      transformed,
    });
    seen = [];
  }
  ahead = undefined;
  depth++;
  lender = end;
  at = 0;
  seenCount = 0;
  seenSet = undefined;
  if (shapes.length > 0) shapes = [];
  // Most messages have neither: an array less for each.
  if (depth > 0 || attached.length > 0) attached = [];
  if (depth > 0 || cargo.length > 0) cargo = [];
  wholeBuffers = whole;
  viewedBuffers = undefined;
  transforms = false;
  transformed = undefined;
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

/** True if the message so far has cargo. */
export const hasCargo = () => cargo.length > 0;

/** Ends the message; gives where it stands, as Rust takes it. */
export function finish() {
  lastAttached = attached;
  const high = attached.length > 0 ? depth + 0x10000 : depth;
  const place = high * 0x1_0000_0000 + at;
  restore();
  return place;
}

/** Gives the message up. */
export function abort() {
  const [list, end] = [ahead, lender];
  restore();
  try {
    if (list !== undefined) end.sendAhead(list, new Uint8Array(0));
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
    ({
      out,
      outView,
      at,
      lender,
      seen,
      seenSet,
      seenCount,
      shapes,
      attached,
      cargo,
      wholeBuffers,
      viewedBuffers,
      ahead,
      transforms,
      transformed,
    } = /** @type {any} */ (outerMessages.pop()));
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
export function writeCount(/** @type {number} */ value) {
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
      return value === null ? writeByte(tags.NULL) : writeObject(value);
    case 'boolean':
      return writeByte(value ? tags.TRUE : tags.FALSE);
    case 'undefined':
      return writeByte(tags.UNDEFINED);
    case 'function':
      return writeHandle(transforms && lender.handleOf(value) === undefined ? replaced(value) : value);
    case 'symbol':
      return writeSymbol(value);
    case 'bigint':
      return writeBigInt(value);
  }
}

/** `write`, with what the end's `transform` gives in the place of each object and function. @param {any} value */
export const writeTransformed = (value) => transformBy(write, value);

/** `writeArgument`, likewise. @param {any} value */
export const writeTransformedArgument = (value) => transformBy(writeArgument, value);

/** @param {(value: any) => void} writeOne @param {any} value */
function transformBy(writeOne, value) {
  const outer = transforms;
  transforms = true;
  try {
    writeOne(value);
  } finally {
    transforms = outer;
  }
}

/** The same for one value again: it may stand in itself. @param {object} value */
function replaced(value) {
  transformed ??= new Map();
  if (!transformed.has(value)) transformed.set(value, lender.transform?.(value));
  return transformed.get(value);
}

/** Writes a value by reference, as the page's objects go to a worker: primitives and bytes are copied. @param {any} value */
export function writeReference(value) {
  switch (typeof value) {
    case 'object': {
      if (value === null) return writeByte(tags.NULL);
      // First: a stand-in would ask its own realm of which class it is.
      const theirs = lender.handleOf(value);
      if (theirs !== undefined) return writeYours(theirs);
      return isView(value) || copiedByReference.has(writerOf(value)) || lender.isDirect(value)
        ? writeObject(value)
        : writeLent(value, objectType(value));
    }
    case 'function':
      return lender.isDirect(value) ? write(value) : writeHandle(value);
    default:
      return write(value);
  }
}

/**
 * Writes an argument of a function of the page's. An object whose methods the function may call has them there, and one stand-in:
 * a listener can be removed.
 * @param {any} value
 */
export function writeArgument(value) {
  if (typeof value !== 'object' || value === null) return write(value);
  const theirs = lender.handleOf(value);
  if (theirs !== undefined) return writeYours(theirs);
  if (transforms && replaced(value) !== value) return writeObject(value);
  const methods = methodsOf(value);
  if (methods === null) writeOwn(value);
  else writeLive(value, methods);
}

/** @param {number} value */
export function writeNumber(value) {
  room(9);
  if ((value | 0) === value && (value !== 0 || !is(value, -0))) {
    if (value >= 0 && value < tags.SMALL_LIMIT) {
      out[at++] = tags.SMALL + value;
    } else {
      out[at] = tags.INT32;
      outView.setInt32(at + 1, value, true);
      at += 5;
    }
    return;
  }
  out[at] = tags.FLOAT64;
  outView.setFloat64(at + 1, value, true);
  at += 9;
}

/** @param {bigint} value */
function writeBigInt(value) {
  if (BigInt.asIntN(64, value) === value) {
    room(9);
    out[at] = tags.BIGINT64;
    outView.setBigInt64(at + 1, value, true);
    at += 9;
    return;
  }
  writeByte(tags.BIGINT);
  writeString((value < 0n ? '-' : '') + (value < 0n ? -value : value).toString(16));
}

/** @param {string} text */
export function writeString(text) {
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
      bytes[start - 2] = tags.LATIN1;
      bytes[start - 1] = length;
      at = start + length;
      return;
    }
  }
  // `encodeInto` would put U+FFFD for a lone surrogate.
  if (!isWellFormed.call(text)) return writeUtf16(text);
  room(3 * length + 5);
  const { written } = utf8Encoder.encodeInto(text, out.subarray(at + 5));
  out[at] = tags.UTF8;
  outView.setUint32(at + 1, written, true);
  at += 5 + written;
}

/** @param {string} text */
function writeUtf16(text) {
  room(2 * text.length + 5);
  out[at] = tags.UTF16;
  outView.setUint32(at + 1, text.length, true);
  at += 5;
  for (let index = 0; index < text.length; index++, at += 2) outView.setUint16(at, text.charCodeAt(index), true);
}

/** @param {symbol} symbol */
function writeSymbol(symbol) {
  const registered = Symbol.keyFor(symbol);
  if (registered !== undefined) {
    writeByte(tags.SYMBOL_FOR);
    return writeString(registered);
  }
  const known = KNOWN_SYMBOLS.indexOf(symbol);
  if (known >= 0) {
    writeByte(tags.SYMBOL_KNOWN);
    return writeByte(known);
  }
  if (!lender.windowed) {
    throw new Unserialisable(`${String(symbol)} is neither registered (Symbol.for) nor well-known`);
  }
  const [yours, handle] = lender.symbolHandle(symbol);
  writeByte(tags.SYMBOL);
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
  writeByte(tags.AGAIN);
  writeCount(number);
  return true;
}

/** @param {any} value */
function writeObject(value) {
  const theirs = lender.handleOf(value);
  if (theirs !== undefined) return writeYours(theirs);
  if (transforms) {
    value = replaced(value);
    if (value === null || typeof value !== 'object') {
      if (typeof value === 'function') writeHandle(value);
      else write(value);
      return;
    }
  }
  writeOwn(value);
}

/** @param {any} value an object that is no proxy of this link */
function writeOwn(value) {
  if (metBefore(value)) return;
  if (isArray(value)) return writeArray(value);
  const prototype = getPrototypeOf(value);
  if (prototype === objectPrototype || prototype === null) return writePlain(value);
  if (isView(value)) return writeView(value);
  writerOf(value)(value);
}

/** @param {any[]} value */
function writeArray(value) {
  const { length } = value;
  // All keys of every array would take longer than its elements.
  if ('index' in value || 'raw' in value) return writeMatch(value);
  // A sparse array may claim 2^32 elements.
  if (length > 1024 && keysOf(value).length < length / 2) return writeSparse(value);
  // No object stands before the list, to which an element might refer. One list at a time: not that of a getter's call.
  if (length >= LONG && seenCount === 1 && depth === 0 && !wholeBuffers && lender.canSendAhead)
    return writeAhead(value, length);
  writeByte(tags.ARRAY);
  writeCount(length);
  writeElements(value, 0, length, Infinity);
}

/**
 * Writes elements up to `length`, or until the message has `until` bytes; gives the index of the next.
 * @param {any[]} value @param {number} index @param {number} length @param {number} until
 */
function writeElements(value, index, length, until) {
  try {
    for (; index < length && at < until; index++) {
      const element = value[index];
      if (element === undefined && !(index in value)) writeByte(tags.HOLE);
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
  writeByte(tags.ARRAY);
  writeCount(length);
  for (let index = 0; ; ) {
    const start = at;
    index = writeElements(value, index, length, start + AHEAD_BYTES);
    if (index === length) return;
    // Cargo goes with the message.
    if (attached.length > 0 || cargo.length > 0 || viewedBuffers !== undefined) {
      writeElements(value, index, length, Infinity);
      return;
    }
    ahead ??= nextList++ >>> 0;
    lender.sendAhead(ahead, out.slice(start, at));
    at = head;
    writeByte(tags.AHEAD);
    writeUint32(ahead);
    writeUint32(length);
  }
}

/** The properties of the arrays that a regular expression or a template makes. */
const OF_MATCHES = ['index', 'input', 'groups', 'indices', 'raw'];

/** An array with properties of its own. @param {any[]} value */
function writeMatch(value) {
  const own = OF_MATCHES.filter((key) => Object.hasOwn(value, key));
  writeByte(tags.KEYED);
  writeByte(tags.ARRAY);
  writeCount(value.length);
  writeElements(value, 0, value.length, Infinity);
  writeNamed(value, own);
}

/** Properties behind what they belong to. @param {any} value @param {string[]} keys */
export function writeNamed(value, keys, writeOne = write) {
  writeCount(keys.length);
  for (const key of keys) {
    writeString(key);
    writeAt(value, key, writeOne);
  }
}

/** @param {any[]} value */
function writeSparse(value) {
  const indices = keysOf(value).filter((key) => String(Number(key) >>> 0) === key);
  writeByte(tags.SPARSE);
  writeUint32(value.length);
  writeCount(indices.length);
  for (const index of indices) {
    writeUint32(Number(index));
    writeAt(value, index);
  }
}

/** @param {any} value @param {string | symbol} key */
function writeAt(value, key, writeOne = write) {
  try {
    writeOne(value[key]);
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
  if (Unserialisable.isOwn(error)) return error;
  // An engine that compiles a pattern there says so by a SyntaxError.
  if (error instanceof Error && /call stack|stack overflow|too much recursion/i.test(error.message)) {
    return new Unserialisable('it is nested too deep', { cause: error });
  }
  return new Unserialisable(`reading it threw ${describe(error)}`, { cause: error });
}

/** @param {any} value */
export function writePlain(value) {
  if (typeof value.toJSON === 'function') return writeJson(value);
  writeProperties(value);
}

/** @param {any} value */
function writeProperties(value) {
  const keys = keysOf(value);
  const symbols = getOwnPropertySymbols(value);
  if (symbols.length > 0) return writeSymbolKeys(value, keys, symbols);
  writeFields(value, keys);
}

/** @param {any} value */
function writeJson(value) {
  const json = value.toJSON();
  if (json === value) return writeProperties(value);
  // Another value travels in its place.
  unmeet(value);
  write(json);
}

/** @param {any} value @param {string[]} keys */
function writeFields(value, keys) {
  const { length } = keys;
  const shape = findShape(keys, length);
  if (shape >= 0) {
    writeByte(tags.SHAPED);
    writeCount(shape);
  } else {
    writeByte(tags.OBJECT);
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
  if (sent.length > 0) writeByte(tags.SYMBOLS);
  writeFields(value, keys);
  if (sent.length === 0) return;
  writeCount(sent.length);
  for (const symbol of sent) {
    writeSymbol(symbol);
    writeAt(value, symbol);
  }
}

/** @param {ArrayBufferView} value */
function writeView(value) {
  const { buffer, byteOffset, byteLength } = value;
  if (isShared(buffer)) return writeCargoView(value);
  const whole = byteLength === buffer.byteLength;
  if (!whole && !wholeBuffers) {
    viewedBuffers ??= new Set();
    // Both are to share it over there too.
    if (viewedBuffers.has(buffer)) throw AGAIN_WHOLE;
    viewedBuffers.add(buffer);
  }
  const name = viewName(value);
  const tracks = /** @type {any} */ (buffer).resizable && byteOffset + byteLength === buffer.byteLength;
  writeByte(tags.VIEW);
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
const viewName = (value) => viewTag.call(value) ?? 'DataView';

/** The name of a typed array's class, in any realm; undefined for a DataView. @type {() => string | undefined} */
const viewTag = /** @type {any} */ (
  Object.getOwnPropertyDescriptor(getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
).get;

/** Whether a view's buffer is shared memory. @param {ArrayBufferLike} buffer @returns {buffer is SharedArrayBuffer} */
const isShared = (buffer) => !(buffer instanceof ArrayBuffer) && writerOf(buffer) !== writeBuffer;

/** A view of shared memory: the memory goes beside the call. @param {ArrayBufferView} value */
function writeCargoView(value) {
  const name = viewName(value);
  if (!lender.canSendCargo) return writeForeign(value, name);
  checkBytes(value.byteOffset + value.byteLength);
  writeByte(tags.VIEW);
  writeByte(VIEWS.indexOf(name));
  if (!metBefore(value.buffer)) writeCargo(value.buffer);
  writeUint32(value.byteOffset);
  writeUint32(name === 'DataView' ? value.byteLength : /** @type {any} */ (value).length);
}

/** @param {ArrayBuffer} buffer */
function writeBuffer(buffer) {
  if (/** @type {any} */ (buffer).detached) throw new Unserialisable('the ArrayBuffer is detached');
  if (/** @type {any} */ (buffer).resizable) {
    writeByte(tags.RESIZABLE);
    writeNumber(/** @type {any} */ (buffer).maxByteLength);
  }
  writeBytes(new Uint8Array(buffer));
}

/** @param {Uint8Array} bytes */
export function writeBytes(bytes) {
  const { length } = bytes;
  if (length < ATTACHED_BYTES) {
    room(length + 5);
    out[at] = tags.BUFFER;
    outView.setUint32(at + 1, length, true);
    out.set(bytes, at + 5);
    at += 5 + length;
    return;
  }
  checkBytes(length);
  writeByte(tags.ATTACHED);
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

/** How objects travel that are neither plain, arrays nor views, by the names of their classes. @type {Map<string, (value: any) => void>} */
export const writersByClass = new Map(
  /** @type {[string, (value: any) => void][]} */ ([
    [PLAIN, writePlain],
    ['Array', writeArray],
    ['ArrayBuffer', writeBuffer],
  ]),
);

/** Those of which a page's object is copied too. @type {Set<Function>} */
export const copiedByReference = new Set([writeBuffer]);

/** How the objects of a prototype travel. @type {WeakMap<object, (value: any) => void>} */
const writers = new WeakMap([
  [objectPrototype, writePlain],
  [Array.prototype, writeArray],
]);

/** The prototype that was looked up last, and how its objects travel. */
let lastPrototype = objectPrototype;
let lastWriter = /** @type {(value: any) => void} */ (writePlain);

/** @param {object} value */
function writerOf(value) {
  const prototype = getPrototypeOf(value);
  if (prototype === lastPrototype) return lastWriter;
  if (prototype === null) return writePlain;
  let writer = writers.get(prototype);
  if (writer === undefined) writers.set(prototype, (writer = findWriter(classesOf(prototype))));
  lastPrototype = prototype;
  return (lastWriter = writer);
}

/** @param {string[]} names of the platform's classes that an object is of */
function findWriter(names) {
  const [name = PLAIN] = names;
  const parts = partsOf(name);
  if (parts !== undefined) return (/** @type {any} */ value) => writeMade(name, parts(value));
  // A class of the platform's has what the classes that it extends have, and more: only of errors there is nothing more to say.
  const known = [name, 'DOMException', 'Error'].find((known) => names.includes(known) && writersByClass.has(known));
  return writersByClass.get(known ?? '') ?? ((/** @type {any} */ value) => writeForeign(value, name));
}

/** An object that is made anew. @param {string} name of its class @param {any[]} parts */
function writeMade(name, parts) {
  writeByte(tags.MADE);
  writeString(name);
  write(parts);
}

/** An object of any other class of the platform's: only the platform can clone it, if that can. @param {any} value @param {string} name @returns {void} */
function writeForeign(value, name) {
  if (lender.canSendCargo && isCloneable(value)) return writeCargo(value);
  if (typeof value.toJSON === 'function') return writeJson(value);
  unmeet(value);
  if (lender.windowed) return writeHandle(value);
  throw new Unserialisable(
    isCloneable(value)
      ? `a ${name} cannot reach a worker that is blocked`
      : `a ${name} has no copy; send its parts, or import \`sabir/window/*\`, which sends references`,
  );
}

/** @param {any} value */
function isCloneable(value) {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** The methods of programs' classes, by their prototypes. @type {WeakMap<object, object | null>} */
const methodsOfClasses = new WeakMap();

/** The methods of an instance of a program's own class, or of whatever hears events. @param {any} value @returns {object | null} */
function methodsOf(value) {
  const prototype = getPrototypeOf(value);
  const methods = prototype === objectPrototype || prototype === null ? null : methodsOfClass(value, prototype);
  if (methods !== null) return methods;
  const { handleEvent } = value;
  if (typeof handleEvent !== 'function') return null;
  return Object.hasOwn(value, 'handleEvent') ? {} : { handleEvent };
}

/** @param {any} value @param {object} prototype @returns {object | null} */
function methodsOfClass(value, prototype) {
  let methods = methodsOfClasses.get(prototype);
  if (methods === undefined) {
    // One with `toJSON` travels as that says.
    methods = writerOf(value) === writePlain && value.toJSON === undefined ? findMethods(prototype) : null;
    methodsOfClasses.set(prototype, methods);
  }
  return methods;
}

/** @param {any} prototype @returns {object | null} */
function findMethods(prototype) {
  /** @type {any} */
  const methods = {};
  for (let owner = prototype; owner !== objectPrototype && owner !== null; owner = getPrototypeOf(owner)) {
    for (const key of Reflect.ownKeys(owner)) {
      const value = Object.getOwnPropertyDescriptor(owner, key)?.value;
      if (typeof value === 'function' && key !== 'constructor' && !Object.hasOwn(methods, key)) methods[key] = value;
    }
  }
  return Reflect.ownKeys(methods).length > 0 ? methods : null;
}

/** @param {object} value @param {object} methods */
function writeLive(value, methods) {
  if (metBefore(value)) return;
  writeByte(tags.LIVE);
  writeUint32(lender.lend(value));
  writeProperties(value);
  write(methods);
}

/** Where the message has come to, and its return to there. */
export const mark = () => at;
export const rewind = (/** @type {number} */ to) => void (at = to);

/** A handle is no value of its own: nothing refers to it by number. @param {object} value */
export function unmeet(value) {
  seen[--seenCount] = undefined;
  if (seenSet !== undefined) seenSet.delete(value);
}

/** A value that only the platform can clone or move: it goes beside the call, by a message. @param {any} value @returns {void} */
export function writeCargo(value) {
  if (!lender.canSendCargo) return writeForeign(value, toString.call(value).slice(8, -1));
  // A message that waits for what comes beside it is read too late for a list that came ahead of it.
  if (ahead !== undefined) throw AGAIN_WHOLE;
  writeByte(tags.CARGO);
  writeCount(cargo.length);
  cargo.push(value);
}

/** @param {any} value */
export function writeHandle(value) {
  const theirs = lender.handleOf(value);
  if (theirs !== undefined) return writeYours(theirs);
  if (typeof value === 'function') checkClass(value);
  writeLent(value, typeof value === 'function' ? FUNCTION_TYPE : objectType(value));
}

/** @param {object} value @param {number} type */
export function writeLent(value, type) {
  room(6);
  out[at] = tags.THEIRS;
  out[at + 1] = type;
  outView.setUint32(at + 2, lender.lend(value), true);
  at += 6;
}

const functionPrototype = Function.prototype;

/** The other end cannot make instances of a class that extends one of its own. @param {Function} value */
function checkClass(value) {
  let parent = getPrototypeOf(value);
  for (; parent !== functionPrototype && typeof parent === 'function'; parent = getPrototypeOf(parent)) {
    if (lender.handleOf(parent) !== undefined) throw new Unserialisable(extendsTheirs(value));
  }
}

/** @param {Function} value */
export const extendsTheirs = ({ name }) =>
  `class ${name} extends one of the other realm; define it there, in a module that \`window.import\` loads`;

/** @param {object} value */
export const objectType = (value) =>
  isArray(value) ? ARRAY_TYPE : lender.kinds === undefined ? OBJECT_TYPE : lender.kinds.typeOf(value);

function writeYours(/** @type {number} */ handle) {
  room(5);
  out[at] = tags.YOURS;
  outView.setUint32(at + 1, handle, true);
  at += 5;
}

/** A message that becomes a part of another one; its cargo travels by itself. @typedef {{ bytes: Uint8Array, attachments: Uint8Array[], cargo: any[] }} WrittenPart */

/** The message so far, as a part. @returns {WrittenPart} */
export const partSoFar = () => ({ bytes: out.slice(0, at), attachments: [...attached], cargo: [...cargo] });

/** The length of the message so far; -1 if it has more than that. */
export const lengthSoFar = () => (attached.length > 0 || cargo.length > 0 ? -1 : at);

/** Moves the message to other memory. @param {Uint8Array} bytes @param {number} offset */
export function moveTo(bytes, offset) {
  for (let index = 0; index < at; index++) bytes[offset + index] = out[index];
  restore();
}

/** Writes what `partSoFar` gave, with the place of its attachments. @param {{ bytes: Uint8Array, attachments: Uint8Array[] }} part */
export function writePart({ bytes, attachments }) {
  writeUint32(attached.length);
  writeUint32(bytes.length);
  writeCopy(bytes);
  // Not as arguments: there may be more than a call can have.
  for (const one of attachments) attached.push(one);
}

/**
 * Takes the message out of this realm's outbox, with copies of what the program may change meanwhile.
 * @param {Transferable[]} transfer moves now
 */
export function takeDraft(transfer) {
  const attachments = attached.map((bytes) => bytes.slice());
  const ports = transfer.filter((one) => !(one instanceof ArrayBuffer));
  const draft = { bytes: out.slice(0, at), attachments, moved: structuredClone([cargo, ports], { transfer: ports }) };
  abort();
  // The wasm, once it runs, has another.
  if (depth < 0) out = new Uint8Array(0);
  return draft;
}

/** Writes what `takeDraft` gave, as the whole message; gives what it transfers. @param {ReturnType<typeof takeDraft>} draft */
export function writeDraft({ bytes, attachments, moved }) {
  writeCopy(bytes);
  attached = attachments;
  [cargo] = moved;
  return moved[1];
}

/** Writes bytes that stand in no value. @param {Uint8Array} bytes */
export function writeCopy(bytes) {
  room(bytes.length);
  out.set(bytes, at);
  at += bytes.length;
}

/** Moves buffers out of the program's hands: the message's attachments view the moved ones. @param {Transferable[]} transfer */
export function moveAttached(transfer) {
  // A view of a moved buffer has lost its place.
  const places = attached.map(({ buffer, byteOffset, length }) => ({ buffer, byteOffset, length }));
  /** @type {Map<ArrayBufferLike, ArrayBuffer>} */
  const moved = new Map();
  for (const one of transfer) {
    if (isOf(one, 'ArrayBuffer'))
      moved.set(/** @type {ArrayBuffer} */ (one), /** @type {any} */ (structuredClone(one, { transfer: [one] })));
  }
  attached = attached.map((bytes, index) => {
    const { buffer, byteOffset, length } = places[index];
    const to = moved.get(buffer);
    return to === undefined ? bytes : new Uint8Array(to, byteOffset, length);
  });
}
