// @ts-check
// The words of the encoding: the first byte of each value, and lists in which values are numbers.

export const UNDEFINED = 0;
export const NULL = 1;
export const TRUE = 2;
export const FALSE = 3;
export const INT32 = 4;
export const FLOAT64 = 5;
export const BIGINT64 = 6;
export const BIGINT = 7;
export const LATIN1 = 8;
export const UTF8 = 9;
export const UTF16 = 10;
export const OBJECT = 11;
export const SHAPED = 12;
export const ARRAY = 13;
export const HOLE = 14;
export const AGAIN = 15;
export const DATE = 16;
export const REGEXP = 17;
export const MAP = 18;
export const SET = 19;
export const ERROR = 20;
export const BUFFER = 21;
export const ATTACHED = 22;
export const VIEW = 23;
export const SYMBOL_FOR = 24;
export const SYMBOL_KNOWN = 25;
export const SYMBOL = 26;
export const BOXED = 27;
export const THEIRS = 28;
export const YOURS = 29;
export const BLOB = 31;
export const FILE = 32;
export const IMAGE_DATA = 33;
export const CARGO = 34;
export const SYMBOLS = 35;
export const DOM_EXCEPTION = 36;
export const RESIZABLE = 37;
export const SPARSE = 38;
export const AHEAD = 39;
export const MADE = 40;
export const SIGNAL = 41;
export const LIVE = 42;
export const KEYED = 43;
/** From here on the tag is itself a small integer. */
export const SMALL = 0x40;
export const SMALL_LIMIT = 0x100 - SMALL;

/** The kind of a handle's value: the proxy's target has the same `typeof` and `Array.isArray`. */
export const OBJECT_TYPE = 0;
export const ARRAY_TYPE = 1;
export const FUNCTION_TYPE = 2;
/** What stands for these has the methods of one, and no other property. */
export const ITERATOR_TYPE = 3;
export const ASYNC_ITERATOR_TYPE = 4;
export const PROMISE_TYPE = 5;
/** From here on a type is the number of the object's kind: those of one kind have one prototype of the platform's. */
export const FIRST_KIND = 6;

/** Functions are objects too. @param {any} value */
export const isObject = (value) => value !== null && (typeof value === 'object' || typeof value === 'function');

export const VIEWS = [
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
export const KNOWN_SYMBOLS = Object.getOwnPropertyNames(Symbol)
  .sort()
  .map((key) => /** @type {any} */ (Symbol)[key])
  .filter((value) => typeof value === 'symbol');

/** @param {any} value */
export const isThenable = (value) => isObject(value) && typeof value.then === 'function';
