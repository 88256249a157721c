// @ts-check
// The page's own interpreters. Imported before PyScript asks for one.

import { registry } from 'polyscript:interpreters';
import { NAMES, giveWhole, setSources } from '../shared/interpreters.js';
import { pageOptions } from '../shared/options.js';

setSources(pageOptions());
giveWhole();

/** The form in which each interpreter of the page sends its own values. @type {((value: any) => any)[]} */
const transforms = [];

for (const name of NAMES) {
  const details = registry.get(name);
  const { engine } = details;
  details.engine = async (/** @type {any[]} */ ...args) => {
    const interpreter = await engine.apply(details, args);
    transforms.push((value) => details.transform(interpreter, value));
    return interpreter;
  };
}

/**
 * A value for a worker, without proxies of the page's Pythons. Each leaves values of others as they are; polyscript keeps the
 * function of one interpreter, so on a page with both kinds the lists of one could not be sent.
 * @param {any} value
 */
export const transform = (value) => transforms.reduce((value, transform) => transform(value), value);
