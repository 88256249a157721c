// @ts-check
// The table of operations: all that is known of one is in its entry. The thirteen traps of a proxy come first.

import { report } from '../border.js';
import { Refused, SabirError } from '../errors.js';
import { close, read, readUint32 } from '../values/decode.js';
import { isThenable } from '../values/tags.js';
import { write, writeCopy, writePart, writeUint32 } from '../values/encode.js';
import { cacheable, descriptor, list, plain, reference } from './answers.js';
import { noteInvoke } from './events.js';
import { glanceAt } from './glance.js';
import { readDescriptor, readList, writeDescriptor, writeList, writeOperand } from './operands.js';
import { isNative } from './native.js';
import { gather, query } from './paths.js';
import { assign, find } from './properties.js';
import { withErrors } from './rejections.js';
import { workerOf, works } from './work.js';

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
 * @property {boolean} isNote whether nobody waits for its answer
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
  const { anywhere = false, mayWait = false, namesKey = false, isNote = false } = flags;
  return (operations[code] = { code, name, ask, perform, answer, anywhere, mayWait, namesKey, isNote });
}

/** The operation of a message's first byte. @param {number} code @throws {SabirError} */
export function operationOf(code) {
  const found = operations[code];
  if (found !== undefined) return found;
  throw new SabirError(`operation ${code} is unknown; page and worker must run the same version`);
}

const nothing = () => {};
/** @param {LinkEnd} _ @param {PropertyKey} key */
const askKey = (_, key) => write(key);
/** @param {LinkEnd} end @param {any} value */
const askValue = (end, value) => writeOperand(value, 'value', end.writeOne);
/** @param {LinkEnd} end @param {any[]} values */
const askList = (end, values) => writeList(values, end.writeOne);

/** Reads the handle, which is the first operand. @param {LinkEnd} end */
const readTarget = (end) => end.own(readUint32());

/** Reads the handle alone. @param {LinkEnd} end */
function readOnlyTarget(end) {
  const target = readTarget(end);
  close();
  return target;
}

/** Reads the handle and one value. @param {LinkEnd} end @returns {[target: any, value: any]} */
function readTargetAnd(end) {
  const [target, value] = [readTarget(end), read()];
  close();
  return [target, value];
}

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
    works(undefined);
    return resultOf(end.exports.call(name, args), name);
  },
  anywhere: true,
  mayWait: true,
});

export const APPLY = operation(2, 'apply', {
  ask(end, self, args) {
    writeOperand(self, 'this', end.writeOne);
    writeList(args, end.writeOne);
  },
  perform(end) {
    const target = readTarget(end);
    const self = read();
    let args = readList();
    close();
    end.policy?.checkApply(target, self, args);
    if (end.lendsPage) {
      noteInvoke(target, self, args);
      args = withErrors(end, target, self, args);
    }
    works(workerOf(target, self, args));
    const result = end.undo === undefined ? Reflect.apply(target, self, args) : end.undo.apply(target, self, args);
    // A worker that reaches the page has promises as they are.
    return end.lendsPage ? result : resultOf(result, target.name || 'function');
  },
  answer: reference,
  anywhere: true,
  mayWait: true,
});

export const CONSTRUCT = operation(3, 'construct', {
  ask: askList,
  perform(end) {
    const [target, args] = [readTarget(end), readList()];
    close();
    end.policy?.checkApply(target, undefined, args);
    works(target);
    const made = Reflect.construct(target, args);
    end.undo?.made(target, made);
    return made;
  },
  answer: reference,
});

export const GET = operation(4, 'get', {
  ask: askKey,
  perform(end) {
    const target = readTarget(end);
    const key = read();
    close();
    return get(end, target, key);
  },
  answer: reference,
  namesKey: true,
});

/** @param {LinkEnd} end @param {any} target @param {PropertyKey} key */
function get(end, target, key) {
  const { policy } = end;
  if (isImport(end, target, key)) {
    policy?.checkGet(target, key);
    return end.load;
  }
  return policy === undefined ? target[key] : policy.get(target, key);
}

/** `window.import`, which is no property of the page's. @param {LinkEnd} end @param {any} target @param {PropertyKey} key */
const isImport = (end, target, key) => key === 'import' && target === globalThis && end.load !== undefined;

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
    end.policy?.checkSet(target, key, value);
    return assign(target, key, value);
  },
  namesKey: true,
});

export const HAS = operation(6, 'has', {
  ask: askKey,
  perform(end) {
    const [target, key] = readTargetAnd(end);
    end.policy?.checkGet(target, key);
    return Reflect.has(target, key);
  },
});

export const DELETE = operation(7, 'deleteProperty', {
  ask: askKey,
  perform(end) {
    const [target, key] = readTargetAnd(end);
    end.policy?.checkWrite(target, key);
    return Reflect.deleteProperty(target, key);
  },
});

export const OWN_KEYS = operation(8, 'ownKeys', {
  ask: nothing,
  perform(end) {
    const target = readOnlyTarget(end);
    end.policy?.checkKeys(target);
    return Reflect.ownKeys(target);
  },
});

export const DESCRIPTOR = operation(9, 'getOwnPropertyDescriptor', {
  ask: askKey,
  perform(end) {
    const [target, key] = readTargetAnd(end);
    end.policy?.checkGet(target, key);
    return Reflect.getOwnPropertyDescriptor(target, key);
  },
  answer: descriptor,
});

export const DEFINE = operation(10, 'defineProperty', {
  ask(end, key, property) {
    write(key);
    writeDescriptor(property, end.writeOne);
  },
  perform(end) {
    const [target, key, property] = [readTarget(end), read(), readDescriptor() ?? {}];
    close();
    end.policy?.checkWrite(target, key);
    return Reflect.defineProperty(target, key, property);
  },
});

export const PROTOTYPE = operation(11, 'getPrototypeOf', {
  ask: nothing,
  perform(end) {
    const target = readOnlyTarget(end);
    end.policy?.checkKeys(target);
    return Reflect.getPrototypeOf(target);
  },
  answer: reference,
});

export const SET_PROTOTYPE = operation(12, 'setPrototypeOf', {
  ask: askValue,
  perform(end) {
    const [target, prototype] = readTargetAnd(end);
    end.policy?.checkWrite(target, '__proto__');
    return Reflect.setPrototypeOf(target, prototype);
  },
});

export const IS_EXTENSIBLE = operation(13, 'isExtensible', {
  ask: nothing,
  perform: (end) => Reflect.isExtensible(readOnlyTarget(end)),
});

export const PREVENT_EXTENSIONS = operation(14, 'preventExtensions', {
  ask: nothing,
  perform(end) {
    const target = readOnlyTarget(end);
    end.policy?.checkWrite(target, '');
    return Reflect.preventExtensions(target);
  },
});

/** `Object.assign` in one trip. */
export const ASSIGN = operation(15, 'ffi.assign', {
  ask: askValue,
  perform(end) {
    const [target, source] = readTargetAnd(end);
    for (const key of Reflect.ownKeys(source)) end.policy?.checkSet(target, key, source[key]);
    Object.assign(target, source);
  },
});

/** The values at several paths. */
export const GATHER = operation(16, 'ffi.gather', {
  ask: askList,
  perform(end) {
    const [target, keys] = [readTarget(end), readList()];
    close();
    for (const key of keys) end.policy?.checkPath(target, key);
    return gather(target, keys);
  },
  answer: list,
});

/** The value at a path. */
export const QUERY = operation(17, 'ffi.query', {
  ask: askKey,
  perform(end) {
    const [target, path] = readTargetAnd(end);
    end.policy?.checkPath(target, path);
    return query(target, path);
  },
  answer: reference,
});

/** Runs the text of a function on the page. */
export const EVALUATE = operation(18, 'ffi.evaluate', {
  ask(end, source, args) {
    write(source);
    writeList(args, end.writeOne);
  },
  perform(end) {
    // Its handle has no meaning.
    readUint32();
    const [source, args] = [read(), readList()];
    close();
    end.policy?.checkEvaluate();
    return evaluate(source, args);
  },
  answer: reference,
});

/** @param {string} source @param {any[]} args */
function evaluate(source, args) {
  let callback;
  try {
    callback = Function(`return(${source}).apply(null,arguments)`);
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    const remedy = "`'unsafe-eval'` in the page's Content-Security-Policy; export a function instead";
    throw new Refused(`\`ffi.evaluate\` needs ${remedy}`, { cause: error });
  }
  works(callback);
  return Reflect.apply(callback, null, args);
}

/** As `GET`, and says whether the asker may cache the value. */
export const GET_CACHEABLE = operation(19, 'get', {
  ask: askKey,
  perform(end) {
    const [target, key] = readTargetAnd(end);
    const mayCache = isImport(end, target, key) || isCacheable(target, key);
    return { value: get(end, target, key), cacheable: mayCache };
  },
  answer: cacheable,
});

/** Getters, nodes and arrays have other values soon. @param {any} target @param {PropertyKey} key */
function isCacheable(target, key) {
  if (typeof Node === 'function' && target instanceof Node) return false;
  if (Array.isArray(target) && typeof key === 'string' && /^(?:\d+|length)$/.test(key)) return false;
  const property = find(target, key);
  return property === undefined || 'value' in property;
}

/** Runs a program's hook, which is not to fail what called it. @param {() => void} hook */
function tell(hook) {
  try {
    hook();
  } catch (error) {
    report(error);
  }
}

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
    const returned = [];
    for (let left = read(); left > 0; left--) {
      const handle = readUint32();
      returned.push(end.lent.release(handle, read()));
    }
    close();
    const { released } = end.settings;
    if (released !== undefined) for (const value of returned) if (value !== undefined) tell(() => released(value));
  },
  anywhere: true,
  isNote: true,
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
  isNote: true,
});

/** All that an interpreter asks of each object, in one trip. */
export const GLANCE = operation(23, 'glance', {
  ask: nothing,
  perform(end) {
    const target = readOnlyTarget(end);
    // A policy is asked for each property.
    return end.policy === undefined ? glanceAt(target) : [];
  },
  answer: list,
});

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
  isNote: true,
});

/** The names of the page's global scope, in one text. Where there is a policy, only those of classes. */
export const NAMES = operation(26, 'names', {
  ask: nothing,
  perform(end) {
    const names = Object.getOwnPropertyNames(readOnlyTarget(end));
    return (end.policy === undefined ? names : names.filter((name) => /^[A-Z]/.test(name))).join();
  },
});

/** Whether a value is an instance of the page's class of a name. It tells no more than that: a policy is not asked. */
export const INSTANCE_OF = operation(27, 'instanceof', {
  ask: askKey,
  perform(end) {
    const [target, name] = readTargetAnd(end);
    const theirs = /** @type {any} */ (globalThis)[name];
    if (typeof theirs !== 'function') return { value: false, cacheable: false };
    return { value: target instanceof theirs, cacheable: theirs[Symbol.hasInstance] === ordinaryInstance };
  },
  answer: cacheable,
});

/** The `instanceof` of a class that has none of its own. */
export const ordinaryInstance = Function.prototype[Symbol.hasInstance];

/** As `GET`, and says whether all objects of the target's kind have the value: a method of the platform's, or what never differs. */
export const GET_OF_KIND = operation(28, 'get', {
  ask: askKey,
  perform(end) {
    const [target, key] = readTargetAnd(end);
    const value = get(end, target, key);
    const ofKind = isMethod(target, key, value) || isConstant(target, key);
    return { value, cacheable: end.policy === undefined && ofKind };
  },
  answer: cacheable,
  namesKey: true,
});

/** Whether the nodes of one class of the platform's have one value. Of no namespace's own class is `Element`. @param {any} target @param {PropertyKey} key */
const isConstant = (target, key) =>
  (key === 'namespaceURI' || key === 'nodeType') &&
  target instanceof Node &&
  Object.getPrototypeOf(target) !== Element.prototype;

/** @param {any} target @param {PropertyKey} key @param {any} value */
function isMethod(target, key, value) {
  if (typeof value !== 'function' || Object.hasOwn(target, key)) return false;
  // The value of an accessor, as `onclick`, is the object's own.
  return 'value' in (find(target, key) ?? {}) && isNative(value);
}

/** An operation that is answered before anything else: its result is at most a promise that the asker then awaits. */
export const AT_ONCE = operation(29, 'at once', { ask: nothing, perform: nothing, anywhere: true });

/** The value of a promise that an answer at once has lent. */
export const AWAIT = operation(30, 'await', {
  ask: nothing,
  perform(end) {
    const handle = readUint32();
    close();
    const later = end.lent.own(handle);
    end.lent.release(handle, 1);
    return later;
  },
  answer: reference,
  anywhere: true,
  mayWait: true,
});
