// @ts-check
// Policies: what a worker may not reach.
import { ok, rejects, same, throws } from '../suite.mjs';
import { settled, start, url } from './start.mjs';

/** @type {Record<string, () => any>} */
export const policies = {
  async 'a policy denies by identity, whatever the path'() {
    const worker = start({ policy: { deny: ['document.cookie', 'localStorage', 'held.secret'] } });
    Object.assign(globalThis, { held: { secret: { key: 1 }, open: 2 } });
    const tries = {
      cookie: (/** @type {any} */ { window }) => window.document.cookie,
      getter: (/** @type {any} */ { window }) =>
        window.Object.getOwnPropertyDescriptor(window.Document.prototype, 'cookie').get.call(window.document),
      reflect: (/** @type {any} */ { window }) => window.Reflect.get(window.document, 'cookie'),
      storage: (/** @type {any} */ { window }) => window.localStorage,
      query: (/** @type {any} */ { window, ffi }) => ffi.query(window, 'document.cookie'),
      gather: (/** @type {any} */ { window, ffi }) => ffi.gather(window.document, 'cookie'),
      constructor: (/** @type {any} */ { window }) => window.document.constructor.constructor('return 1')(),
      view: (/** @type {any} */ { window }) => window.document.defaultView.localStorage,
      evaluate: (/** @type {any} */ { ffi }) => ffi.evaluate(() => 1),
      timer: (/** @type {any} */ { window }) => window.setTimeout('1'),
      frame: (/** @type {any} */ { window }) => {
        const frame = window.document.createElement('iframe');
        window.document.body.append(frame);
        return frame.contentWindow.document;
      },
    };
    for (const [name, body] of Object.entries(tries)) {
      await rejects(worker.run(body), 'Refused').catch((error) => {
        throw new Error(`${name}: ${error.message}`);
      });
    }
    same(
      await worker.run((/** @type {any} */ { window }) => [window.document.nodeType, typeof window.document.title]),
      [9, 'string'],
    );
  },
  async 'a policy allows only what it names'() {
    const worker = start({ policy: { allow: ['document.body', 'held.open'] } });
    // Paths are walked anew when what they lead through is replaced.
    Object.assign(globalThis, { held: { open: { value: 2 }, closed: 1 } });
    same(
      await worker.run((/** @type {any} */ { window }) => [window.document.body.localName, window.held.open.value]),
      ['body', 2],
    );
    const tries = {
      other: (/** @type {any} */ { window }) => window.location,
      sibling: (/** @type {any} */ { window }) => window.held.closed,
      title: (/** @type {any} */ { window }) => window.document.title,
      owner: (/** @type {any} */ { window }) => window.document.body.ownerDocument.title,
      view: (/** @type {any} */ { window }) => window.document.body.ownerDocument.defaultView.location,
      keys: (/** @type {any} */ { window }) => Object.keys(window),
    };
    for (const [name, body] of Object.entries(tries)) {
      await rejects(worker.run(body), 'Refused').catch((error) => {
        throw new Error(`${name}: ${error.message}`);
      });
    }
  },
  async 'a read-only policy, and a hook'() {
    /** @type {string[]} */
    const asked = [];
    const worker = start({
      policy: { readOnly: true, hook: (/** @type {any} */ { kind, key }) => (asked.push(kind), key !== 'innerHTML') },
    });
    same(await worker.run((/** @type {any} */ { window }) => window.document.body.localName), 'body');
    await rejects(
      worker.run((/** @type {any} */ { window }) => (window.document.title = 'x')),
      'Refused',
      /read-only/,
    );
    await rejects(
      worker.run((/** @type {any} */ { window }) => window.Reflect.set(window.document, 'title', 'x')),
      'Refused',
    );
    await rejects(
      worker.run((/** @type {any} */ { window }) => window.document.body.innerHTML),
      'Refused',
      /hook/,
    );
    ok(asked.includes('get'));
  },
  'options that are misspelt or of a wrong type are errors'() {
    for (const policy of [{ alow: ['document'] }, 'none', { allow: 'document' }, { hook: 'x' }, { readOnly: 1 }])
      throws(() => start({ policy }), 'TypeError', /the option `policy` takes/);
    throws(() => start({ transform: 5 }), 'TypeError', /`transform` takes a function/);
    throws(() => start({ transports: 'message' }), 'TypeError', /`transports`.* take lists, not `message`/);
  },
  async 'a promise of something that is denied is rejected'() {
    const worker = start({ policy: { deny: ['localStorage'] } });
    Object.assign(globalThis, {
      promised: () => Promise.resolve(localStorage),
      refused: () => Promise.reject(localStorage),
    });
    const tries = {
      fulfilled: (/** @type {any} */ { window }) => window.promised(),
      rejected: (/** @type {any} */ { window }) => window.refused(),
      'with one function': async (/** @type {any} */ { window }) => await window.promised().then(() => 1),
    };
    for (const [name, body] of Object.entries(tries)) {
      await rejects(
        settled(worker.run(body)).then((found) => Promise.reject(found)),
        'Refused',
      ).catch((error) => {
        throw new Error(`${name}: ${error.message}`);
      });
    }
    const caught = (/** @type {any} */ { window }) => window.refused().catch((/** @type {any} */ { name }) => name);
    same(await worker.run(caught), 'Refused');
  },
  async 'without `window/main` nothing of the page is reached'() {
    const { default: plain } = await import('/sabir/main.js');
    const worker = new (plain().Worker)(url);
    await rejects(worker.proxy.run(String((/** @type {any} */ { proxy }) => proxy.steal())), 'NotExported');
    same(await worker.proxy.run(String((/** @type {any} */ { window }) => window === undefined)), true);
    worker.terminate();
  },
};
