// @ts-check
// Functions that the other end may call by name.

import { NotExported } from '../errors.js';

export class Exports {
  /** @type {Record<PropertyKey, any>} */
  functions;
  /** Calls of functions that the program has not had a chance to export. @type {Map<PropertyKey, (() => void)[]> | undefined} */
  _early = new Map();

  /** @param {Record<PropertyKey, any>} functions the functions by name; links may share them */
  constructor(functions) {
    this.functions = functions;
  }

  /** Exports a function. @param {PropertyKey} name @param {any} value */
  set(name, value) {
    this.functions[name] = value;
    for (const resume of this._early?.get(name) ?? []) resume();
    this._early?.delete(name);
  }

  /** From now on a name that is not exported is an error. */
  settle() {
    const early = this._early;
    this._early = undefined;
    for (const waiting of early?.values() ?? []) for (const resume of waiting) resume();
  }

  /** Calls the function of a name, once there is one. @param {string} name @param {any[]} args @throws {NotExported} */
  call(name, args) {
    const waits = this.functions[name] === undefined && this._early !== undefined;
    return waits ? this._exported(name).then(() => this._invoke(name, args)) : this._invoke(name, args);
  }

  /** Settled when the program has exported `name`, or had its chance. @param {string} name @returns {Promise<void>} */
  _exported(name) {
    return new Promise((resolve) => {
      const waiting = this._early?.get(name) ?? [];
      waiting.push(resolve);
      this._early?.set(name, waiting);
    });
  }

  /** @param {string} name @param {any[]} args */
  _invoke(name, args) {
    const callee = this.functions[name];
    if (typeof callee === 'function') return Reflect.apply(callee, null, args);
    const what = callee === undefined ? 'is not exported there' : `is exported there, but as ${typeof callee}`;
    throw new NotExported(
      `\`${String(name)}\` ${what}; assign a function to \`proxy.${String(name)}\`, at the latest when \`await sabir()\` returns`,
    );
  }
}
