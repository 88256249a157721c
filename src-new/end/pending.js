// @ts-check
// Async calls that wait for their answers.

/**
 * A call without an answer yet.
 * @typedef {object} PendingCall
 * @property {Promise<any>} promise
 * @property {(value: any) => void} resolve
 * @property {(error: unknown) => void} reject
 * @property {string} name
 * @property {number} since when it began, in ms, as `performance.now()` gives it
 */

/** How many calls `describe` names. */
const NAMED = 8;

export class PendingCalls {
  /** @type {Map<number, PendingCall>} */
  _calls = new Map();
  _nextToken = 1;

  /** Begins a call. @param {PropertyKey} name @returns {[token: number, answer: Promise<any>]} */
  begin(name) {
    const token = this._nextToken++;
    const { promise, resolve, reject } = Promise.withResolvers();
    this._calls.set(token, { promise, resolve, reject, name: String(name), since: performance.now() });
    return [token, promise];
  }

  /** Takes the call of a token, which then is pending no more. @param {number} token */
  take(token) {
    const call = this._calls.get(token);
    this._calls.delete(token);
    return call;
  }

  /** Takes all calls. */
  takeAll() {
    const calls = [...this._calls.values()];
    this._calls.clear();
    return calls;
  }

  /** The calls in words. */
  describe() {
    const now = performance.now();
    const calls = Array.from(
      this._calls.values(),
      ({ name, since }) => `\`${name}\` for ${Math.round(now - since)} ms`,
    );
    const more = calls.length > NAMED ? [`${calls.length - NAMED} more`] : [];
    return [...calls.slice(0, NAMED), ...more].join(', ') || 'nothing';
  }
}
