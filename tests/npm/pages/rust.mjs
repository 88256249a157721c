// @ts-check
// A page of JavaScript's with workers of Rust's: calls by name both ways, and the page's objects.
import sabir from '/sabir/window/main.js';
import { outcome } from './try.mjs';

const PACKAGE = '/rust/behaviours.js';

/** Starts a program of the package. @param {any} Worker @param {string} program */
const start = (Worker, program) => new Worker(PACKAGE, { name: `sabir:${program}` });

/** What a program leaves on the page, once it is there. @param {string} selector */
async function appeared(selector) {
  for (let looks = 0; looks < 1200; looks++) {
    if (document.querySelector(selector) !== null) return document.querySelectorAll(selector).length;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return 0;
}

/** @param {Promise<any>} promise */
const failure = (promise) => promise.then(JSON.stringify, String);

await outcome(async () => {
  /** @type {any} */
  const transports = new URLSearchParams(location.search).get('transports')?.split(',');
  const { Worker } = sabir({ transports, serviceWorker: '/sw.js' });
  const worker = start(Worker, 'exports');
  worker.proxy.ask = async (/** @type {string} */ question) => `the answer to ${question}`;
  worker.proxy.add = (/** @type {number} */ one, /** @type {number} */ other) => one + other;
  const outcomes = {
    double: await worker.proxy.double(21),
    later: await worker.proxy.later(5),
    asks: await worker.proxy.asks('x'),
    halve: await failure(worker.proxy.halve(3)),
    missing: (await failure(worker.proxy.no_such())).split(';')[0],
    wrong: (await failure(worker.proxy.double('one'))).includes('args[0]'),
    transport: worker.transport,
  };
  worker.terminate();
  start(Worker, 'builds');
  const rows = await appeared('#built p:nth-child(20)');
  start(Worker, 'builds_without_waiting');
  const pipelinedRows = await appeared('#pipelined tr:nth-child(60)');
  const unknown = await failure(start(Worker, 'no_such_program').proxy.f());
  return { ...outcomes, rows, pipelinedRows, unknown: /^Closed: .* no program "no_such_program"$/.test(unknown) };
});
