// @ts-check
// Objects of the platform's that are made anew in the other realm, from the parts that make them here.

import { Unserialisable } from '../errors.js';

/** The arguments of the class that make a value anew. @typedef {(value: any) => any[]} Parts */

/** @param {string} keys @returns {Parts} */
const pick = (keys) => (value) => keys.split(' ').map((key) => value[key]);
/** @type {Parts} */
const text = (value) => [String(value)];
/** @type {Parts} */
const entries = (value) => [[...value]];

const ofMatrix = pick('a b c d e f');
const POINT = pick('x y z w');
const RECTANGLE = pick('x y width height');
/** @type {Parts} */
const matrix = (value) => [value.is2D ? ofMatrix(value) : [...value.toFloat64Array()]];

const SETTINGS = 'method headers mode credentials cache redirect referrerPolicy integrity keepalive signal'.split(' ');

/** @type {Parts} */
function request(value) {
  // Firefox does not tell whether there is a body.
  if (value.body ?? (value.body === undefined && !/^(?:GET|HEAD)$/.test(value.method))) {
    throw new Unserialisable('a Request with a body cannot be sent at once; send its parts and `await request.blob()`');
  }
  const settings = Object.fromEntries(SETTINGS.map((key) => [key, value[key]]));
  // No request of a script's can have the mode of a navigation.
  if (settings.mode === 'navigate') delete settings.mode;
  return [value.url, settings];
}

/** @type {Parts} */
const response = ({ type, status, statusText, headers, body }) =>
  type === 'error' ? [] : [body && chunksOf(body), { status, statusText, headers }];

/** The chunks of a stream; WebKit's are no iterables. @param {ReadableStream} stream */
async function* chunksOf(stream) {
  const reader = stream.getReader();
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
  } finally {
    await reader.cancel();
  }
}

/** By the names of classes. @type {Map<string, Parts>} */
const PARTS = new Map(
  Object.entries({
    URL: text,
    URLSearchParams: text,
    Headers: entries,
    FormData: entries,
    Request: request,
    Response: response,
    DOMQuad: pick('p1 p2 p3 p4'),
    DOMPoint: POINT,
    DOMPointReadOnly: POINT,
    DOMRect: RECTANGLE,
    DOMRectReadOnly: RECTANGLE,
    DOMMatrix: matrix,
    DOMMatrixReadOnly: matrix,
  }),
);

/** The class of a name, of the language's time if that has it. @param {string} name */
const timeOf = (name) => /** @type {any} */ (globalThis).Temporal?.[name];

/** How the parts of an object are read, if it is made anew of them. @param {string} name of its class */
export const partsOf = (name) => PARTS.get(name) ?? (timeOf(name)?.from && text);

/** @param {string} name @param {any[]} parts */
export function make(name, parts) {
  const time = timeOf(name);
  if (time !== undefined) return time.from(...parts);
  if (name === 'Response' && parts.length === 0) return Response.error();
  const Class = PARTS.has(name) ? /** @type {any} */ (globalThis)[name] : undefined;
  if (typeof Class !== 'function') throw new TypeError(`this realm has no class \`${name}\` for what has arrived`);
  if (name === 'FormData') return filled(new Class(), parts[0]);
  if (name === 'Response' && parts[0]) parts[0] = streamOf(parts[0]);
  return new Class(...parts);
}

/** @param {FormData} form @param {[string, any][]} pairs */
function filled(form, pairs) {
  for (const pair of pairs) form.append(...pair);
  return form;
}

/** A body that is read from the other realm while it is read here. @param {AsyncIterator<any>} chunks */
const streamOf = (chunks) =>
  new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async (reason) => void (await chunks.return?.(reason)),
    },
    { highWaterMark: 0 },
  );
