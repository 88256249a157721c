// @ts-check
// The page's entry that also lets workers reach `window`.

import { trace, workerClass } from '../main.js';
import { Lending } from '../end/lending.js';
import { gather, query } from '../end/paths.js';
import '../pipeline/start.js';
import { native } from '../sharing.js';
import { transfer } from '../transfer.js';

/** @param {any} [options] */
const sabir = (options) => ({
  Worker: class Worker extends workerClass(options, Lending) {
    /** Functions that save trips, with the page's own objects. */
    ffi = {
      assign: Object.assign,
      /** Has an object travel by value. @template {object} T @param {T} value */
      direct: (value) => this.link.end.direct(value),
      /** @param {(...args: any[]) => any} callback @param {any[]} args */
      evaluate: (callback, ...args) => callback(...args),
      /** @param {any} target @param {(string | symbol)[]} keys */
      gather: (target, ...keys) => gather(target, keys),
      query,
    };
  },
  native,
  transfer,
  trace,
});

export default Object.assign(sabir, { trace });
export * from '../errors.js';
