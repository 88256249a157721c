// @ts-check
// Start and end of workers: every waiting caller gets the reason, and nothing is left behind.
import sabir from '/sabir/window/main.js';
import { ok, pause, rejects, same, until } from '../suite.mjs';
import { collected, forget, launch, mailboxFiles, start, starting, uncaughtDuring } from './start.mjs';

const nextEvent = (/** @type {any} */ target, /** @type {string} */ type) =>
  new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

/** @type {Record<string, RegExp>} */
const failures = {
  // WebKit has no event for a module that is rejected, as one is that awaits anything at its top.
  throws: /it throws at once.*starting-worker\.mjs\S*:\d+|did not join within 1500 ms .*its script has not imported/,
  later: /it throws later.*starting-worker\.mjs\S*:\d+|did not join within 1500 ms .*its script has not imported/,
  rejects: /it rejects|did not join within 1500 ms/,
  idle: /did not join within 1500 ms \(`startTimeout`\): its script has not imported Sabir/,
  closes: /did not join within 1500 ms/,
  'no wasm': /cannot start in this worker: .*no wasm here/,
};
/** @type {Record<string, () => any>} */
const starts = Object.fromEntries(
  Object.entries(failures).map(([how, message]) => [
    `start: a worker that ${how}: all who wait are told why, and \`onerror\` fires`,
    async () => {
      const worker = starting(how, { startTimeout: 1500 });
      let errors = 0;
      worker.onerror = (/** @type {Event} */ event) => (event.preventDefault(), errors++);
      const waiting = [worker.proxy.f(), worker.timeout(60_000).g(1)];
      await pause(1);
      waiting.push(worker.proxy.f());
      const since = performance.now();
      for (const wait of waiting) await rejects(wait, 'Closed', message);
      ok(performance.now() - since < 4000, `after ${performance.now() - since} ms`);
      await rejects(worker.proxy.f(), 'Closed', message);
      await pause(10);
      // An end by the limit has no event.
      const told = /^(throws|later|rejects)$/.test(how) && !/did not join/.test(String(await worker.link.ended));
      ok(errors === 1 || !told, `${errors} error events`);
    },
  ]),
);

/** @type {Record<string, () => any>} */
export const lifecycle = {
  ...starts,
  async 'start: a worker that is missing, or is no script, is told from others'() {
    await rejects(launch('/no/such/worker.js').proxy.f(), 'Closed', /no\/such\/worker\.js has the status 404/);
    await rejects(launch('./index.html').proxy.f(), 'Closed', /index\.html has the type text\/html/);
  },
  async 'start: a worker that takes its time joins within its limit, and is refused after it'() {
    same(await starting('slow').proxy.f(), 7);
    same(await starting('imports first').proxy.f(), 7);
    const late = starting('slow', { startTimeout: 100 });
    const said = nextEvent(late, 'message');
    const since = performance.now();
    await rejects(late.proxy.f(), 'Closed', /did not join within 100 ms/);
    ok(performance.now() - since < 350, 'it was waited for');
    ok(/SabirError: .*did not join within 100 ms/.test((await said).data), (await said).data);
  },
  async 'start: a limit does not run out while the page computes'() {
    const worker = starting('slow', { startTimeout: 1500 });
    const answer = worker.proxy.f();
    await pause(10);
    computeFor(3000);
    same(await answer, 7);
  },
  async 'start: a script that fails at its top after it joined ends the link'() {
    const worker = starting('joins and throws', { startTimeout: 1500 });
    worker.onerror = (/** @type {Event} */ event) => event.preventDefault();
    const failed = await Promise.race([nextEvent(worker, 'error'), pause(1000)]);
    if (failed === undefined) return; // WebKit has no such event: its exports can be called.
    await rejects(worker.proxy.f(), 'Closed', /it throws at its top/);
  },
  async 'start: an error that a running worker has not caught is an event, and no end'() {
    const worker = start();
    await worker.run(() => 0);
    const failed = nextEvent(worker, 'error');
    worker.onerror = (/** @type {Event} */ event) => event.preventDefault();
    await worker.run(
      () =>
        void setTimeout(() => {
          throw new Error('in a timer');
        }, 10),
    );
    ok(/in a timer/.test((await failed).message));
    same(await worker.run(() => 7), 7);
  },
  async 'a worker whose script is missing'() {
    const worker = new (sabir().Worker)('/no/such/worker.js');
    await rejects(worker.proxy.anything(), 'Closed', /script/);
  },
  async 'a worker that closes itself'() {
    const worker = start();
    const waiting = worker.run(() => new Promise(() => {}));
    await worker.run(() => void setTimeout(() => globalThis.close(), 20));
    await rejects(waiting, 'Closed', /its realm ended/);
  },
  async 'terminate in mid-call ends what waits, and frees every handle'() {
    const worker = start();
    Object.assign(globalThis, { many: Array.from({ length: 100 }, (_, index) => ({ index })) });
    await worker.run((/** @type {any} */ { window }) => {
      /** @type {any} */ (globalThis).kept = [...window.many];
    });
    ok(worker.handles.lent >= 100, worker.handles.lent);
    const waiting = worker.run(() => new Promise(() => {}));
    const blocked = worker.run((/** @type {any} */ { proxy }) => proxy.forever());
    worker.proxy.forever = () => new Promise(() => {});
    await pause(30);
    worker.terminate();
    await rejects(waiting, 'Closed', /terminated/);
    await rejects(blocked, 'Closed', /terminated/);
    same(worker.handles, { lent: 0, borrowed: 0 });
    await rejects(
      worker.run(() => 1),
      'Closed',
    );
  },
  async 'end: listeners, intervals and observers of an ended worker are gone, and nothing is lent'() {
    const worker = start();
    const button = document.body.appendChild(document.createElement('button'));
    const seen = document.createElement('p');
    /** @type {any} */
    const held = { button, seen, ticks: 0, calls: [] };
    Object.assign(globalThis, { held });
    await worker.run((/** @type {any} */ { window }) => {
      const { held } = window;
      const { signal } = new window.AbortController();
      const note = () => held.calls.push('heard');
      held.button.addEventListener('click', note);
      held.button.addEventListener('click', note, true);
      held.button.addEventListener('click', note, { signal, passive: true });
      held.button.addEventListener('input', note);
      held.button.removeEventListener('input', note);
      held.button.onclick = note;
      window.setInterval(() => held.ticks++, 10);
      window.clearInterval(window.setInterval(note, 10));
      window.setTimeout(note, 1000);
      new window.MutationObserver(note).observe(held.seen, { attributes: true });
      held.saved = note;
    });
    button.click();
    button.dispatchEvent(new Event('input'));
    await until(() => held.calls.length >= 4 && held.ticks >= 2);
    same(held.calls.length, 4);
    let heard = 0;
    const { dispatchEvent } = button;
    worker.terminate();
    const failed = await uncaughtDuring(async () => {
      for (let index = 0; index < 100; index++) {
        dispatchEvent.call(button, new Event('click', { cancelable: true }));
        seen.title = `${index}`;
        if (index % 10 === 0) await pause(2);
        heard++;
      }
      held.saved();
      await pause(1100);
    });
    same([failed, worker.handles, heard], [[], { lent: 0, borrowed: 0 }, 100]);
    await rejects(held.saved(), 'Closed', /terminated/);
    button.remove();
  },
  async 'end: events that wait for a busy worker are forgotten with it, in silence'() {
    const worker = start();
    const button = document.createElement('button');
    Object.assign(globalThis, { held: { button } });
    await worker.run((/** @type {any} */ { window }) => window.held.button.addEventListener('click', () => {}));
    void worker
      .run(() => {
        for (;;);
      })
      .catch(() => {});
    await pause(50);
    const failed = await uncaughtDuring(async () => {
      for (let index = 0; index < 20; index++) button.click();
      worker.terminate();
    });
    same([failed, worker.handles], [[], { lent: 0, borrowed: 0 }]);
  },
  async 'end: a worker whose locks are refused still tells that it closes'() {
    const worker = start();
    const { request } = LockManager.prototype;
    await worker.run(() => 0);
    LockManager.prototype.request = request;
    const waiting = worker.run(() => new Promise(() => {}));
    await worker.run(() => void setTimeout(() => globalThis.close(), 20));
    await rejects(waiting, 'Closed', /its realm ended/);
  },
  async 'end: many workers, one after the other, leave nothing behind'() {
    const count = Number(new URLSearchParams(location.search).get('workers') ?? 50);
    /** @type {WeakRef<any>[]} */
    const ends = [];
    const round = async () => {
      const worker = start();
      const { documentElement } = document;
      Object.assign(globalThis, { held: { documentElement } });
      await worker.run((/** @type {any} */ { window }) => {
        window.held.documentElement.addEventListener('click', () => {});
        window.setInterval(() => {}, 1000);
        return new Uint8Array(2000);
      });
      ends.push(new WeakRef(/** @type {any} */ (worker).link.end));
      worker.terminate();
      forget(worker);
    };
    const alive = () => ends.filter((end) => end.deref() !== undefined).length;
    // When a browser collects is its own affair, and Firefox starts late; a leak holds all of them.
    const areHeld = () => alive() > (ends.length * 3) / 4;
    for (let batch = 0; batch === 0 || (batch < 8 && areHeld()); batch++) {
      for (let index = 0; index < count; index++) await round();
      for (let tries = 0; tries < 10 && areHeld(); tries++) {
        // In a task of its own: what a `deref` has given is kept until the end of its task.
        await pause(0);
        await collected();
      }
    }
    ok(!areHeld(), `${alive()} of ${ends.length} ends are still held`);
    const locks = async () => {
      const { held = [], pending = [] } = (await navigator.locks?.query()) ?? {};
      return [...held, ...pending].filter(({ name }) => name?.startsWith('sabir:'));
    };
    // A browser ends the thread of a terminated worker when it comes to it.
    await until(async () => (await locks()).length === 0);
    same(await locks(), []);
    if (navigator.storage?.getDirectory !== undefined) {
      // A helper removes the last when the terminated worker has let go of it.
      await until(async () => (await mailboxFiles()).length === 0);
      same(await mailboxFiles(), []);
    }
  },
};
