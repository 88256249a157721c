// @ts-check
// How both ends serve the traps of proxies: a page that lends its objects by a policy, and a worker for the platform's code on
// the page, which reads objects of the worker's.

import { close, read } from '../values/decode.js';
import { descriptor, reference } from './answers.js';
import { readDescriptor, readOnlyTarget, readTarget, readTargetAnd } from './operands.js';
import * as operations from './operations.js';

const { serve } = operations;

/** @param {import('./end.js').LinkEnd} end */
export const policyOf = (end) => end.lending?.policy;

serve(operations.HAS, (end) => {
  const [target, key] = readTargetAnd(end);
  policyOf(end)?.checkGet(target, key);
  return Reflect.has(target, key);
});

serve(operations.DELETE, (end) => {
  const [target, key] = readTargetAnd(end);
  policyOf(end)?.checkWrite(target, key);
  return Reflect.deleteProperty(target, key);
});

serve(operations.OWN_KEYS, (end) => {
  const target = readOnlyTarget(end);
  policyOf(end)?.checkKeys(target);
  return Reflect.ownKeys(target);
});

serve(
  operations.DESCRIPTOR,
  (end) => {
    const [target, key] = readTargetAnd(end);
    policyOf(end)?.checkGet(target, key);
    return Reflect.getOwnPropertyDescriptor(target, key);
  },
  descriptor,
);

serve(operations.DEFINE, (end) => {
  const [target, key, property] = [readTarget(end), read(), readDescriptor() ?? {}];
  close();
  policyOf(end)?.checkWrite(target, key);
  return Reflect.defineProperty(target, key, property);
});

serve(
  operations.PROTOTYPE,
  (end) => {
    const target = readOnlyTarget(end);
    policyOf(end)?.checkKeys(target);
    return Reflect.getPrototypeOf(target);
  },
  reference,
);

serve(operations.SET_PROTOTYPE, (end) => {
  const [target, prototype] = readTargetAnd(end);
  policyOf(end)?.checkWrite(target, '__proto__');
  return Reflect.setPrototypeOf(target, prototype);
});
