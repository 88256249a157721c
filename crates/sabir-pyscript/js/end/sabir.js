// @ts-check
// Our end of the link in a worker. Bundled by itself: private members of the package get short names in it.

import join from '/sabir/window/worker.js';
import { CALL } from '/sabir/end/operations.js';
import { numberOf } from '/sabir/names.js';
import { take } from '/sabir/opening/worker.js';
import { shared } from 'sabir:workers-shared';
import { GLANCING } from './glances.js';

/**
 * The members that `sabir` gives a worker, and the ends of its links.
 * @param {any} options
 */
export async function joinPage(options) {
  const { end, channel, peers } = await take();
  end.handlers = GLANCING;
  return { members: await join(options), end, channel, peers };
}

/**
 * Calls what the other end of a link exports, and does not block.
 * @param {import('/sabir/end/end.js').LinkEnd} end @param {string} name @param {any[]} args @returns {Promise<any>}
 */
export function callLater(end, name, args) {
  end.composeCall(name, args, []);
  return end.sendLater(numberOf(name), CALL, name, []);
}

/**
 * From now on the worker waits for no operation whose result it knows.
 * @param {import('/sabir/end/end.js').LinkEnd} end @param {import('/sabir/pipeline/pipeline.js').PipelineOptions} options
 */
export async function startPipeline(end, options) {
  const { default: load } = await import('sabir:workers-pipeline');
  load(shared)(end, options);
}
