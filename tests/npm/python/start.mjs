// @ts-check
// Tags and workers of the tests, and how the page waits for what they print.
import { pause, reasonOf } from '../suite.mjs';
import { PyWorker, defaults } from '/sabir/dist/py/main.js';

const parameters = new URLSearchParams(location.search);
export const LIMIT_MS = Number(parameters.get('limit') ?? 60_000);
/** Which transport all workers have; the best, by default. */
export const transports = parameters.get('transports')?.split(',');
if (transports !== undefined) Object.assign(defaults, { transports, serviceWorker: '/sw.js' });

/** The lines of the page's console. @type {string[]} */
export const printed = [];
for (const level of /** @type {const} */ (['log', 'warn', 'error'])) {
  const told = console[level];
  console[level] = (...args) => {
    printed.push(args.map(String).join(' '));
    told.apply(console, args);
  };
}

/** @param {() => any} condition @param {string} what */
export async function until(condition, what) {
  for (let waited = 0; waited < LIMIT_MS; waited += 10) {
    const found = await condition();
    if (found) return found;
    await pause(10);
  }
  throw new Error(`${what} did not come; printed: ${printed.join(' | ')}`);
}

export const prints = (/** @type {string} */ line) =>
  until(() => printed.some((told) => told.trim() === line), `the line \`${line}\``);

/** @param {any} text @param {RegExp[]} patterns */
export function matches(text, ...patterns) {
  for (const pattern of patterns) if (!pattern.test(text)) throw new Error(`${JSON.stringify(text)} has no ${pattern}`);
}

/** @param {Promise<any>} promise @param {RegExp[]} patterns of its name and message */
export async function rejects(promise, ...patterns) {
  const error = await reasonOf(promise);
  matches(`${error.name}: ${error.message}`, ...patterns);
  return error;
}

/** @param {string} html */
export function show(html) {
  const place = document.createElement('div');
  place.innerHTML = html;
  document.body.append(place);
  return place;
}

/** Shows an example; where it leaves the interpreter open, this one. @param {string} name @param {string} [type] */
export async function example(name, type = 'mpy') {
  const html = await (await fetch(`examples/${name}.html`)).text();
  return show(html.replaceAll('TYPE', type));
}

/** A worker that serves the tests. @param {string} type @param {object} [options] */
export async function start(type, options = {}) {
  const worker = new PyWorker('worker.py', { type, ...options });
  await worker.ready;
  return worker;
}

/** Runs code on the page, and gives what it prints as its last line, which begins with `result `. @param {string} type @param {string} code @param {string} [attributes] */
export async function onPage(type, code, attributes = '') {
  printed.length = 0;
  show(`<script type="${type}" ${attributes}>\n${code}\n</script>`);
  const line = await until(
    () => printed.find((told) => told.startsWith('result ') || told.includes('Traceback')),
    `the result of ${code}`,
  );
  return line.trim().replace('result ', '');
}

export const INTERPRETERS = ['py', 'mpy'];
/** @type {(name: string, test: (type: string) => Promise<void>) => [string, () => Promise<void>][]} */
export const inBoth = (name, test) => INTERPRETERS.map((type) => [`${name} (${type})`, () => test(type)]);
