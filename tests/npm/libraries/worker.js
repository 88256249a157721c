// @ts-check
// A worker in which libraries find what they look for on a page.
import sabir from '/sabir/window/worker.js';
import { programs } from './programs.mjs';

const { pipeline } = Object.fromEntries(new URL(import.meta.url).searchParams);
const { proxy } = await sabir({ globals: true, expandos: true, pipeline: pipeline === 'true' });

proxy.start = (/** @type {string} */ name) => programs[name](document.querySelector('#theirs'));
