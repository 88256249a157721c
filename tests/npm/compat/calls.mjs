// @ts-check
// Calls in both directions: arguments, errors, names, limits.
import { ok, pause, same, throws } from '../suite.mjs';
import { told } from './told.mjs';

/** @type {import('./behaviours.mjs').Behaviours} */
export const calls = {
  'call: arguments arrive': ({ proxy }) => same(proxy.count(1, 2, 3), 3),
  'call: an async function is waited for': ({ proxy }) => same(proxy.later('x'), 'x'),
  'call: an error is thrown as its class': ({ proxy }) =>
    ok(throws(() => proxy.fails(), 'RangeError', /out of range/) instanceof RangeError),
  'call: a rejection is thrown': ({ proxy }) => throws(() => proxy.failsLater(), 'TypeError', /later/),
  'call: an error has the stacks of both realms': ({ proxy }) => {
    const { stack } = throws(() => proxy.fails(), 'RangeError');
    ok(stack.includes('page.mjs') && stack.includes('calls.mjs'), stack);
  },
  'call: a thrown text is thrown': ({ proxy }) => {
    try {
      proxy.throwsText();
    } catch (error) {
      return same(error, 'text');
    }
    throw new Error('it was returned');
  },
  'call: a returned Error is thrown': ({ proxy }) => throws(() => proxy.returnsError(), 'RangeError'),
  'call: a name that is not exported': ({ proxy }) => {
    const error = (() => {
      try {
        proxy.nothing();
      } catch (error) {
        return error;
      }
    })();
    ok(error instanceof TypeError);
  },
  'call: inherited names are not exported': ({ proxy }) => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      try {
        proxy[name]();
      } catch (error) {
        ok(error instanceof TypeError, `${name}: ${error}`);
        continue;
      }
      throw new Error(`${name} was called`);
    }
  },
  'call: `then` is undefined and cannot be set': ({ proxy }) => {
    same(proxy.then, undefined);
    same(
      Reflect.set(proxy, 'then', () => {}),
      false,
    );
  },
  'call: the same name gives the same function': ({ proxy }) => ok(proxy.echo === proxy.echo),
  'call: members of the factory': (library) => {
    for (const member of ['native', 'sync', 'proxy', 'transfer', 'window', 'isWindowProxy', 'ffi'])
      ok(member in library, member);
    same([library.native, library.sync, library.ffi_timeout], [true, true, -1]);
    for (const member of ['assign', 'direct', 'evaluate', 'gather', 'query'])
      same(typeof library.ffi[member], 'function');
  },
  'call: transfer detaches': ({ proxy, transfer }) => {
    const buffer = new ArrayBuffer(16);
    same(proxy.length(buffer, transfer(buffer)), 16);
    same(buffer.byteLength, 0);
  },
  'call: the page awaits a function of the worker': async ({ proxy }) => {
    const awaited = told('awaited');
    proxy.double = (/** @type {number} */ value) => 2 * value;
    same(await awaited, 42);
  },
  'call: the page awaits an async function': async ({ proxy }) => {
    const awaited = told('awaited');
    proxy.double = async (/** @type {number} */ value) => (await pause(10), 2 * value);
    same(await awaited, 42);
  },
  'call: the page awaits one that throws': async ({ proxy }) => {
    const failed = told('failed');
    proxy.double = () => {
      throw new RangeError('in the worker');
    };
    same(await failed, 'RangeError: in the worker');
  },
  'call: the page awaits one that is not there': async () => ok((await told('failed')).startsWith('')),
  'call: the page transfers to a worker': async ({ proxy }) => {
    const awaited = told('awaited');
    proxy.double = (/** @type {ArrayBuffer} */ buffer) => buffer.byteLength;
    same(await awaited, 0);
  },
  "call: messages of the page are the program's own": async () => same(await told('greeting'), 'hello'),
  "call: messages of the worker are the page's own": async ({ proxy }) => {
    postMessage({ told: 'hi' });
    await pause(20);
    same(proxy.told(), 'hi');
  },
  'call: a blocked worker is called back': ({ proxy }) => {
    proxy.double = (/** @type {number} */ value) => 2 * value;
    same(proxy.callsBack(4), 9);
  },
  'call: a deadlock is an error': ({ proxy }) => {
    proxy.doubleLater = async () => {
      await pause(1);
    };
    throws(() => proxy.callsBackLater(4), 'Deadlock', /doubleLater.*callsBackLater|callsBackLater.*doubleLater/s);
  },
  'call: a timeout': ({ timeout }) => throws(() => timeout(50).forever(), 'TimedOut', /forever.*50 ms/),
  'call: an interrupt': ({ proxy }) => {
    proxy.interruptSoon();
    throws(() => proxy.forever(), 'Interrupted', /forever/);
  },
};
