// @ts-check
// Transports: which one a worker gets, why no better one, and the mailbox.
import sabir from '/sabir/window/main.js';
import { ok, pause, rejects, same, until } from '../suite.mjs';
import { allWorkers, ended, mailboxFiles, shared, start, url, workers } from './start.mjs';

/** @type {Record<string, () => any>} */
export const transports = {
  async 'a worker without a transport that blocks has promises, and says why no more'() {
    const worker = start({ transports: ['message'] });
    worker.proxy.later = async (/** @type {any} */ value) => value;
    worker.proxy.fails = () => {
      throw new RangeError('no');
    };
    worker.proxy.forever = () => new Promise(() => {});
    const found = await worker.run(async (/** @type {any} */ library) => {
      const { proxy, window, ffi, sync, native, transport, passedOver, timeout } = library;
      const blocks = {
        get: () => window.document,
        set: () => (window.x = 1),
        has: () => 'x' in window,
        delete: () => delete window.x,
        keys: () => Object.keys(window),
        query: () => ffi.query(window, 'document.title'),
        evaluate: () => ffi.evaluate(() => 1),
      };
      const refused = Object.entries(blocks).map(([name, block]) => {
        try {
          return `${name}: ${String(block())}`;
        } catch (/** @type {any} */ error) {
          return `${error.name}: ${/Cross-Origin-Opener-Policy.*sw\.js.*atomics: /s.test(error.message)}`;
        }
      });
      const values = [1, 'text', [1, { a: null }], new Map([[1, 2n]]), new Uint8Array(3)];
      const echoed = await Promise.all(values.map((value) => proxy.later(value)));
      const failed = await proxy.fails().catch((/** @type {any} */ error) => `${error.name}: ${error.message}`);
      const late = await timeout(30)
        .forever()
        .catch((/** @type {any} */ error) => error.name);
      return [sync, native, transport, Object.keys(passedOver), refused, echoed.map(String), failed, late];
    });
    same(found, [
      false,
      false,
      'message',
      ['atomics', 'mailbox', 'service-worker'],
      Array(7).fill('CannotBlock: true'),
      ['1', 'text', '1,[object Object]', '[object Map]', '0,0,0'],
      'RangeError: no',
      'TimedOut',
    ]);
    same([worker.transport, Object.keys(worker.passedOver).length], ['message', 3]);
  },
  async 'a transport that there is not is an error, and so is none'() {
    const { Worker } = sabir({ transports: /** @type {any[]} */ (['pigeon']) });
    await rejects(
      Promise.resolve().then(() => new Worker(url)),
      'TypeError',
      /there is no transport `pigeon`; there are atomics, mailbox, service-worker, message/,
    );
    const worker = start({ transports: ['service-worker'], serviceWorker: undefined });
    await rejects(worker.run('() => 0'), 'SabirError', /no transport is left.*serviceWorker/);
  },
};

/** Of pages that share memory. */
const refusals = {
  async 'refused: memory that the browser does not give has the next transport, and says why'() {
    const { SharedArrayBuffer } = globalThis;
    globalThis.SharedArrayBuffer = /** @type {any} */ (
      function () {
        throw new RangeError('no memory left');
      }
    );
    const worker = start();
    await worker.run(() => 7).finally(() => (globalThis.SharedArrayBuffer = SharedArrayBuffer));
    ok(worker.transport !== 'atomics', worker.transport);
    ok(
      /refuses its memory: RangeError: no memory left/.test(String(worker.passedOver.atomics)),
      worker.passedOver.atomics,
    );
  },
};
if (shared) Object.assign(transports, refusals);

/** Of a browser that has files of the origin. */
const mailbox = {
  async 'mailbox: a helper that dies in mid-call is replaced, and nothing is done twice'() {
    const worker = start({ transports: ['mailbox'] });
    let calls = 0;
    worker.proxy.count = async () => {
      const helpers = allWorkers.filter((other) => !workers.has(other));
      if (++calls === 2) for (const helper of helpers) helper.terminate();
      await pause(100);
      return calls;
    };
    const counts = await worker.run((/** @type {any} */ { proxy }) => [proxy.count(), proxy.count(), proxy.count()]);
    same([counts, calls, worker.transport], [[1, 2, 3], 3, 'mailbox']);
  },
  async 'mailbox: where its helper cannot be replaced the link fails, and its worker is ended'() {
    const worker = start({ transports: ['mailbox'] });
    const { Worker } = globalThis;
    worker.proxy.ask = () => {
      for (const helper of allWorkers.filter((other) => !workers.has(other))) helper.terminate();
      globalThis.Worker = /** @type {any} */ (
        function () {
          throw new Error('there are too many workers');
        }
      );
      return pause(100);
    };
    const asked = worker.run((/** @type {any} */ { proxy }) => proxy.ask());
    await rejects(asked, 'Closed', /it can no longer be answered: there are too many workers/).finally(() => {
      globalThis.Worker = Worker;
    });
    ok(ended.has(worker), 'its worker goes on');
    same(await start({ transports: ['mailbox'] }).run(() => 7), 7);
  },
  async 'mailbox: what was asked before the worker declined it is answered over the next transport'() {
    const declining = (/** @type {any} */ transports) => {
      const worker = new (sabir({ transports }).Worker)(new URL('./declining-worker.mjs', import.meta.url));
      workers.add(worker);
      return worker;
    };
    const worker = declining(['mailbox', 'message']);
    same(await worker.proxy.run('() => 7'), 7);
    same(worker.transport, 'message');
    await rejects(declining(['mailbox']).proxy.run('() => 7'), 'SabirError', /no transport is left: .*mailbox/);
  },
  async 'mailbox: files that a crash has left are removed, and its own at the end'() {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('sabir', { create: true });
    await folder.getFileHandle('sabir-crashed.link', { create: true });
    for (const helper of allWorkers) helper.terminate();
    await pause(100);
    const worker = start({ transports: ['mailbox'] });
    await worker.run(() => 0);
    const names = await mailboxFiles();
    ok(!names.includes('sabir-crashed.link') && names.length >= 1, names.join());
    worker.terminate();
    await until(async () => (await mailboxFiles()).length < names.length);
    ok((await mailboxFiles()).length < names.length, 'its file is left');
  },
  async 'mailbox: the files of workers that were terminated as they computed are removed'() {
    const others = await mailboxFiles();
    const started = Array.from({ length: 4 }, () => start({ transports: ['mailbox'] }));
    await Promise.all(started.map((worker) => worker.run(() => 0)));
    const own = (await mailboxFiles()).filter((name) => !others.includes(name));
    for (const worker of started) worker.run(() => computeFor(20_000)).catch(() => {});
    await pause(200);
    for (const worker of started) worker.terminate();
    const left = async () => (await mailboxFiles()).filter((name) => own.includes(name));
    await until(async () => (await left()).length === 0);
    same([own.length, await left()], [started.length, []]);
  },
  async 'mailbox: an origin whose folder is taken has the next transport, and says why'() {
    const root = await navigator.storage.getDirectory();
    for (const helper of allWorkers) helper.terminate();
    // Until their handles are closed it is locked.
    await until(() =>
      root.removeEntry('sabir', { recursive: true }).then(
        () => true,
        (/** @type {any} */ error) => error.name === 'NotFoundError',
      ),
    );
    await root.getFileHandle('sabir', { create: true });
    const worker = start({ transports: ['mailbox', 'message'] });
    await worker.run(() => 0).finally(() => root.removeEntry('sabir'));
    same(worker.transport, 'message');
    ok(/OPFS: TypeMismatchError/.test(String(worker.passedOver.mailbox)), worker.passedOver.mailbox);
  },
  async 'mailbox: a browser without such files has the next transport, and says why'() {
    Object.defineProperty(navigator, 'storage', { value: undefined, configurable: true });
    const worker = start({ transports: ['mailbox', 'message'] });
    await worker.run(() => 0);
    delete (/** @type {any} */ (navigator).storage);
    same(worker.transport, 'message');
    ok(/OPFS/.test(String(worker.passedOver.mailbox)), worker.passedOver.mailbox);
  },
};

/** Of one that has none. */
const noMailbox = {
  async 'mailbox: where there is none, that is said'() {
    await rejects(start({ transports: ['mailbox'] }).run('() => 0'), 'SabirError', /mailbox: OPFS/);
  },
};
Object.assign(transports, navigator.storage?.getDirectory === undefined ? noMailbox : mailbox);
