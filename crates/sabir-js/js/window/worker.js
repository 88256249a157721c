// @ts-check
// A worker's entry that also has the page's `window`.

import { joined, trace } from '../worker.js';
import { gather, query } from '../end/paths.js';
import { FORGET } from '../end/proxies.js';
import * as operations from '../end/operations.js';
import { Scope } from '../end/scope.js';

/** The text of a function that can stand alone: a method's shorthand cannot. @param {Function} callback */
const textOf = (callback) =>
  String(callback).replace(/^(async\s*)?(\bfunction\b)?(.*?)\(/, (whole, isAsync, keyword, name) =>
    name && !keyword ? `${isAsync ?? ''}function ${name}(` : whole,
  );

/** @param {import('../end/end.js').LinkEnd} end */
function scopesOf(end) {
  /**
   * Runs `body`, and gives back the page's objects that it met, but those that it returns or keeps. Without `body` the scope
   * lasts until it is disposed.
   * @template T @param {(keep: <V>(value: V) => V) => T} [body]
   */
  return (body) => {
    if (body !== undefined && typeof body !== 'function') throw new TypeError('`scope` takes a function, or nothing');
    const scope = new Scope(end.borrowed);
    /** @template V @param {V} value */
    const keep = (value) => scope.keep(value);
    if (body === undefined) return { keep, [dispose]: () => scope.close() };
    try {
      return scope.keepResult(body(keep));
    } catch (/** @type {any} */ error) {
      keep(error);
      if (!end.isProxy(error)) keep(error?.cause);
      throw error;
    } finally {
      scope.close();
    }
  };
}

/** @param {import('../end/end.js').LinkEnd} end */
const releaserOf =
  (end) =>
  /** Gives objects of the page back: later uses of them are errors. @param {any[]} objects */
  (...objects) => {
    for (const object of objects) end.borrowed.release(object);
  };

/** @type {any} `using` looks for it; not every engine has it yet. */
const dispose = Symbol.dispose ?? Symbol('dispose');

/** Loads the parts that few programs ask for. @param {import('../end/end.js').LinkEnd} end @param {any} pipeline @param {any} globals */
async function furnish(end, pipeline, globals) {
  if (pipeline) {
    const { Pipeline } = await import('../pipeline/pipeline.js');
    new Pipeline(end, pipeline);
  }
  if (globals) {
    const { installGlobals } = await import('../globals/globals.js');
    installGlobals(end);
  }
}

/** @param {any} [options] */
const sabir = async (options) => {
  const { end, members, prepare } = await joined(options);
  end.keepsExpandos = options?.expandos === true;
  // Libraries expect that their listeners never run within other code of theirs.
  if (options?.globals || end.keepsExpandos) end.carrier.keepTurns();
  // Without shared memory each operation takes a trip of its own.
  const pipeline = members.native && end.pipeline === undefined && options?.pipeline;
  if (pipeline || options?.globals) {
    const furnished = furnish(end, pipeline, options.globals);
    prepare(furnished);
    await furnished;
  }
  const isWindowProxy = (/** @type {any} */ value) => end.isProxy(value);
  const handle = (/** @type {any} */ value) => /** @type {number} */ (end.handleOf(value));
  const ffi = {
    /** `Object.assign`, in one trip. @template {object} T @param {T} target @param {object[]} sources */
    assign(target, ...sources) {
      if (!isWindowProxy(target)) return Object.assign(target, ...sources);
      end.request(operations.ASSIGN, handle(target), Object.assign({}, ...sources));
      if (end.memoMs >= 0) /** @type {any} */ (target)[FORGET];
      return target;
    },
    /** Has an object travel by value. @template {object} T @param {T} value */
    direct: (value) => end.direct(value),
    /** Runs a function on the page: its text travels, not what it closes over. @param {Function} callback @param {any[]} args */
    evaluate: (callback, ...args) => end.request(operations.EVALUATE, 0, textOf(callback), args),
    /** Several values in one trip. @param {any} target @param {(string | symbol)[]} keys */
    gather: (target, ...keys) =>
      isWindowProxy(target) ? end.request(operations.GATHER, handle(target), keys) : gather(target, keys),
    /** The value at a path such as `a.b[0].c`, in one trip. @param {any} target @param {string} path */
    query: (target, path) =>
      isWindowProxy(target) ? end.request(operations.QUERY, handle(target), path) : query(target, path),
  };
  return { ...members, window: end.window, isWindowProxy, ffi, scope: scopesOf(end), release: releaserOf(end) };
};

export default Object.assign(sabir, { trace });
export * from '../errors.js';
