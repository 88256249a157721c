// @ts-check
// Functions that the other end may call by name.

import { NotExported } from '../errors.js';

export class Exports {
  /** @type {Record<PropertyKey, any>} */
  functions;
  /** Calls of functions that the program has not had a chance to export. @type {Map<PropertyKey, (() => void)[]> | undefined} */
  _early = new Map();
  /** Whether such calls go on just now: those that come meanwhile stay behind them. */
  _isResuming = false;

  /** @param {Record<PropertyKey, any>} functions the functions by name; links may share them */
  constructor(functions) {
    this.functions = functions;
  }

  /** Exports a function. @param {PropertyKey} name @param {any} value */
  set(name, value) {
    this.functions[name] = value;
    const waiting = this._early?.get(name);
    if (waiting === undefined) return;
    this._early?.delete(name);
    this._resume(waiting);
  }

  /** From now on a name that is not exported is an error. */
  settle() {
    const early = this._early;
    this._early = undefined;
    for (const waiting of early?.values() ?? []) this._resume(waiting);
  }

  /** @param {(() => void)[]} waiting */
  _resume(waiting) {
    this._isResuming = true;
    setTimeout(() => (this._isResuming = false));
    for (const resume of waiting) resume();
  }

  /**
   * Calls the function of a name, once there is one.
   * @param {string} name @param {any[]} args @param {boolean} isBlocked whether this realm is: then no promise is settled
   * @throws {NotExported}
   */
  call(name, args, isBlocked) {
    const isEarly = this._early !== undefined && this.functions[name] === undefined;
    if (!isEarly && (isBlocked || !this._isResuming)) return this._invoke(name, args);
    const turn = isEarly ? this._exported(name) : Promise.resolve();
    return turn.then(() => this._invoke(name, args));
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
    const called = String(name);
    const what = callee === undefined ? 'is not exported there' : `is exported there, but as ${typeof callee}`;
    const remedy = `\`proxy.${called} = f\`, or in Rust by \`export("${called}", f)\``;
    throw new NotExported(`\`${called}\` ${what}; export a function as the program starts, by ${remedy}`);
  }
}
