// @ts-check
// Loads PyScript, on Sabir or on coincident (`?library=original`), shows tags, and waits for what they report.
import { pause } from '../suite.mjs';

const parameters = new URLSearchParams(location.search);
export const LIMIT_MS = Number(parameters.get('limit') ?? 90_000);
export const isOriginal = parameters.get('library') === 'original';
/** Which transport all workers have; the best, by default. */
export const transports = parameters.get('transports') ?? undefined;
/** The script that lets calls block where nothing else does. */
const serviceWorker = transports?.includes('service-worker') ? '/sw.js' : undefined;
export const INTERPRETERS = /** @type {const} */ (['mpy', 'py']);

const MODULES = {
  py: '/node_modules/pyodide/pyodide.mjs',
  mpy: '/node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs',
};

/** The configuration of the page's own Pythons. */
const CONFIG = {
  files: { './shapes.py': '', './values.py': '' },
  adapters: {
    shapes: [
      ['Square', 'side'],
      ['Rectangle', 'both', 'rectangle'],
    ],
  },
};

/** What Python has told the page, in order. @type {any[]} */
export const reported = [];
/** The lines of the page's console. @type {string[]} */
export const printed = [];
Object.assign(globalThis, { report: (/** @type {any} */ value) => void reported.push(value) });
for (const level of /** @type {const} */ (['log', 'warn', 'error'])) {
  const told = console[level];
  console[level] = (...args) => {
    printed.push(args.map(String).join(' '));
    told.apply(console, args);
  };
}

const SCRIPT = 'text/javascript';
/** The beginning of every worker's script: `kept` has the lines of its console. */
const KEEPS = `globalThis.kept = [];
for (const level of ['log', 'error']) {
  const told = console[level];
  console[level] = (...args) => {
    kept.push(args.join(' '));
    told.apply(console, args);
  };
}
`;

/** PyScript's exports, once its tag has loaded it. */
export async function load() {
  const { createObjectURL } = URL;
  URL.createObjectURL = (object) =>
    createObjectURL(
      object instanceof Blob && object.type === SCRIPT ? new Blob([KEEPS, object], { type: SCRIPT }) : object,
    );
  for (const [type, url] of Object.entries(MODULES)) {
    const config = document.createElement(`${type}-config`);
    config.textContent = JSON.stringify(isOriginal ? { interpreter: url } : CONFIG);
    document.head.append(config);
  }
  const script = document.createElement('script');
  script.type = 'module';
  script.src = isOriginal ? '/node_modules/@pyscript/core/dist/core.js' : '/sabir-pyscript/dist/core.js';
  if (!isOriginal) {
    script.setAttribute('pyodide', MODULES.py);
    script.setAttribute('micropython', MODULES.mpy);
    if (transports !== undefined) script.setAttribute('transports', transports);
    if (serviceWorker !== undefined) script.setAttribute('service-worker', serviceWorker);
  }
  const loaded = new Promise((resolve, reject) => Object.assign(script, { onload: resolve, onerror: reject }));
  document.head.append(script);
  await loaded;
  return import(script.src);
}

/** @param {() => any} condition @param {string} what */
export async function until(condition, what) {
  for (let waited = 0; waited < LIMIT_MS; waited += 10) {
    const found = await condition();
    if (found) return found;
    await pause(10);
  }
  throw new Error(`${what} did not come; reported: ${JSON.stringify(reported)}; printed: ${printed.join(' | ')}`);
}

/** The next thing that Python tells the page. */
export const report = () => until(() => reported.length > 0 && [reported.shift()], 'a report').then(([value]) => value);

/** An element's text, once it has that of a pattern. @param {string} selector @param {RegExp} pattern */
export const text = (selector, pattern) =>
  until(() => {
    const found = document.querySelector(selector)?.textContent ?? '';
    return pattern.test(found) && [found];
  }, `${pattern} in ${selector}`).then(([found]) => found);

/** @param {any} text @param {RegExp[]} patterns */
export function matches(text, ...patterns) {
  for (const pattern of patterns) if (!pattern.test(text)) throw new Error(`${JSON.stringify(text)} has no ${pattern}`);
}

/** A tag of Python. @param {string} type @param {string} attributes @param {string} code */
export const tag = (type, attributes, code = '') => `<script type="${type}" ${attributes}>\n${code}\n</script>`;

/** Adds tags to the page, which then run. @param {string[]} tags */
export function show(...tags) {
  const place = document.createElement('div');
  const made = document.createRange().createContextualFragment(tags.join('\n'));
  place.append(made);
  document.body.append(place);
  return place;
}

/** `PyWorker`'s options: the original's has no interpreter but the CDN's unless it is named. @param {'mpy' | 'py'} type */
export function workerOptions(type) {
  const options = { type: type === 'py' ? 'pyodide' : 'micropython' };
  const version = isOriginal ? new URL(MODULES[type], location.href).href : undefined;
  const given = Object.entries({ ...options, version }).filter(([, value]) => value !== undefined);
  return given.map(([name, value]) => `${name}="${value}"`).join(', ');
}

/** The same test for each kind of interpreter. @param {string} name @param {(type: 'mpy' | 'py') => Promise<void>} test */
export const inBoth = (name, test) =>
  Object.fromEntries(INTERPRETERS.map((type) => [`${name}, ${type}`, () => test(type)]));
