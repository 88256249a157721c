// @ts-check
// The border between JavaScript and the wasm. No exception crosses it: that would unwind wasm frames, and what those had
// borrowed, begun or counted would stay so.
//
// Every entrance first proves that the stack suffices for the wasm: a RangeError comes from there, before anything has changed.
// The functions that the wasm calls catch everything. A trap, as of a panic, ends all links of its realm.

import { Closed, SabirError } from './errors.js';
import { prove } from './stack.js';

/** @typedef {import('./core.js').Host} WasmHost */
/**
 * JavaScript's half of a link's end: the functions that the wasm calls, and what the border itself asks.
 * @typedef {WasmHost & { ended: Error | undefined, carrier: { close: (why: string) => void } }} LinkEnd
 */

const LATER_MS = 0;
/** As the platform has it, before a program replaces it. */
const { setTimeout } = globalThis;

/** Shows an error that nobody can be given, in a task of its own: whoever listens for such errors is foreign code, too. @param {unknown} error */
export const report = (error) =>
  void setTimeout(() => {
    throw error;
  }, LATER_MS);

/** @param {unknown} thrown */
export function describe(thrown) {
  try {
    return String(thrown);
  } catch {
    return typeof thrown;
  }
}

/** The wasm has trapped. @param {unknown} error @param {LinkEnd | undefined} end @returns {Error} what is thrown in its place */
function fell(error, end) {
  const what = describe(error);
  try {
    wasm.fall(what);
  } catch {
    // It has trapped again: the other ends know, or can no longer be told.
  }
  return end?.ended ?? new Closed(`the link is closed: a realm panicked: ${what}`, { cause: error });
}

/** The error to throw instead of the one that an entrance threw. @param {unknown} error @param {Host | undefined} host */
const failure = (error, host) =>
  // Sabir's own errors are results, and so are those which a program makes of them.
  error instanceof SabirError || error === host?.made ? error : fell(error, host?.end);

/** These follow the beginning of a message, which has proven the stack for both. */
const PROVEN = new Set(['start', 'callWithin', 'post']);
/** These return nothing: after a trap there is nobody left to be told. */
const TELLING = new Set(['close', 'interrupt', 'settle', 'receive', 'lost', 'poll', 'takeInterrupt']);
/** A link that has ended still has its last words carried. */
const LAST = new Set(['receive', 'lost', 'takeError', 'answerAt']);

/**
 * A function of the wasm, to be called from JavaScript. No rest parameters: calls pass through here.
 * @template {(...args: any[]) => any} F @param {F} enter @param {string} [name] @returns {F}
 */
function entrance(enter, name = '') {
  const [proven, telling, last] = [PROVEN.has(name), TELLING.has(name), LAST.has(name)];
  /** @this {any} @param {any} a @param {any} b @param {any} c @param {any} d */
  const guarded = function (a, b, c, d) {
    // A trap may have left its state such that the next to enter traps, too, and ends links that are well.
    const end = this?.host?.end;
    const ended = last ? undefined : end?.ended;
    if (ended !== undefined) {
      if (telling) return undefined;
      throw ended;
    }
    if (!proven) prove();
    try {
      return enter.call(this, a, b, c, d);
    } catch (error) {
      const thrown = failure(error, this?.host);
      if (!telling) throw thrown;
    }
  };
  return /** @type {any} */ (guarded);
}

/** The wasm's class, guarded. @type {Pick<typeof import('./core.js').SabirChannel, 'fall' | 'growOutbox' | 'outboxBytes' | 'takeArrived' | 'internName' | 'hold' | 'goOn'>} */
let wasm;

/** @param {number} depth @param {number} len */
export const growOutbox = (depth, len) => wasm.growOutbox(depth, len);
/** @param {number} depth */
export const outboxBytes = (depth) => wasm.outboxBytes(depth);
/** @param {number} ms */
export const hold = (ms) => wasm.hold(ms);
/** @param {() => void} work */
export const goOn = (work) => wasm.goOn(work);
export const takeArrived = () => wasm.takeArrived();
/** @param {string} name @param {number} timeoutMs @param {boolean} ofLoop */
export const internName = (name, timeoutMs, ofLoop) => wasm.internName(name, timeoutMs, ofLoop);

/** A realm as the wasm has it: nothing here throws. @implements {WasmHost} */
export class Host {
  /** @param {LinkEnd} end */
  constructor(end) {
    this.end = end;
    /** The last error that was made for the wasm to throw. @type {unknown} */
    this.made = undefined;
  }

  /** @param {number} address @param {number} len */
  serve(address, len) {
    return this.end.serve(address, len);
  }

  takeAttachments() {
    return this.end.takeAttachments();
  }

  /** @param {number} token @param {number} address @param {number} len */
  answered(token, address, len) {
    try {
      this.end.answered(token, address, len);
    } catch (error) {
      this.failed(token, error);
    }
  }

  /** @param {number} token @param {unknown} error */
  failed(token, error) {
    try {
      this.end.failed(token, error);
    } catch (error) {
      report(error);
    }
  }

  /** @param {number} token @param {string} text */
  dumped(token, text) {
    this.end.dumped(token, text);
  }

  /** @param {string} name @param {string} message */
  makeError(name, message) {
    try {
      this.made = this.end.makeError(name, message);
    } catch (error) {
      this.made = error;
    }
    return this.made;
  }

  wake() {
    try {
      this.end.wake();
    } catch (error) {
      // The other realm sleeps on: whoever waits for it is to know.
      setTimeout(() => this.end.carrier.close(`it cannot be woken: ${describe(error)}`), LATER_MS);
    }
  }

  /** @param {Error} error */
  closed(error) {
    try {
      this.end.closed(error);
    } catch (error) {
      report(error);
    }
  }
}

/** Guards the entrances of this realm's wasm: the functions that belong to no link, and those of a channel. @param {any} Channel */
export function guard(Channel) {
  const { prototype } = Channel;
  const { call } = prototype;
  const { fall, hold, goOn } = Channel;
  const [growOutbox, outboxBytes] = [entrance(Channel.growOutbox), entrance(Channel.outboxBytes)];
  const [takeArrived, internName] = [entrance(Channel.takeArrived), entrance(Channel.internName)];
  wasm = { fall, growOutbox, outboxBytes, takeArrived, internName, hold, goOn };
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (name === 'constructor' || name === 'free' || name.startsWith('_')) continue;
    prototype[name] = entrance(prototype[name], name);
  }
  /**
   * The hot entrance. The others share one place that enters, into which engines compile none of them: that costs V8 17 ns a call.
   * A message has begun before, which has proven the stack for both.
   * @this {any} @param {number} name @param {number} place
   */
  prototype.call = function (name, place) {
    const { host } = this;
    if (host.end.ended !== undefined) throw host.end.ended;
    try {
      return call.call(this, name, place);
    } catch (error) {
      throw failure(error, host);
    }
  };
  for (const name of ['create', 'attach', 'tunnel']) {
    if (Channel[name] === undefined) continue;
    const open = entrance(Channel[name]);
    /** @param {any[]} args */
    Channel[name] = (...args) => {
      const host = new Host(args.at(-1));
      return Object.assign(open.call(Channel, ...args.slice(0, -1), host), { host });
    };
  }
}
