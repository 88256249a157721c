// @ts-check
// A worker in which libraries find what they look for on a page.
import sabir from '/sabir/window/worker.js';
import { programs } from './programs.mjs';

const { pipeline } = Object.fromEntries(new URL(import.meta.url).searchParams);
const { proxy, window } = await sabir({ expandos: true, pipeline: pipeline === 'true' });

const LASTING = ['document', 'navigator', 'Node', 'Element', 'HTMLElement', 'HTMLIFrameElement', 'SVGElement'];
for (const name of LASTING) Object.defineProperty(globalThis, name, { value: Reflect.get(window, name) });
Object.assign(globalThis, { window });

proxy.start = (/** @type {string} */ name) => programs[name](window.document.querySelector('#theirs'));
