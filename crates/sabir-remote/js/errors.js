// @ts-check
// Every error that is Sabir's own. Errors of the other realm arrive as what they are.

/** The class of all errors of Sabir. */
export class SabirError extends Error {}

/** No answer came within the call's timeout. */
export class TimedOut extends SabirError {}

/** The link has ended: the worker was terminated or failed, or the page was left. */
export class Closed extends SabirError {}

/** The other realm called `interrupt()`. */
export class Interrupted extends SabirError {}

/** Two realms wait for each other; the message names both functions. */
export class Deadlock extends SabirError {}

/** Calls that serve calls that serve calls went too deep; the message names them. */
export class TooDeep extends SabirError {}

/** More calls, or bytes of calls, wait for the other realm than the limit that the message names. */
export class TooMany extends SabirError {}

/** The callee gave the call up. */
export class Cancelled extends SabirError {}

/** The link cannot be made or joined: page and worker run different versions. */
export class LinkError extends SabirError {}

/** This worker has no transport that blocks, and what it asks for has to. */
export class CannotBlock extends SabirError {}

/** The platform's code, or a proxy, needs an answer of a worker at once, and the worker cannot give it so. */
export class NotNow extends SabirError {}

/** The page's policy does not allow it. */
export class Refused extends SabirError {}

/** A handle that stands for nothing: released, of another link, or made up. */
export class BadHandle extends SabirError {}

/** No function of this name is exported. */
export class NotExported extends TypeError {}

/** The longest path that an error shows, in steps: a value may be nested a million times. */
const MAX_PATH = 32;

/** A value that cannot travel: `path` says where in the arguments or the result it stands, as in `args[0].x.y`. */
export class Unserialisable extends SabirError {
  #what;
  #steps = 0;
  path = '';

  /** Whether an error is of this realm: one that has arrived is complete. @param {any} error @returns {error is Unserialisable} */
  static isOwn(error) {
    return Object(error) === error && #steps in error;
  }

  /** @param {string} what @param {ErrorOptions} [options] */
  constructor(what, options) {
    super('', options);
    this.#what = what;
    this.within('');
  }

  /** Says that the value stands at `key` of what it was found in. @param {string | number | symbol} key */
  at(key) {
    if (typeof key === 'number' || /^\d+$/.test(String(key))) return this.within(`[${String(key)}]`);
    if (typeof key === 'symbol') return this.within(`[${String(key)}]`);
    return this.within(/^[\w$]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);
  }

  /** @param {string} step */
  within(step) {
    if (this.#steps++ <= MAX_PATH) this.path = step + this.path;
    this.message = `cannot send ${this.path || 'the value'}: ${this.#what}`;
    return this;
  }
}

/** The classes that Rust makes errors of, by name. @type {Record<string, new (message: string) => Error>} */
const CLASSES = { SabirError, TimedOut, Closed, Interrupted, Deadlock, TooDeep, TooMany, Cancelled, LinkError };

/** @param {string} name @param {string} message */
export const makeError = (name, message) => new (CLASSES[name] ?? SabirError)(message);

/** Sabir's own classes and the language's: an error arrives as an instance of its class. */
export const errorClass = (/** @type {string} */ name) => {
  const known = OWN.get(name) ?? /** @type {any} */ (globalThis)[name];
  return typeof known === 'function' && (known === Error || known.prototype instanceof Error) ? known : undefined;
};

/** @type {Map<string, any>} */
const OWN = new Map(
  Object.entries({ ...CLASSES, CannotBlock, NotNow, Refused, BadHandle, NotExported, Unserialisable }),
);

// A class's own name is what a minifier makes of it. V8 shows it with an error that no code catches, unless `name` is a
// value: it asks no getter.
for (const [name, { prototype }] of OWN)
  Object.defineProperty(prototype, 'name', { value: name, writable: true, configurable: true });

/** Adds this realm's stack to an error of the other realm; a frozen one stays as it is. @param {any} error */
export function withCallersStack(error) {
  try {
    if (error instanceof Error) {
      const here = new Error().stack ?? '';
      const frames = here.slice(here.startsWith('Error') ? here.indexOf('\n') + 1 : 0);
      const stack = `${error.stack}\n    ---- called from the other realm ----\n${frames}`;
      Object.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true });
    }
  } catch {
    // It is thrown as it is.
  }
  return error;
}
