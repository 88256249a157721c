// @ts-check
// Assertions of all pages and their workers, and the run of a page's tests.

/** @param {unknown} condition @param {unknown} [what] */
export function ok(condition, what = 'not so') {
  if (!condition) throw new Error(String(what));
}

/** @param {any} found @param {any} expected */
export function same(found, expected) {
  if (equal(found, expected)) return;
  const [one, other] = [show(found), show(expected)];
  throw new Error(`found ${one}, expected ${other}${one === other ? ', of another type' : ''}`);
}

/** @param {any} value */
function show(value) {
  try {
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  } catch {
    return typeof value;
  }
}

/** @param {any} one @param {any} other @returns {boolean} */
function equal(one, other) {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  if (one instanceof Date) return equal(one.getTime(), other.getTime());
  if (one instanceof RegExp) return String(one) === String(other);
  if (one instanceof Map || one instanceof Set) return equal([...one], [...other]);
  if (one instanceof Error) return one.message === other.message && one.name === other.name;
  if (one instanceof ArrayBuffer) return equal([...new Uint8Array(one)], [...new Uint8Array(other)]);
  if (one instanceof DataView) return equal(one.buffer, other.buffer);
  const keys = Reflect.ownKeys(one);
  return (
    keys.length === Reflect.ownKeys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && equal(one[key], other[key]))
  );
}

/** @param {any} error @param {string} name @param {RegExp} message */
function isError(error, name, message) {
  same(error?.name, name);
  ok(message.test(error.message), `message: ${error.message}`);
  return error;
}

/** @param {() => any} body @param {string} name @param {RegExp} [message] */
export function throws(body, name, message = /./) {
  try {
    body();
  } catch (/** @type {any} */ error) {
    return isError(error, name, message);
  }
  throw new Error(`${body} did not throw`);
}

/** The reason of a promise that is rejected. @param {Promise<any>} promise @returns {Promise<any>} */
export const reasonOf = (promise) =>
  promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (reason) => reason,
  );

/** @param {Promise<any>} promise @param {string} name @param {RegExp} [message] */
export const rejects = async (promise, name, message = /./) => isError(await reasonOf(promise), name, message);

/** `ok`, or the error of a test. @param {() => any} test @returns {Promise<string>} */
export const outcomeOf = async (test) => {
  try {
    await test();
    return 'ok';
  } catch (/** @type {any} */ error) {
    return `${error?.name}: ${error?.message}`;
  }
};

export const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Blocks this realm. @param {number} ms */
export function computeFor(ms) {
  for (const end = performance.now() + ms; performance.now() < end; );
}

/**
 * Has this realm collect, by `gc` where the browser was started with it, else by making garbage. That is kept meanwhile: what
 * dies at once has WebKit collect its nursery only, for thousands of arrays in a row.
 */
export function collect() {
  const { gc } = /** @type {any} */ (globalThis);
  if (typeof gc === 'function') gc();
  else Array.from({ length: 40 }, (_, round) => new Array(200_000).fill({ round }));
}

/**
 * Waits until it holds, at most ten seconds, as machines under load need them: the assertion that follows says what is wrong.
 * @param {() => any} holds
 */
export async function until(holds) {
  for (const end = performance.now() + 10_000; !(await holds()) && performance.now() < end; ) await pause(20);
}

/** Each number below `count`, as often as `times` says. @param {number} count @param {number} [times] */
export const numbers = (count, times = 1) =>
  Array.from({ length: count * times }, (_, index) => Math.floor(index / times));

/** @param {any[]} found @param {number} count @param {number} times @param {string} what */
export function inOrder(found, count, times, what) {
  const expected = numbers(count, times);
  const wrong = expected.findIndex((value, index) => found[index] !== value);
  const near = found.slice(Math.max(wrong - 2, 0), wrong + 6);
  ok(wrong === -1, `${what}: ${found.length} of ${expected.length}, not in order at ${wrong}: … ${near} …`);
  same(found.length, expected.length);
}

/** Makes many calls at once: the answers as they come, and the failures. @param {number} count @param {(index: number) => any} call */
export async function callsAtOnce(count, call) {
  const [answered, failed] = [/** @type {any[]} */ ([]), /** @type {string[]} */ ([])];
  const calls = Array.from({ length: count }, (_, index) =>
    Promise.resolve(call(index)).then(
      (answer) => void answered.push(answer),
      (error) => void failed.push(`${index}: ${error?.name}: ${error?.message}`),
    ),
  );
  await Promise.all(calls);
  return { answered, failed };
}

/** Each of the calls was answered by its own number, in order. @param {{ answered: any[], failed: string[] }} calls @param {number} count */
export function allAnswered({ answered, failed }, count) {
  same([failed.length, failed[0]], [0, undefined]);
  inOrder(answered, count, 1, 'answers');
}

/** Makes many calls at once: all are answered, in order. @param {number} count @param {(index: number) => any} call */
export const burst = async (count, call) => allAnswered(await callsAtOnce(count, call), count);

/** The waits at both ends of a worker's link, if the link describes them within a second. @param {any} worker @returns {Promise<string>} */
export const dumped = async (worker) => (await Promise.race([worker.dump?.(), pause(1000)])) ?? '';

/**
 * Runs the page's tests, one after the other. `outcomes` has `ok` or an error of each, `took` its ms: to be looked at, not
 * asserted. The title says when all are done.
 * The URL's `only` selects tests by a part of their names; `part=2/3` selects the second of every three tests.
 * @param {Record<string, () => any>} tests
 * @param {{ limitMs: number, workers?: Set<any>, after?: () => void }} options
 */
export async function runTests(tests, { limitMs, workers = new Set(), after = () => {} }) {
  const parameters = new URLSearchParams(location.search);
  const [only, part] = [parameters.get('only') ?? '', parameters.get('part') ?? '1/1'];
  const [nth, parts] = part.split('/').map(Number);
  /** @type {Record<string, string>} */
  const outcomes = {};
  /** @type {Record<string, number>} */
  const took = {};
  Object.assign(globalThis, { outcomes, took });
  const dumps = async () => (await Promise.all(Array.from(workers, dumped))).join('\n');
  const chosen = Object.entries(tests).filter(([name]) => name.includes(only));
  for (const [name, test] of chosen.filter((_, index) => index % parts === nth - 1)) {
    const since = performance.now();
    const inTime = await Promise.race([outcomeOf(test), pause(limitMs)]);
    outcomes[name] = inTime ?? `hangs\n${await dumps()}`;
    took[name] = Math.round(performance.now() - since);
    for (const worker of workers) worker.terminate();
    workers.clear();
    after();
  }
  document.title = 'done';
}
