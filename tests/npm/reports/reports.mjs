// @ts-check
// The reports, by the behaviour that they ask for.
import { outcomeOf } from '../suite.mjs';
import * as cancelsAtWorker from './cancels-what-a-worker-does.mjs';
import * as dragged from './files-are-dragged-to-a-worker.mjs';
import * as errorsKeep from './errors-keep-their-properties.mjs';
import * as generators from './generators-are-iterated.mjs';
import * as instances from './instances-hear-events.mjs';
import * as prevents from './a-worker-prevents-defaults.mjs';
import * as proxies from './proxies-are-copied.mjs';
import * as symbols from './symbols-are-keys.mjs';

/**
 * @typedef {object} Report
 * @property {string} source where it was reported
 * @property {(worker: any) => any} [page] the page's part
 * @property {(library: any) => any} run the worker's part, which throws if it is not so
 */

/** @type {Record<string, Report>} */
export const reports = {
  'cancels what a worker does': cancelsAtWorker,
  'files are dragged to a worker': dragged,
  'errors keep their properties': errorsKeep,
  'generators are iterated': generators,
  'instances hear events': instances,
  'a worker prevents defaults': prevents,
  'proxies are copied': proxies,
  'symbols are keys': symbols,
};

/** Runs the report that this worker's URL names. @param {any} library */
export async function run(library) {
  const { run } = reports[decodeURIComponent(location.search.slice(1))];
  postMessage({ outcome: await outcomeOf(() => run(library)) });
}
