// @ts-check
// How a page serves the operations on its objects, which it lends to a worker: by a policy, and until the worker ends.

import { Refused } from '../errors.js';
import { isOf } from '../values/brands.js';
import { close, read, readUint32 } from '../values/decode.js';
import { cacheable, list, reference } from './answers.js';
import { noteInvoke, noteOfLoop } from './events.js';
import { glanceAt } from './glance.js';
import { isNative } from '../native.js';
import { readDescriptor, readList, readOnlyTarget, readTarget, readTargetAnd } from './operands.js';
import * as operations from './operations.js';
import { gather, query } from './paths.js';
import { Policy } from './policy.js';
import { assign, find } from './properties.js';
import { note, watch, hearing, withExecutor } from './promises.js';
import { policyOf } from './traps.js';
import { Undo } from './undo.js';
import { notePrevented } from './withheld.js';
import * as work from './work.js';

/** @typedef {import('./end.js').LinkEnd} LinkEnd */

const { serve } = operations;

/** `window.import`, unless an option has another. @param {string} name */
const loadModule = (name) => import(/* @vite-ignore */ new URL(name, location.href).href);

/** `window.import` is no property of the page's. @param {any} target @param {PropertyKey} key */
const isImport = (target, key) => key === 'import' && target === globalThis;

/** What a page lends to one worker. */
export class Lending {
  #undo = new Undo();

  /** @param {import('./policy.js').PolicyOptions} [policy] @param {(specifier: string) => Promise<any>} [load] `window.import` */
  constructor(policy, load = loadModule) {
    this.policy = policy === undefined ? undefined : new Policy(policy);
    this.load = load;
    watch();
  }

  /** A value is about to be lent. @param {any} value @param {LinkEnd} end */
  lend(value, end) {
    this.policy?.checkValue(value);
    note(value, end);
  }

  /** @param {any} target @param {PropertyKey} key */
  get(target, key) {
    const { policy } = this;
    if (isImport(target, key)) {
      policy?.checkGet(target, key);
      return this.load;
    }
    return policy === undefined ? target[key] : policy.get(target, key);
  }

  /** @param {LinkEnd} end @param {any} target @param {any} self @param {any[]} args */
  apply(end, target, self, args) {
    this.policy?.checkApply(target, self, args);
    noteInvoke(target, self, args);
    noteOfLoop(target, args);
    notePrevented(target, self);
    work.works(work.workerOf(target, self, args));
    return this.#undo.apply(target, self, hearing(end, target, self, args));
  }

  /** @param {LinkEnd} end @param {any} target @param {any[]} args */
  construct(end, target, args) {
    this.policy?.checkApply(target, undefined, args);
    noteOfLoop(target, args);
    work.works(target);
    const made = Reflect.construct(target, withExecutor(end, target, args));
    this.#undo.made(target, made);
    return made;
  }

  /** The platform works for a worker, until `rest`. @param {LinkEnd} [end] the one that waits for it, if it does */
  begin(end) {
    work.begin(end);
  }

  rest() {
    work.rest();
  }

  /** Says which function works. @param {Function | undefined} callee */
  works(callee) {
    work.works(callee);
  }

  /** Has the data of an event outlive its dispatch. @param {Event} event */
  keep(event) {
    this.#undo.keep(event);
  }

  /** Ends what the worker has begun on the page. */
  end() {
    this.#undo.all();
  }
}

serve(operations.IS_EXTENSIBLE, (end) => Reflect.isExtensible(readOnlyTarget(end)));

serve(operations.PREVENT_EXTENSIONS, (end) => {
  const target = readOnlyTarget(end);
  policyOf(end)?.checkWrite(target, 'preventExtensions');
  return Reflect.preventExtensions(target);
});

serve(operations.EXPAND, (end) => {
  const target = readTarget(end);
  const [key, value, property] = [read(), read(), readDescriptor()];
  close();
  // Scripts read their own objects.
  if (!isOf(target, 'EventTarget') && !isOf(target, 'Event')) return false;
  if (property !== undefined) {
    policyOf(end)?.checkWrite(target, key);
    return Reflect.defineProperty(target, key, { ...property, value });
  }
  // An attribute takes what it is made for.
  if (!('value' in (find(target, key) ?? { value }))) return false;
  policyOf(end)?.checkSet(target, key, value);
  return assign(target, key, value);
});

serve(operations.ASSIGN, (end) => {
  const [target, source] = readTargetAnd(end);
  for (const key of Reflect.ownKeys(source)) policyOf(end)?.checkSet(target, key, source[key]);
  Object.assign(target, source);
});

serve(
  operations.GATHER,
  (end) => {
    const [target, keys] = [readTarget(end), readList()];
    close();
    for (const key of keys) policyOf(end)?.checkPath(target, key);
    return gather(target, keys);
  },
  list,
);

serve(
  operations.QUERY,
  (end) => {
    const [target, path] = readTargetAnd(end);
    policyOf(end)?.checkPath(target, path);
    return query(target, path);
  },
  reference,
);

serve(
  operations.EVALUATE,
  (end) => {
    // Its handle has no meaning.
    readUint32();
    const [source, args] = [read(), readList()];
    close();
    policyOf(end)?.checkEvaluate();
    return evaluate(source, args);
  },
  reference,
);

serve(
  operations.GET_CACHEABLE,
  (end) => {
    const [target, key] = readTargetAnd(end);
    const mayCache = isImport(target, key) || isCacheable(target, key);
    return { value: end.lending?.get(target, key), cacheable: mayCache };
  },
  cacheable,
);

serve(
  operations.GLANCE,
  (end) => {
    const target = readOnlyTarget(end);
    // A policy is asked for each property.
    return policyOf(end) === undefined ? glanceAt(target) : [];
  },
  list,
);

serve(operations.NAMES, (end) => {
  const names = Object.getOwnPropertyNames(readOnlyTarget(end));
  return (policyOf(end) === undefined ? names : names.filter((name) => /^[A-Z]/.test(name))).join();
});

serve(
  operations.INSTANCE_OF,
  (end) => {
    const [target, name] = readTargetAnd(end);
    const theirs = /** @type {any} */ (globalThis)[name];
    if (typeof theirs !== 'function') return { value: false, cacheable: false };
    return { value: target instanceof theirs, cacheable: theirs[Symbol.hasInstance] === operations.ordinaryInstance };
  },
  cacheable,
);

serve(
  operations.GET_OF_KIND,
  (end) => {
    const [target, key] = readTargetAnd(end);
    const value = end.lending?.get(target, key);
    const ofKind = isMethod(target, key, value) || isConstant(target, key);
    return { value, cacheable: policyOf(end) === undefined && ofKind };
  },
  cacheable,
);

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
  work.works(callback);
  return Reflect.apply(callback, null, args);
}

/** Getters, nodes and arrays have other values soon. @param {any} target @param {PropertyKey} key */
function isCacheable(target, key) {
  if (isOf(target, 'Node')) return false;
  if (Array.isArray(target) && typeof key === 'string' && /^(?:\d+|length)$/.test(key)) return false;
  const property = find(target, key);
  return property === undefined || 'value' in property;
}

/**
 * True if all nodes of the target's class have the same value. Instances of `Element` itself, and of `Attr`, may have any
 * namespace. In forms and documents an element's name may shadow the property.
 * @param {any} target @param {PropertyKey} key
 */
export const isConstant = (target, key) =>
  (key === 'namespaceURI' ? target instanceof Element : key === 'nodeType' && target instanceof Node) &&
  Object.getPrototypeOf(target) !== Element.prototype &&
  !(target instanceof HTMLFormElement || target instanceof Document) &&
  !Object.hasOwn(target, key);

/** @param {any} target @param {PropertyKey} key @param {any} value */
export function isMethod(target, key, value) {
  if (typeof value !== 'function' || Object.hasOwn(target, key)) return false;
  // The value of an accessor, as `onclick`, is the object's own.
  return 'value' in (find(target, key) ?? {}) && isNative(value);
}
