// @ts-check
// Configurations with their files, modules of JavaScript and interpreter.

import { initSync, parseConfig } from './rules.js';
import { compile } from './rules-wasm.js';

/** The default URLs of the interpreters, without one in the configuration or the page's import map. */
const INTERPRETERS = {
  pyodide: {
    module: 'pyodide/pyodide.mjs',
    version: '314.0.7',
    at: (/** @type {string} */ version) => `https://cdn.jsdelivr.net/pyodide/v${version}/full/pyodide.mjs`,
  },
  micropython: {
    module: '@micropython/micropython-webassembly-pyscript/micropython.mjs',
    version: '1.27.0',
    at: (/** @type {string} */ version) =>
      `https://cdn.jsdelivr.net/npm/@micropython/micropython-webassembly-pyscript@${version}/micropython.mjs`,
  },
};

/** @typedef {'pyodide' | 'micropython'} Interpreter */

/**
 * @typedef {object} Config
 * @property {Record<string, any>} config
 * @property {string} base URL that its URLs are relative to
 */

/** @type {Promise<void> | undefined} */
let starting;

/** Starts the wasm that knows the rules, once. */
export const startRules = () => (starting ??= compile().then((module) => void initSync({ module })));

/** Reads JSON, TOML, or a file of either. @param {string | null | undefined} given @returns {Promise<Config>} */
export async function readConfig(given) {
  const text = given?.trim() ?? '';
  if (text === '') return { config: {}, base: document.baseURI };
  await startRules();
  if (text.startsWith('{'))
    return { config: JSON.parse(parseConfig(text, false, 'of the tag')), base: document.baseURI };
  const format = /\.(json|toml)(?:[?#].*)?$/.exec(text)?.[1];
  if (format === undefined) {
    if (text.includes('='))
      return { config: JSON.parse(parseConfig(text, true, 'of the tag')), base: document.baseURI };
    throw new Error(
      `the configuration \`${text}\` is neither JSON nor TOML, nor the URL of a file that ends in .json or .toml`,
    );
  }
  const base = new URL(text, document.baseURI).href;
  const content = await loadText(base, 'the configuration');
  return { config: JSON.parse(parseConfig(content, format === 'toml', text)), base };
}

/** The URL of an interpreter's module. @param {Interpreter} interpreter @param {Config} config */
export function interpreterUrl(interpreter, { config, base }) {
  const known = INTERPRETERS[interpreter];
  const wanted = config.interpreter;
  if (wanted !== undefined) return /^\d[\w.]*$/.test(wanted) ? known.at(wanted) : new URL(wanted, base).href;
  try {
    // An import map of the page may have it.
    return import.meta.resolve(known.module);
  } catch {
    return known.at(known.version);
  }
}

/** @param {string} url @param {string} what @returns {Promise<Uint8Array>} */
export async function load(url, what) {
  let response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new Error(`${what} ${url} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  if (!response.ok)
    throw new Error(`${what} ${url} cannot be loaded: ${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

/** @param {string} url @param {string} what */
const loadText = async (url, what) => new TextDecoder().decode(await load(url, what));

/** A program's code, and its name in tracebacks. @param {{ src?: string | null, code?: string }} given @param {string} [name] of code that is in the page */
export async function readCode({ src, code = '' }, name = '<script>') {
  if (!src) return { code, file: name };
  const file = new URL(src, document.baseURI).href;
  return { code: await loadText(file, 'the code'), file };
}

/**
 * Loads the files of a configuration into an interpreter.
 * @param {import('./interpreters.js').Python} python @param {Config} config
 */
export async function loadFiles(python, { config, base }) {
  /** @type {Record<string, string>} */
  const files = config.files ?? {};
  const names = Object.entries(files).filter(([key]) => /^\{\w+\}$/.test(key));
  /** @type {(text: string) => string} */
  const named = (text) => names.reduce((given, [name, value]) => given.replaceAll(name, named(value)), text);
  const wanted = Object.entries(files).filter(([key]) => !/^\{\w+\}$/.test(key));
  await Promise.all(
    wanted.map(async ([from, to]) => {
      const url = new URL(named(from), base);
      const content = await load(url.href, 'the file');
      const name = url.pathname.split('/').at(-1) ?? '';
      const path = named(to);
      const archive = /\.(zip|whl|tar\.gz|tgz|tar)$/.exec(name)?.[1];
      if (path.endsWith('*') && archive !== undefined) python.unpackArchive(content, archive, path.slice(0, -1) || '.');
      else python.write(path === '' ? name : path.endsWith('/') ? path + name : path, content);
    }),
  );
}

/**
 * Imports the modules of a configuration, by name.
 * @param {Record<string, string> | undefined} modules @param {string} base @param {(url: string) => Promise<any>} load
 */
export async function importModules(modules, base, load) {
  const entries = Object.entries(modules ?? {});
  return Object.fromEntries(
    await Promise.all(entries.map(async ([url, name]) => [name, await load(new URL(url, base).href)])),
  );
}
