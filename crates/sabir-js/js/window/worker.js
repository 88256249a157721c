// @ts-check
// A worker's entry that also has the page's `window`.

import { joined, trace } from '../worker.js';
import { gather, query } from '../end/paths.js';
import { FORGET } from '../end/proxies.js';
import * as operations from '../end/operations.js';

/** The text of a function that can stand alone: a method's shorthand cannot. @param {Function} callback */
const textOf = (callback) =>
  String(callback).replace(/^(async\s*)?(\bfunction\b)?(.*?)\(/, (whole, isAsync, keyword, name) =>
    name && !keyword ? `${isAsync ?? ''}function ${name}(` : whole,
  );

/** @param {any} [options] */
const sabir = async (options) => {
  const { realm, members } = await joined(options);
  const isWindowProxy = (/** @type {any} */ value) => realm.isProxy(value);
  const handle = (/** @type {any} */ value) => /** @type {number} */ (realm.handleOf(value));
  const ffi = {
    /** `Object.assign`, in one trip. @template {object} T @param {T} target @param {object[]} sources */
    assign(target, ...sources) {
      if (!isWindowProxy(target)) return Object.assign(target, ...sources);
      realm.request(operations.ASSIGN, handle(target), Object.assign({}, ...sources));
      if (realm.memoMs >= 0) /** @type {any} */ (target)[FORGET];
      return target;
    },
    /** Has an object travel by value. @template {object} T @param {T} value */
    direct: (value) => realm.direct(value),
    /** Runs a function on the page: its text travels, not what it closes over. @param {Function} callback @param {any[]} args */
    evaluate: (callback, ...args) => realm.request(operations.EVALUATE, 0, textOf(callback), args),
    /** Several values in one trip. @param {any} target @param {(string | symbol)[]} keys */
    gather: (target, ...keys) =>
      isWindowProxy(target) ? realm.request(operations.GATHER, handle(target), keys) : gather(target, keys),
    /** The value at a path such as `a.b[0].c`, in one trip. @param {any} target @param {string} path */
    query: (target, path) =>
      isWindowProxy(target) ? realm.request(operations.QUERY, handle(target), path) : query(target, path),
  };
  return { ...members, window: realm.window, isWindowProxy, ffi };
};

export default Object.assign(sabir, { trace });
export * from '../errors.js';
