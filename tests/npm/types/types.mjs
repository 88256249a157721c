// @ts-check
// The platform's types: how one makes a value of each, and what a true copy tells.

/**
 * @typedef {object} Type
 * @property {() => any} make throws, or gives a value of another realm's, where there is no such type
 * @property {(value: any) => any} [tell] what a copy tells as well
 * @property {boolean} [later] whether `make` gives a promise of the value
 * @property {boolean} [moves] whether sending it moves a part of it
 */

const rows = '[{"a":1}]';
const bytes = () => Uint8Array.of(1, 2, 3);
const own = globalThis;
const onPage = typeof document === 'object';
/** @type {any} */
const { document: page, Temporal } = own;

class Point {
  constructor() {
    this.x = 1;
  }
  method() {
    return this.x;
  }
}
class OwnError extends TypeError {
  code = 7;
}

/** What an object is by the keys that it has. @param {any} value */
const fields = (value) => JSON.stringify(Object.entries(value));
/** @param {any} value */
const elements = (value) => JSON.stringify([...value]);
/** Elements of an iterator, also of one that answers later. @param {any} value */
async function steps(value) {
  const found = [];
  for await (const element of value) found.push(element);
  return JSON.stringify(found);
}
/** @param {any} view */
const ofView = (view) => [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)].join();
/** @param {any} buffer */
const ofBuffer = (buffer) => `${[...new Uint8Array(buffer)]} of ${buffer.maxByteLength ?? ''}`;
/** @param {any} error */
const ofError = ({ name, message, code, cause, errors }) =>
  [name, message, code, cause?.message, errors?.length].join();
/** @param {...string} keys */
const keys =
  (...keys) =>
  (/** @type {any} */ value) =>
    keys.map((key) => String(value[key])).join();

/** @param {new (...args: any[]) => any} Class @param {any[]} args */
const made =
  (Class, ...args) =>
  () =>
    new Class(...args);
const lazily =
  (/** @type {string} */ path, /** @type {any[]} */ ...args) =>
  () => {
    const Class = path.split('.').reduce((holder, key) => holder?.[key], /** @type {any} */ (own));
    return new Class(...args);
  };
/** A page's own. @param {() => any} make */
const pages = (make) => () => {
  if (!onPage) throw new TypeError('a page has these');
  return make();
};
/** What a frame of the same origin makes. @param {string} code */
const framed = (code) =>
  pages(() => {
    let frame = page.querySelector('iframe');
    if (frame === null) page.body.append((frame = page.createElement('iframe')));
    return frame.contentWindow.eval(code);
  });

const wasm = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
const VIEWS =
  'Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float16Array Float32Array Float64Array BigInt64Array BigUint64Array DataView';
const ERRORS = 'Error EvalError RangeError ReferenceError SyntaxError TypeError URIError';
const INTL = 'Collator DateTimeFormat DurationFormat ListFormat NumberFormat PluralRules RelativeTimeFormat Segmenter';
const TIMES = {
  Duration: 'PT1H',
  Instant: '2026-01-02T03:04:05Z',
  PlainDate: '2026-01-02',
  PlainDateTime: '2026-01-02T03:04:05',
  PlainMonthDay: '01-02',
  PlainTime: '03:04:05',
  PlainYearMonth: '2026-01',
  ZonedDateTime: '2026-01-02T03:04:05+00:00[UTC]',
};

/** @param {string} names @param {(name: string) => Type} type @returns {Record<string, Type>} */
const each = (names, type) => Object.fromEntries(names.split(' ').map((name) => [name, type(name)]));

/** @type {Record<string, Record<string, Type>>} */
export const types = {
  Primitives: {
    undefined: { make: () => undefined },
    null: { make: () => null },
    boolean: { make: () => true },
    number: { make: () => 1.5 },
    '-0': { make: () => -0 },
    NaN: { make: () => NaN },
    string: { make: () => 'héllo' },
    'lone surrogate': { make: () => 'a\ud800b' },
    bigint: { make: () => 5n },
    'bigint of 100 bits': { make: () => 2n ** 100n },
    'symbol (registered)': { make: () => Symbol.for('types') },
    'symbol (well-known)': { make: () => Symbol.iterator },
    'symbol (unique)': { make: () => Symbol('unique') },
  },
  Language: {
    'object literal': { make: () => ({ a: 1, b: { c: 2 } }), tell: fields },
    'object without prototype': { make: () => Object.assign(Object.create(null), { a: 1 }), tell: fields },
    'object with a getter': {
      make: () => ({
        get a() {
          return 1;
        },
      }),
      tell: fields,
    },
    'object with a method': { make: () => ({ a: 1, f: () => 7 }), tell: async ({ a, f }) => a + (await f()) },
    'instance of an own class': { make: made(Point), tell: fields },
    array: { make: () => [1, 'two', [3]], tell: elements },
    'array with holes': { make: () => [1, , 3], tell: fields },
    'match of a RegExp': { make: () => /(?<b>b)/.exec('abc'), tell: (value) => fields(value) + fields(value.groups) },
    'strings of a template': {
      make: () => ((/** @type {any} */ strings, /** @type {any[]} */ ..._) => strings)`a${1}\n`,
      tell: ({ raw }) => raw.join(),
    },
    Date: { make: made(Date, 1234), tell: Number },
    'Date (invalid)': { make: made(Date, NaN), tell: Number },
    RegExp: { make: () => /a+b/giu, tell: String },
    Map: { make: () => new Map([['a', [1]]]), tell: elements },
    Set: { make: () => new Set([1, 'b']), tell: elements },
    'boxed primitive': { make: () => Object(5), tell: Number },
    ...each(ERRORS, (name) => ({ make: lazily(name, 'no', { cause: new Error('why') }), tell: ofError })),
    AggregateError: { make: lazily('AggregateError', [new Error('one')], 'many'), tell: ofError },
    'error of an own class': { make: () => new OwnError('own'), tell: ofError },
    ArrayBuffer: { make: () => bytes().buffer, tell: ofBuffer },
    'ArrayBuffer (resizable)': {
      make: () => new ArrayBuffer(3, /** @type {any} */ ({ maxByteLength: 8 })),
      tell: ofBuffer,
    },
    SharedArrayBuffer: { make: () => new SharedArrayBuffer(4), tell: ({ byteLength }) => byteLength },
    ...each(VIEWS, (name) => ({ make: lazily(name, new Uint8Array(16).fill(5).buffer), tell: ofView })),
    function: { make: () => () => 7, tell: (value) => value() },
    class: { make: () => class Own {}, tell: (value) => typeof value },
    generator: {
      make: () =>
        (function* () {
          yield 1;
          yield 2;
        })(),
      tell: steps,
    },
    'async generator': {
      make: () =>
        (async function* () {
          yield 1;
          yield 2;
        })(),
      tell: steps,
    },
    'iterator of an Array': { make: () => [1, 2].values(), tell: steps },
    'iterator of a Map': { make: () => new Map([[1, 2]]).entries(), tell: steps },
    'iterator of a Set': { make: () => new Set([1, 2]).values(), tell: steps },
    'iterator of a string': { make: () => 'ab'[Symbol.iterator](), tell: steps },
    'iterator of matches': { make: () => 'ab'.matchAll(/[ab]/g), tell: async (value) => (await steps(value)).length },
    'iterator of an own class': {
      make: () =>
        new (class {
          at = 0;
          next() {
            return { done: this.at === 2, value: this.at++ };
          }
          [Symbol.iterator]() {
            return this;
          }
        })(),
      tell: steps,
    },
    'Iterator helper': {
      make: () => /** @type {any} */ ([1, 2].values()).map((/** @type {number} */ x) => 2 * x),
      tell: steps,
    },
    Promise: { make: () => Promise.resolve(5), tell: async (value) => await value },
    'Proxy of an object': { make: () => new Proxy({ a: 1 }, {}), tell: fields },
    WeakMap: { make: made(WeakMap) },
    WeakSet: { make: made(WeakSet) },
    WeakRef: { make: () => new WeakRef({}) },
    FinalizationRegistry: { make: () => new FinalizationRegistry(() => {}) },
  },
  Intl: {
    ...each(INTL, (name) => ({ make: lazily(`Intl.${name}`, 'en') })),
    DisplayNames: { make: lazily('Intl.DisplayNames', 'en', { type: 'region' }) },
    Locale: { make: lazily('Intl.Locale', 'en-GB'), tell: String },
    Segments: { make: () => /** @type {any} */ (new Intl.Segmenter('en')).segment('ab') },
  },
  Temporal: Object.fromEntries(
    Object.entries(TIMES).map(([name, text]) => [
      `Temporal.${name}`,
      { make: () => Temporal[name].from(text), tell: String },
    ]),
  ),
  WebAssembly: {
    'WebAssembly.Module': {
      make: () => new WebAssembly.Module(wasm),
      tell: (module) => WebAssembly.Module.exports(module).length,
    },
    'WebAssembly.Instance': { make: () => new WebAssembly.Instance(new WebAssembly.Module(wasm)) },
    'WebAssembly.Memory': { make: () => new WebAssembly.Memory({ initial: 1 }) },
    'WebAssembly.Memory (shared)': {
      make: () => new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }),
      tell: ({ buffer }) => buffer.byteLength,
    },
    'WebAssembly.Table': { make: () => new WebAssembly.Table({ initial: 1, element: 'anyfunc' }) },
    'WebAssembly.Global': { make: () => new WebAssembly.Global({ value: 'i32' }, 1) },
    'WebAssembly.CompileError': { make: () => new WebAssembly.CompileError('no'), tell: ofError },
  },
  Fetch: {
    URL: { make: made(URL, 'https://a.example/b?c=d#e'), tell: String },
    URLSearchParams: { make: made(URLSearchParams, 'a=1&a=2'), tell: String },
    Headers: { make: made(Headers, { 'x-a': '1' }), tell: elements },
    FormData: {
      make() {
        const form = new FormData();
        form.append('a', '1');
        form.append('file', new Blob(['text'], { type: 'text/plain' }), 'a.txt');
        return form;
      },
      tell: async (form) => [form.get('a'), form.get('file').name, await form.get('file').text()].join(),
    },
    Request: {
      make: made(Request, 'https://a.example/', { method: 'DELETE', headers: { 'x-a': '1' } }),
      tell: (value) => `${value.method} ${value.url} ${value.headers.get('x-a')}`,
    },
    'Request with a body': {
      make: made(Request, 'https://a.example/', { method: 'POST', body: 'text' }),
      tell: (value) => value.text(),
    },
    'Response without a body': {
      make: made(Response, null, { status: 204, headers: { 'x-a': '1' } }),
      tell: (value) => `${value.status} ${value.headers.get('x-a')}`,
    },
    Response: {
      moves: true,
      make: made(Response, 'text', { status: 201 }),
      tell: async (value) => `${value.status} ${await value.text()}`,
    },
    'Response.error()': { make: () => Response.error(), tell: keys('type', 'status') },
    AbortController: { make: made(AbortController) },
    AbortSignal: { make: () => new AbortController().signal, tell: keys('aborted') },
    'AbortSignal (aborted)': { make: () => AbortSignal.abort('why'), tell: keys('aborted', 'reason') },
    XMLHttpRequest: { make: made(XMLHttpRequest) },
  },
  Files: {
    Blob: {
      make: made(Blob, ['text'], { type: 'text/plain' }),
      tell: async (blob) => `${blob.type} ${await blob.text()}`,
    },
    File: {
      make: made(File, ['text'], 'a.txt', { lastModified: 5 }),
      tell: async (file) => `${file.name} ${file.lastModified} ${await file.text()}`,
    },
    FileList: {
      make: pages(() => Object.assign(page.createElement('input'), { type: 'file' }).files),
      tell: keys('length'),
    },
    FileReader: { make: made(FileReader) },
    FileSystemDirectoryHandle: {
      later: true,
      make: () => navigator.storage.getDirectory(),
      tell: keys('kind', 'name'),
    },
  },
  Streams: {
    ReadableStream: { make: lazily('ReadableStream') },
    WritableStream: { make: lazily('WritableStream') },
    TransformStream: { make: lazily('TransformStream') },
    ReadableStreamDefaultReader: { make: () => new ReadableStream().getReader() },
    CountQueuingStrategy: { make: lazily('CountQueuingStrategy', { highWaterMark: 1 }) },
    CompressionStream: { make: lazily('CompressionStream', 'gzip') },
    TextDecoderStream: { make: lazily('TextDecoderStream') },
    TextDecoder: { make: made(TextDecoder) },
    TextEncoder: { make: made(TextEncoder) },
  },
  Geometry: {
    ...each('DOMPoint DOMPointReadOnly', (name) => ({
      make: lazily(name, 1, 2, 3, 4),
      tell: keys('x', 'y', 'z', 'w'),
    })),
    ...each('DOMRect DOMRectReadOnly', (name) => ({
      make: lazily(name, 1, 2, 3, 4),
      tell: keys('x', 'y', 'width', 'height'),
    })),
    ...each('DOMMatrix DOMMatrixReadOnly', (name) => ({
      make: lazily(name, [1, 2, 3, 4, 5, 6]),
      tell: keys('a', 'b', 'c', 'd', 'e', 'f', 'is2D'),
    })),
    DOMQuad: { make: lazily('DOMQuad', { x: 1, y: 2 }), tell: ({ p1 }) => `${p1.x} ${p1.y}` },
  },
  Pictures: {
    ImageData: { make: made(ImageData, 2, 1), tell: keys('width', 'height', 'data') },
    ImageBitmap: { later: true, make: () => createImageBitmap(new ImageData(2, 1)), tell: keys('width', 'height') },
    OffscreenCanvas: { make: lazily('OffscreenCanvas', 2, 1), tell: keys('width', 'height') },
    Path2D: { make: lazily('Path2D') },
    VideoFrame: {
      make: lazily('VideoFrame', new Uint8Array(16), { format: 'RGBA', codedWidth: 2, codedHeight: 2, timestamp: 1 }),
      tell: keys('timestamp'),
    },
    AudioData: {
      make: lazily('AudioData', {
        format: 'f32',
        sampleRate: 8000,
        numberOfFrames: 1,
        numberOfChannels: 1,
        timestamp: 1,
        data: new Float32Array(1),
      }),
      tell: keys('timestamp'),
    },
    EncodedVideoChunk: { make: lazily('EncodedVideoChunk', { type: 'key', timestamp: 1, data: bytes() }) },
    CanvasRenderingContext2D: { make: pages(() => page.createElement('canvas').getContext('2d')) },
  },
  DOM: {
    DOMException: { make: made(DOMException, 'no', 'AbortError'), tell: ofError },
    Event: { make: made(Event, 'x'), tell: keys('type') },
    CustomEvent: { make: made(CustomEvent, 'x', { detail: 1 }), tell: keys('type', 'detail') },
    EventTarget: { make: made(EventTarget) },
    MessageChannel: { make: made(MessageChannel) },
    MessagePort: { make: () => new MessageChannel().port1 },
    BroadcastChannel: { make: made(BroadcastChannel, 'x') },
    CryptoKey: {
      later: true,
      make: () => crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt']),
      tell: keys('type'),
    },
    IDBKeyRange: { make: () => IDBKeyRange.only(1), tell: keys('lower') },
    PerformanceMark: { make: () => performance.mark('x'), tell: keys('name') },
    Window: { make: pages(() => own) },
    Location: { make: pages(() => own.location) },
    Storage: { make: pages(() => localStorage) },
    Document: { make: pages(() => page) },
    HTMLElement: { make: pages(() => page.body) },
    SVGElement: { make: pages(() => page.createElementNS('http://www.w3.org/2000/svg', 'svg')) },
    Text: { make: pages(() => page.createTextNode('x')) },
    Attr: { make: pages(() => page.createAttribute('x')) },
    DocumentFragment: { make: pages(() => page.createDocumentFragment()) },
    NodeList: { make: pages(() => page.body.childNodes) },
    HTMLCollection: { make: pages(() => page.body.children) },
    DOMTokenList: { make: pages(() => page.body.classList) },
    DOMStringMap: { make: pages(() => page.body.dataset) },
    CSSStyleDeclaration: { make: pages(() => page.body.style) },
    CSSStyleSheet: { make: pages(() => new CSSStyleSheet()) },
    Range: { make: pages(() => page.createRange()) },
    Selection: { make: pages(() => own.getSelection?.()) },
    TreeWalker: { make: pages(() => page.createTreeWalker(page.body)) },
    XPathResult: { make: pages(() => page.evaluate('//body', page)) },
    DOMParser: { make: pages(() => new DOMParser()) },
    DataTransfer: { make: pages(() => new DataTransfer()) },
    MediaQueryList: { make: pages(() => own.matchMedia('print')) },
    MutationObserver: { make: pages(() => new MutationObserver(() => {})) },
    'object with handleEvent': { make: () => ({ handleEvent: () => 7 }), tell: (value) => value.handleEvent() },
  },
  'Of a frame of the same origin': {
    'object literal': { make: framed(`(${rows})[0]`), tell: fields },
    array: { make: framed(rows), tell: elements },
    Date: { make: framed('new Date(1234)'), tell: Number },
    Map: { make: framed('new Map([[1, 2]])'), tell: elements },
    RegExp: { make: framed('/a/g'), tell: String },
    TypeError: { make: framed('new TypeError("no")'), tell: ofError },
    ArrayBuffer: { make: framed('new Uint8Array([1, 2]).buffer'), tell: ofBuffer },
    Uint8Array: { make: framed('new Uint8Array([1, 2])'), tell: ofView },
    generator: { make: framed('(function* () { yield 1 })()'), tell: steps },
    Promise: { make: framed('Promise.resolve(5)'), tell: async (value) => await value },
    Blob: { make: framed('new Blob(["text"])'), tell: (blob) => blob.text() },
    URL: { make: framed('new URL("https://a.example/")'), tell: String },
    HTMLElement: { make: framed('document.body') },
  },
};

/** @param {string} group @param {string} name */
export const typeOf = (group, name) => /** @type {any} */ (types)[group][name];

/** A value of a type, in a list: it may be a promise itself. @param {Type} type */
export const fresh = async ({ later, make }) => [later ? await make() : make()];

/**
 * What a value of a type is that has arrived: `same`, of primitives; `copy`; `json`, what its `toJSON` gives; `awaited`, what
 * it is a promise of; or `changed`.
 * @param {Type} type @param {any} value @param {string} told of such a value, where it was made
 */
export async function classify(type, value, told) {
  try {
    const found = await tellOf(type, value);
    if (found === told) return Object(value) === value ? 'copy' : 'same';
    if (told === `[object Promise] ${value}`) return 'awaited';
    const [{ toJSON }] = await fresh(type);
    return toJSON !== undefined && Object.getPrototypeOf(value) === Object.prototype ? 'json' : 'changed';
  } catch {
    return 'changed';
  }
}

/** What it is when sending a value of a type threw: an error that a function returns is thrown. @param {Type} type @param {string} role */
export const failure = ({ tell }, role) => (tell === ofError && role === 'result' ? 'thrown' : 'error');

/** What a value tells: of a primitive, the value itself; of an object, also its class. @param {Type} type @param {any} value */
export async function tellOf(type, value) {
  if (typeof value === 'symbol') return Symbol.keyFor(value) ?? value.description ?? '';
  if (Object(value) !== value) return `${typeof value} ${Object.is(value, -0) ? '-0' : String(value)}`;
  if (type.tell === steps) return `iterator ${await steps(value)}`;
  const told = type.tell === undefined ? '' : await type.tell(value);
  return `${Object.prototype.toString.call(value)} ${told}`;
}
