// @ts-check
// Assertions of the pages and their workers.

/** @param {unknown} condition @param {unknown} [what] */
export function ok(condition, what = 'not so') {
  if (!condition) throw new Error(String(what));
}

/** @param {any} found @param {any} expected */
export function same(found, expected) {
  if (!equal(found, expected)) throw new Error(`found ${show(found)}, expected ${show(expected)}`);
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

/** @param {() => any} body @param {string} name @param {RegExp} [message] */
export function throws(body, name, message) {
  try {
    body();
  } catch (/** @type {any} */ error) {
    same(error?.name, name);
    if (message) ok(message.test(error.message), `message: ${error.message}`);
    return error;
  }
  throw new Error('it did not throw');
}

export const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

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

/** The waits at both ends of a worker's link, if the link describes them within a second. @param {any} worker @returns {Promise<string>} */
export const dumped = async (worker) => (await Promise.race([worker.dump?.(), pause(1000)])) ?? '';

/**
 * Runs the page's tests, one after the other. `outcomes` has `ok` or an error of each, `took` its ms: to be looked at, not
 * asserted. The title says when all are done. `part` is `2/3` for the second of every three tests.
 * @param {Record<string, () => any>} tests
 * @param {{ limitMs: number, only?: string | null, part?: string | null, workers?: Set<any>, after?: () => void }} options
 */
export async function runTests(tests, { limitMs, only, part, workers = new Set(), after = () => {} }) {
  /** @type {Record<string, string>} */
  const outcomes = {};
  /** @type {Record<string, number>} */
  const took = {};
  Object.assign(globalThis, { outcomes, took });
  const dumps = async () => (await Promise.all(Array.from(workers, dumped))).join('\n');
  const [nth, parts] = (part ?? '1/1').split('/').map(Number);
  const chosen = Object.entries(tests).filter(([name]) => !only || name.includes(only));
  for (const [name, test] of chosen.filter((_, index) => index % parts === nth - 1)) {
    const since = performance.now();
    const outcome = Promise.resolve()
      .then(test)
      .then(
        () => 'ok',
        (error) => `${error?.name}: ${error?.message}`,
      );
    const inTime = await Promise.race([outcome, pause(limitMs)]);
    outcomes[name] = inTime ?? `hangs\n${await dumps()}`;
    took[name] = Math.round(performance.now() - since);
    for (const worker of workers) worker.terminate();
    workers.clear();
    after();
  }
  document.title = 'done';
}
