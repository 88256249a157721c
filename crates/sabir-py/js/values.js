// @ts-check
// Payloads of `_payloads.py` as JavaScript's own values, and back.

/** @typedef {any[]} Payload plain values; or a text that begins with a mark, and the buffers it mentions */

export const PACKED = '\x04';
export const FAILED = '\x01';
const CALL = '\x02';
/** Mark of an answer of several values, which were left beside. */
export const BESIDE = '\x03';

const isMarked = (/** @type {unknown} */ value) => typeof value === 'string' && value >= FAILED && value < '\x05';

/** An error of Python's, thrown in JavaScript: `name` is its class, `message` its text, `traceback` all of it. */
export class PythonError extends Error {
  /** @param {{ name: string, text: string, traceback: string }} told */
  constructor({ name, text, traceback }) {
    super(text);
    this.name = name;
    this.traceback = traceback;
  }
}

/** An error as the payload of a failed call. @param {unknown} thrown @returns {string} */
export function failureOf(thrown) {
  if (thrown instanceof PythonError) return failed('builtins', thrown.name, thrown.message, thrown.traceback);
  // An interpreter's error has its class as `type` and all of its traceback as the message.
  const { type } = /** @type {any} */ (thrown ?? {});
  if (thrown instanceof Error && typeof type === 'string')
    return failed('builtins', type, textOf(thrown.message), thrown.message);
  if (thrown instanceof Error) return failed('js', thrown.name, thrown.message, thrown.stack ?? '');
  return failed('js', 'Error', String(thrown), '');
}

/** The text of an exception by its traceback: the last line, without the class. @param {string} traceback */
export const textOf = (traceback) => (traceback.trim().split('\n').at(-1) ?? '').replace(/^[\w.]+(: |$)/, '');

/** @param {string} module @param {string} name @param {string} text @param {string} traceback */
export const failed = (module, name, text, traceback = '') =>
  FAILED + JSON.stringify({ module, name, args: null, text, traceback });

/** The contents of a failure. @param {unknown} payload */
export const toldBy = (payload) =>
  typeof payload === 'string' && payload.startsWith(FAILED) ? JSON.parse(payload.slice(1)) : undefined;

/** A payload as Python gave it: MicroPython's None is null. @param {any[]} values */
export const given = (values) => (values.includes(null) ? values.map((value) => value ?? undefined) : values);

/** One value's payload. @param {any} value @returns {any} */
export function pack(value) {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'string' && !isMarked(value)) return value;
  /** @type {any[]} */
  const buffers = [];
  const text = PACKED + JSON.stringify(node(value, buffers));
  return buffers.length === 0 ? text : [text, ...buffers];
}

/** @param {any} value @param {any[]} buffers @returns {any} */
function node(value, buffers) {
  switch (typeof value) {
    case 'undefined':
      return null;
    case 'bigint':
      return { $: 'i', v: String(value) };
    case 'number':
      return Number.isFinite(value) ? value : { $: 'f', v: String(value).replace('Infinity', 'inf').toLowerCase() };
    case 'object':
      return value === null ? null : objectNode(value, buffers);
    case 'function':
    case 'symbol':
      throw new TypeError(`a ${typeof value} of JavaScript is no value that Python receives`);
  }
  return value;
}

/** @param {any} value @param {any[]} buffers */
function objectNode(value, buffers) {
  const items = (/** @type {Iterable<any>} */ values) => Array.from(values, (item) => node(item, buffers));
  if (Array.isArray(value)) return items(value);
  if (value instanceof Set) return { $: 's', v: items(value) };
  if (value instanceof Map) return { $: 'd', v: Array.from(value, (pair) => items(pair)) };
  if (value instanceof Date) return { $: 'datetime', v: value.toISOString().replace('Z', '+00:00') };
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return { $: 'm', v: buffers.push(bytesOf(value)) - 1 };
  const entries = Object.entries(value).map(([key, item]) => [key, node(item, buffers)]);
  return '$' in value ? { $: 'd', v: entries } : Object.fromEntries(entries);
}

/** @param {ArrayBuffer | ArrayBufferView} value */
const bytesOf = (value) =>
  ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice()
    : new Uint8Array(value.slice(0));

/** The value of an answer; throws its failure. @param {any} payload */
export function unpack(payload) {
  const [text, ...buffers] = Array.isArray(payload) ? payload : [payload];
  if (!isMarked(text)) return text;
  const told = toldBy(text);
  if (told !== undefined) throw new PythonError(told);
  return valueOf(JSON.parse(text.slice(1)), buffers);
}

/** The arguments of a call; keyword arguments are an object after them. @param {Payload} payload */
export function unpackCall(payload) {
  // No pattern: each call comes by here, and most have no buffers to gather.
  const text = payload[0];
  if (!(typeof text === 'string' && text.startsWith(CALL))) return payload;
  const buffers = payload.slice(1);
  const [args, kwargs] = valueOf(JSON.parse(text.slice(1)), buffers);
  return Object.keys(kwargs).length === 0 ? args : [...args, kwargs];
}

/** The payload of a call. @param {any[]} args @returns {Payload} */
export function packCall(args) {
  if (
    args.every(
      (arg) => typeof arg === 'boolean' || Number.isSafeInteger(arg) || (typeof arg === 'string' && !isMarked(arg)),
    )
  )
    return args;
  /** @type {any[]} */
  const buffers = [];
  const text = CALL + JSON.stringify([args.map((arg) => node(arg, buffers)), {}]);
  return [text, ...buffers];
}

/** @param {any} from @param {any[]} buffers */
function valueOf(from, buffers) {
  /** @type {any[]} */
  let adapted = [];
  const items = (/** @type {any[]} */ nodes) => nodes.map(read);
  /** @type {(given: any) => any} */
  function read(given) {
    if (Array.isArray(given)) return items(given);
    if (typeof given !== 'object' || given === null) return given;
    if (!('$' in given)) return Object.fromEntries(Object.entries(given).map(([key, item]) => [key, read(item)]));
    return (READERS[given.$] ?? unreadable(given.$))(given.v, read);
  }
  /** @type {Record<string, (inner: any, read: (node: any) => any) => any>} */
  const READERS = {
    i: (text) => BigInt(text),
    f: (text) => ({ nan: NaN, inf: Infinity, '-inf': -Infinity })[/** @type {'nan'} */ (text)],
    d: (pairs) => new Map(pairs.map(items)),
    t: items,
    s: (nodes) => new Set(items(nodes)),
    z: (nodes) => new Set(items(nodes)),
    b: (index) => buffers[index],
    B: (index) => buffers[index],
    m: (index) => buffers[index],
    j: (index) => buffers[index],
    c: ([real, imaginary]) => ({ real: read(real), imag: read(imaginary) }),
    r: ([start, stop, step]) =>
      Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, index) => start + index * step),
    D: ([, , fields]) => read(fields),
    E: ([, , value]) => read(value),
    n: ([, , index]) => buffers[index],
    datetime: (text) => new Date(text),
    date: (text) => new Date(text),
    time: (text) => text,
    timedelta: (text) => Number(text) / 1000,
    decimal: (text) => text,
    uuid: (text) => text,
    a: (slot) => adapted[slot],
    A: ([written, inner]) => {
      adapted = new Array(written.length);
      for (let slot = written.length - 1; slot >= 0; slot--) adapted[slot] = read(written[slot][1]);
      return read(inner);
    },
  };
  return read(from);
}

/** @param {string} tag @returns {never} */
function unreadable(tag) {
  throw new TypeError(`a value of kind \`${tag}\` is of another version of Sabir`);
}
