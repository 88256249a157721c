// @ts-check
// The table of operations. The thirteen traps of a proxy come first.
//
// All that is known of an operation that both ends serve is in its entry. Most are asked by a worker and served by a page that
// lends it its objects: how they are served is in `lending.js`, which neither workers nor other pages load. The traps that the
// platform's code on the page asks of a worker's objects are in `traps.js`.

import { Refused, SabirError } from '../errors.js';
import { close, read, readUint32 } from '../values/decode.js';
import { isThenable } from '../values/tags.js';
import { write, writeCopy, writeHandle, writePart, writeUint32 } from '../values/encode.js';
import { plain, reference } from './answers.js';
import { readList, readTarget, writeDescriptor, writeList, writeOperand } from './operands.js';
import { assign } from './properties.js';

/** @typedef {import('./end.js').LinkEnd} LinkEnd */

/**
 * @typedef {object} Operation
 * @property {number} code the first byte of its message
 * @property {string} name in errors and traces
 * @property {(end: LinkEnd, first: any, second: any) => void} ask writes the operands
 * @property {(end: LinkEnd) => any} perform reads the operands, and gives the result
 * @property {import('./answers.js').Answer} answer writes the result
 * @property {boolean} anywhere whether it is served also where the page's objects are not to be reached
 * @property {boolean} mayWait whether `perform` may give a `Later`
 * @property {boolean} namesKey whether traces name the property instead
 */

/** A result that is not here yet. */
export class Later {
  /** @param {PromiseLike<any>} promise @param {PropertyKey} name of the function that gave it */
  constructor(promise, name) {
    this.promise = promise;
    this.name = name;
  }
}

/** @type {Operation[]} */
const operations = [];

/** @param {number} code @param {string} name @param {Partial<Operation> & Pick<Operation, 'ask' | 'perform'>} rest @returns {Operation} */
export function operation(code, name, { ask, perform, answer = plain, ...flags }) {
  const { anywhere = false, mayWait = false, namesKey = false } = flags;
  return (operations[code] = { code, name, ask, perform, answer, anywhere, mayWait, namesKey });
}

/** An operation on a page's objects. @param {number} code @param {string} name @param {Operation['ask']} ask @returns {Operation} */
export const asked = (code, name, ask, namesKey = false) => ({
  code,
  name,
  ask,
  perform: nothing,
  answer: plain,
  anywhere: false,
  mayWait: false,
  namesKey,
});

/** Has this realm serve an operation on a page's objects. @param {Operation} operation @param {Operation['perform']} perform */
export function serve(operation, perform, answer = plain) {
  operations[operation.code] = Object.assign(operation, { perform, answer });
}

/** The operation of a message's first byte. @param {number} code @param {boolean} windowed whether the page's objects may be reached */
export function operationOf(code, windowed) {
  const found = operations[code];
  if (found !== undefined && (windowed || found.anywhere)) return found;
  if (windowed) throw new SabirError(`operation ${code} is unknown; page and worker must run the same version`);
  const remedy = "the page has to import Sabir's `window/main`, not its `main`";
  throw new Refused(`the page's objects are not to be reached: ${remedy}`);
}

export const nothing = () => {};
/** @param {LinkEnd} _ @param {PropertyKey} key */
const askKey = (_, key) => write(key);
/** @param {LinkEnd} end @param {any} value */
const askValue = (end, value) => writeOperand(value, 'value', end.writeOne);
/** @param {LinkEnd} end @param {any[]} values */
const askList = (end, values) => writeList(values, end.writeOne);
/** @param {LinkEnd} end @param {any[]} args */
const askArguments = (end, args) => writeList(args, end.writeArgument);

/** The result of a function, or a `Later` of it. @param {any} result @param {PropertyKey} name */
const resultOf = (result, name) => (isThenable(result) ? new Later(result, name) : result);

export const CALL = operation(1, 'call', {
  ask(_, name, args) {
    write(name);
    writeList(args, write);
  },
  perform(end) {
    const name = read();
    const args = readList();
    close();
    end.lending?.works(undefined);
    return resultOf(end.exports.call(name, args, end.blocked > 0), name);
  },
  anywhere: true,
  mayWait: true,
});

export const APPLY = operation(2, 'apply', {
  ask(end, self, args) {
    writeOperand(self, 'this', end.writeOne);
    askArguments(end, args);
  },
  perform(end) {
    const target = readTarget(end);
    const self = read();
    const args = readList();
    close();
    const { lending } = end;
    // A worker that reaches the page has promises as they are.
    if (lending !== undefined) return lending.apply(end, target, self, args);
    return resultOf(Reflect.apply(target, self, args), target.name || 'function');
  },
  answer: reference,
  anywhere: true,
  mayWait: true,
});

export const CONSTRUCT = operation(3, 'construct', {
  ask: askArguments,
  perform(end) {
    const [target, args] = [readTarget(end), readList()];
    close();
    const { lending } = end;
    return lending === undefined ? Reflect.construct(target, args) : lending.construct(end, target, args);
  },
  answer: reference,
});

export const GET = operation(4, 'get', {
  ask: askKey,
  perform(end) {
    const target = readTarget(end);
    const key = read();
    close();
    const { lending } = end;
    return lending === undefined ? target[key] : lending.get(target, key);
  },
  answer: reference,
  namesKey: true,
});

export const SET = operation(5, 'set', {
  ask(end, key, value) {
    write(key);
    writeOperand(value, 'value', end.writeOne);
  },
  perform(end) {
    const target = readTarget(end);
    const key = read();
    const value = read();
    close();
    end.lending?.policy?.checkSet(target, key, value);
    return assign(target, key, value);
  },
  namesKey: true,
});

/** Sets or defines a property, of the worker's object itself; false where the page's object takes copies. */
export const EXPAND = /* @__PURE__ */ asked(
  42,
  'set',
  (end, key, { value, property }) => {
    write(key);
    writeHandle(value);
    writeDescriptor(property, end.writeOne);
  },
  true,
);

export const HAS = /* @__PURE__ */ asked(6, 'has', askKey);

export const DELETE = /* @__PURE__ */ asked(7, 'deleteProperty', askKey);

export const OWN_KEYS = /* @__PURE__ */ asked(8, 'ownKeys', nothing);

export const DESCRIPTOR = /* @__PURE__ */ asked(9, 'getOwnPropertyDescriptor', askKey);

export const DEFINE = /* @__PURE__ */ asked(10, 'defineProperty', (end, key, property) => {
  write(key);
  writeDescriptor(property, end.writeOne);
});

export const PROTOTYPE = /* @__PURE__ */ asked(11, 'getPrototypeOf', nothing);

export const SET_PROTOTYPE = /* @__PURE__ */ asked(12, 'setPrototypeOf', askValue);

export const IS_EXTENSIBLE = /* @__PURE__ */ asked(13, 'isExtensible', nothing);

export const PREVENT_EXTENSIONS = /* @__PURE__ */ asked(14, 'preventExtensions', nothing);

/** `Object.assign` in one trip. */
export const ASSIGN = /* @__PURE__ */ asked(15, 'ffi.assign', askValue);

/** The values at several paths. */
export const GATHER = /* @__PURE__ */ asked(16, 'ffi.gather', askList);

/** The value at a path. */
export const QUERY = /* @__PURE__ */ asked(17, 'ffi.query', askKey);

/** Runs the text of a function on the page. */
export const EVALUATE = /* @__PURE__ */ asked(18, 'ffi.evaluate', (end, source, args) => {
  write(source);
  writeList(args, end.writeOne);
});

/** As `GET`, and says whether the asker may cache the value. */
export const GET_CACHEABLE = /* @__PURE__ */ asked(19, 'get', askKey);

/** Handles that come back. */
export const RELEASE = operation(20, 'release', {
  /** @param {LinkEnd} _ @param {import('./released.js').Returned[]} returned */
  ask(_, returned) {
    write(returned.length);
    for (const [handle, count] of returned) {
      writeUint32(handle);
      write(count);
    }
  },
  perform(end) {
    /** @type {import('./released.js').Returned[]} */
    const returned = [];
    for (let left = read(); left > 0; left--) returned.push([readUint32(), read()]);
    close();
    end.comeBack.take(returned);
  },
  anywhere: true,
});

/** Several operations, of which the last one's result is the answer: `LinkEnd` opens its parts. */
export const BATCH = operation(21, 'batch', {
  /** @param {LinkEnd} _ @param {import('../values/encode.js').WrittenPart[]} parts */
  ask(_, parts) {
    writeUint32(parts.length);
    for (const part of parts) writePart(part);
  },
  perform: nothing,
  anywhere: true,
});

/** The page tells a worker that its link to another worker has lost its other end. */
export const UNLINKED = operation(22, 'unlinked', {
  ask: askKey,
  perform(end) {
    const id = read();
    close();
    end.settings.unlinked?.(id);
  },
  anywhere: true,
});

/** All that an interpreter asks of each object, in one trip. */
export const GLANCE = /* @__PURE__ */ asked(23, 'glance', nothing);

/** An operation, or an answer, whose cargo comes by a message of the platform's: `LinkEnd` unpacks it. */
export const WITH_CARGO = operation(24, 'cargo', {
  ask(_, id, part) {
    write(id);
    writePart(part);
  },
  perform: nothing,
  anywhere: true,
});

/** Elements of a list, ahead of the message that has the rest. */
export const AHEAD = operation(25, 'ahead', {
  ask(_, list, bytes) {
    writeUint32(list);
    writeCopy(bytes);
  },
  perform: (end) => end.readAhead(readUint32()),
  anywhere: true,
});

/** The names of the page's global scope, in one text. Where there is a policy, only those of classes. */
export const NAMES = /* @__PURE__ */ asked(26, 'names', nothing);

/** Whether a value is an instance of the page's class of a name. It tells no more than that: a policy is not asked. */
export const INSTANCE_OF = /* @__PURE__ */ asked(27, 'instanceof', askKey);

/** The `instanceof` of a class that has none of its own. */
export const ordinaryInstance = Function.prototype[Symbol.hasInstance];

/** As `GET`, and says whether all objects of the target's kind have the value: a method of the platform's, or what never differs. */
export const GET_OF_KIND = /* @__PURE__ */ asked(28, 'get', askKey, true);

/** An operation that is answered before anything else: where its result comes later, it is a promise. */
export const AT_ONCE = operation(29, 'at once', { ask: nothing, perform: nothing, anywhere: true });
