// @ts-check
// Faults, each once: calls go on.
import { ok, same, throws } from '../suite.mjs';
import { answeredInOrder } from './order.mjs';
import { told } from './told.mjs';

/** @type {import('./behaviours.mjs').Behaviours} */
export const faults = {
  'fault: a stack overflow that is caught, once': ({ proxy }) => {
    const overflow = () => {
      proxy.echo(1);
      overflow();
    };
    // Firefox has a class of its own for it.
    throws(overflow, 'InternalError' in globalThis ? 'InternalError' : 'RangeError');
    same(proxy.echo(2), 2);
  },
  'fault: a frozen error': ({ proxy }) => {
    throws(() => proxy.failsFrozen(), 'RangeError', /frozen/);
    same(proxy.echo(2), 2);
  },
  'fault: a getter of an argument that throws, once': ({ proxy }) => {
    const bad = {
      get value() {
        throw new RangeError('of a getter');
      },
    };
    try {
      proxy.echo(bad);
      ok(false, 'it was sent');
    } catch {
      same(proxy.echo(2), 2);
    }
  },
  'fault: 10,000 calls pending at once': async ({ proxy }) => {
    const resolvers = /** @type {Function[]} */ ([]);
    const all = new Promise((resolve) => {
      proxy.pends = (/** @type {number} */ value) =>
        new Promise((settle) => {
          resolvers.push(() => settle(value));
          if (value === 9999) resolve(undefined);
        });
    });
    const settled = told('settled');
    proxy.burst('pends', 10_000);
    await all;
    for (const settle of resolvers) settle();
    await answeredInOrder(settled, 10_000);
  },
};
