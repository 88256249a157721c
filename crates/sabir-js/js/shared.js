// @ts-check
// Shared by the entries of both realms.

/** A time limit as it is kept: below 0 there is none. @param {unknown} ms @param {string} what takes it @throws if it is none */
export function limitOf(ms, what) {
  const isNumber = typeof ms === 'number';
  if (isNumber && ms >= 0) return ms === Infinity ? -1 : ms;
  const Failure = isNumber ? RangeError : TypeError;
  throw new Failure(`${what} takes a number of ms from 0 on, or \`Infinity\`, not ${String(ms)}`);
}

/**
 * Functions by name, of the other realm when they are got, and of this one when they are set.
 * @param {Record<PropertyKey, any>} exported @param {(name: string, args: any[]) => any} call
 * @param {(name: PropertyKey, value: any) => void} [set]
 */
export function methods(exported, call, set = (name, value) => (exported[name] = value)) {
  /** @type {Map<PropertyKey, Function>} */
  const callers = new Map();
  return new Proxy(exported, {
    get(_, name) {
      // Proxies are awaited by accident.
      if (name === 'then') return undefined;
      let caller = callers.get(name);
      if (caller === undefined)
        callers.set(name, (caller = (/** @type {any[]} */ ...args) => call(/** @type {string} */ (name), args)));
      return caller;
    },
    set(_, name, value) {
      if (name === 'then') return false;
      set(name, value);
      return true;
    },
  });
}

/** An option that is a function, if it is set. @param {unknown} value @param {string} name @returns {any} */
export function functionOf(value, name) {
  if (value === undefined || typeof value === 'function') return value;
  throw new TypeError(`the option \`${name}\` takes a function`);
}
