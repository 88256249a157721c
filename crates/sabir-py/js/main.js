// @ts-check
// The page's entry: it runs Python tags, present and future ones, on the page or in workers.

import { interpreterUrl, readCode, readConfig, startRules } from './config.js';
import { Output } from './output.js';
import { pagePython } from './page.js';
import { find, functionsOf, interpreterOf, realmOf, spawn } from './realms.js';
import { parseTag } from './rules.js';
import { toldBy, unpack } from './values.js';

const SELECTOR = 'script[type="py"], script[type="mpy"]';

/** @type {WeakSet<Element>} */
const begun = new WeakSet();

/** Runs a tag's code. @param {HTMLScriptElement} element */
async function run(element) {
  if (begun.has(element)) return;
  begun.add(element);
  const attributes = Object.fromEntries(Array.from(element.attributes, ({ name, value }) => [name, value]));
  const output = new Output(element, { target: attributes.target, output: attributes.output });
  try {
    await startRules();
    const tag = JSON.parse(parseTag(JSON.stringify(attributes)));
    const code = dedent(element.textContent ?? '');
    if (tag.worker) return void spawn({ ...tag, code, output });
    await runOnPage(tag, code, output);
  } catch (error) {
    output.fail(error instanceof Error ? error.message : String(error));
  }
}

/** @param {any} tag @param {string} code @param {Output} output */
async function runOnPage(tag, code, output) {
  const config = await readConfig(tag.config);
  const program = await readCode({ src: tag.src, code });
  const page = await pagePython(tag.interpreter, interpreterUrl(tag.interpreter, config), config);
  const failure = (await page.configure(config)) ?? (await page.run({ ...program, async: tag.async }, output));
  if (failure !== undefined) output.fail(toldBy(failure).traceback || toldBy(failure).text);
}

/** Code in a page is indented as the page is. @param {string} code */
function dedent(code) {
  const lines = code.split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^\s*/.exec(line)?.[0].length ?? 0);
  const indent = Math.min(...indents);
  return indent > 0 && Number.isFinite(indent) ? lines.map((line) => line.slice(indent)).join('\n') : code;
}

const runAll = (/** @type {ParentNode} */ root) =>
  root.querySelectorAll(SELECTOR).forEach((element) => void run(/** @type {HTMLScriptElement} */ (element)));

new MutationObserver((records) => {
  for (const { addedNodes } of records) {
    for (const node of addedNodes) {
      if (!(node instanceof Element)) continue;
      if (node.matches(SELECTOR)) void run(/** @type {HTMLScriptElement} */ (node));
      else runAll(node);
    }
  }
}).observe(document, { childList: true, subtree: true });
runAll(document);

/** The named workers, for JavaScript: `(await workers.name).f()`. @type {Record<string, Promise<Record<string, (...args: any[]) => Promise<any>>>>} */
export const workers = new Proxy(Object.create(null), {
  get: (_, name) =>
    typeof name === 'symbol' || name === 'then' ? undefined : find(name).then((id) => functionsOf(realmOf(unpack(id)))),
});

/**
 * @typedef {object} PyWorkerOptions beside those of Sabir's `Worker`
 * @property {string} [type] `pyodide` or `py`, `micropython` or `mpy`
 * @property {object | string} [config] an object, JSON, or the URL of a JSON or TOML file
 * @property {string} [name] its name for other code
 * @property {string} [serviceWorker]
 * @property {string} [target] id of the element that `display` writes to
 * @property {string} [output] id of the element that its lines are written to
 */

/** A worker that runs Python, for JavaScript; as `pyscript.PyWorker` for Python. */
export class PyWorker {
  #realm;

  /** @param {string} src @param {PyWorkerOptions} [options] */
  constructor(src, { type = 'pyodide', config, name, serviceWorker, target, output, ...options } = {}) {
    this.#realm = spawn({
      src,
      interpreter: interpreterOf(type),
      config: typeof config === 'object' ? JSON.stringify(config) : config,
      name,
      serviceWorker,
      options,
      output: new Output(undefined, { target, output }),
    });
    /** The worker's exports, as async functions. Functions that are assigned to it are exported to the worker. */
    this.sync = functionsOf(this.#realm);
  }

  /** Resolves with this once the worker's code has run; rejected with Python's error if that failed. */
  get ready() {
    return this.#realm.ready.then((failure) => {
      unpack(failure);
      return this;
    });
  }

  /** The transport of the link. */
  get transport() {
    return this.#realm.transport;
  }

  /** Why each better transport was passed over, by its name. */
  get passedOver() {
    return this.#realm.passedOver;
  }

  /** Raises `KeyboardInterrupt` in the code that the worker runs, or in the next code. */
  interrupt() {
    this.#realm.interrupt();
  }

  terminate() {
    this.#realm.terminate();
  }

  /** @param {any} value */
  postMessage(value) {
    void this.#realm.postMessage(value);
  }

  /** @param {(event: MessageEvent) => void} listener */
  set onmessage(listener) {
    this.#realm.onmessage = listener;
  }
}

export { defaults, terminateAll } from './realms.js';
export { PythonError } from './values.js';
