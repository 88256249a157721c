// @ts-check
// Pipelines over shared memory: which operations are not waited for, and what becomes of their errors.
import { ok, pause, rejects, same } from '../suite.mjs';
import { startPipelined } from './pipelines.mjs';
import { start } from './start.mjs';

/** @type {Record<string, () => any>} */
export const unawaited = {
  async 'pipeline: operations whose results are known take no trip'() {
    const worker = startPipelined();
    const trips = await worker.run((/** @type {any} */ { window, trace }) => {
      const { document } = window;
      const host = document.createElement('div');
      const use = () => {
        const element = document.createElement('p');
        const text = document.createTextNode('text');
        element.title = 'assigned';
        element.own = 1;
        element.onclick = () => {};
        element.setAttribute('a', 'b');
        element.addEventListener('x', () => {}, { once: true });
        element.style.color = 'red';
        element.style.setProperty('width', '1px');
        element.classList.add('c');
        element.dataset.d = 'e';
        element.children;
        host.appendChild(element).append(text);
        host.insertBefore(document.createElement('b'), element);
        host.removeChild(element).cloneNode(true).id = 'clone';
        new window.Comment('constructed');
        host.replaceChildren();
      };
      use();
      use();
      trace.start();
      use();
      // `window` is no object of a kind.
      return trace.stop().map((/** @type {any} */ { name }) => name);
    });
    same(trips, ['Comment']);
  },
  async 'pipeline: without the option all wait'() {
    const worker = start();
    const trips = await worker.run((/** @type {any} */ { window, trace }) => {
      const { document } = window;
      trace.start();
      document.createElement('p').title = 'assigned';
      return trace.stop().map((/** @type {any} */ { name }) => name);
    });
    same(trips, ['createElement', 'apply', 'title']);
  },
  async 'pipeline: an error comes with the next operation that waits, and what depends on it is skipped'() {
    const worker = startPipelined(undefined, { stacks: true });
    worker.proxy.f = () => 'never called';
    const found = await worker.run((/** @type {any} */ { window, proxy }) => {
      const { document } = window;
      const [host, child] = [document.createElement('div'), document.createElement('b')];
      const other = document.createElement('b');
      host.appendChild(child);
      document.importNode(host, true);
      const theCulprit = () => other.insertBefore(child, host);
      const attempt = (/** @type {() => any} */ body) => {
        try {
          return body();
        } catch (/** @type {any} */ error) {
          const { name, stack } = error;
          return [name, stack.includes('insertBefore'), stack.includes('theCulprit')];
        }
      };
      other.insertBefore(child, null);
      const found = [theCulprit() === child];
      host.title = 'went on';
      // Another failure has the same cause: the first one is told.
      other.insertBefore(child, host);
      found.push(
        attempt(() => proxy.f()),
        attempt(() => proxy.f()),
        host.title,
        child.parentNode === other,
      );
      // It cannot be made: what would be done with it is skipped.
      const copy = document.importNode(document, true);
      copy.title = 'never';
      host.appendChild(copy);
      host.lang = 'en';
      found.push(attempt(() => host.lang)[0], host.lang, host.childNodes.length, attempt(() => copy.title)[0]);
      return found;
    });
    same(found, [
      true,
      ['NotFoundError', true, true],
      'never called',
      'went on',
      true,
      'NotSupportedError',
      'en',
      0,
      'BadHandle',
    ]);
  },
  async 'pipeline: an error that nothing waits for is an `error` event of the worker'() {
    const worker = startPipelined();
    const heard = new Promise((resolve) => {
      worker.addEventListener('error', (/** @type {ErrorEvent} */ event) => {
        event.preventDefault();
        resolve(event.message);
      });
    });
    await worker.run((/** @type {any} */ { window }) => {
      const { document } = window;
      const [host, child] = [document.createElement('div'), document.createElement('b')];
      for (let round = 0; round < 2; round++) host.appendChild(child);
      setTimeout(() => child.appendChild(host));
    });
    const message = await Promise.race([heard, pause(20_000)]);
    ok(/contain|ancestor|Hierarchy/i.test(String(message)), message);
    // It is told once.
    same(await worker.run((/** @type {any} */ { window }) => window.document.nodeType), 9);
  },
  async 'pipeline: a read-only property, a refusal, and a result that is none, are errors'() {
    const worker = startPipelined({ policy: { hook: (/** @type {any} */ { key }) => key !== 'title' } });
    const native = Node.prototype.normalize;
    const use = (/** @type {any} */ { window }, /** @type {string} */ what) => {
      const { document } = window;
      const element = document.createElement('div');
      element.normalize();
      if (what === 'read-only') element.children = 1;
      if (what === 'refused') element.title = 'title';
      element.lang = 'en';
      return element.lang;
    };
    same(await worker.run(use, ''), 'en');
    await rejects(worker.run(use, 'read-only'), 'TypeError', /read-only/);
    await rejects(worker.run(use, 'refused'), 'Refused');
    Node.prototype.normalize = /** @type {any} */ (() => 'a value');
    try {
      await rejects(worker.run(use, ''), 'SabirError', /`normalize`.*string/);
    } finally {
      Node.prototype.normalize = native;
    }
    same(await worker.run(use, ''), 'en');
  },
  async 'pipeline: a nested failure is told where it belongs'() {
    const worker = startPipelined();
    worker.proxy.slow = async () => {
      // The worker, which is blocked, serves this.
      await worker.proxy.fails();
      throw new RangeError('its own');
    };
    const found = await worker.run((/** @type {any} */ { window, proxy }) => {
      const { document } = window;
      const [host, child] = [document.createElement('div'), document.createElement('b')];
      host.appendChild(child);
      proxy.fails = () => void child.appendChild(host);
      const found = [];
      for (let round = 0; round < 2; round++) {
        try {
          if (round === 0) proxy.slow();
          else void host.title;
        } catch (/** @type {any} */ error) {
          found.push(error.name, error.stack.includes('for which nobody waited'));
        }
      }
      return found;
    });
    same(found, ['RangeError', false, 'HierarchyRequestError', true]);
  },
  async 'pipeline: a hundred thousand operations in a row'() {
    const worker = startPipelined();
    Object.assign(globalThis, { counted: document.createElement('output') });
    const found = await worker.run((/** @type {any} */ { window }) => {
      const { counted } = window;
      for (let index = 0; index < 100_000; index++) counted.title = index;
      return counted.title;
    });
    same(found, '99999');
  },
  async 'pipeline: the worker can be interrupted, and terminated, amid its operations'() {
    const worker = startPipelined();
    const endless = (/** @type {any} */ { window }) => {
      const element = window.document.createElement('i');
      for (let index = 0; ; index++) element.title = index;
    };
    await worker.run(() => 0);
    const interrupted = rejects(worker.run(endless), 'Interrupted');
    await pause(100);
    worker.interrupt();
    await interrupted;
    const closed = rejects(worker.run(endless), 'Closed');
    await pause(100);
    worker.terminate();
    await closed;
  },
  async 'pipeline: a comparator goes on in a sort of the page'() {
    const worker = startPipelined();
    const found = await worker.run((/** @type {any} */ { window }) => {
      const element = window.document.createElement('i');
      element.append('');
      let comparisons = 0;
      const numbers = window.Array.from([5, 3, 1, 4, 2]);
      numbers.sort((/** @type {number} */ one, /** @type {number} */ other) => {
        comparisons++;
        for (let step = 0; step < 50; step++) element.append('x');
        return one - other;
      });
      return [element.textContent.length === 50 * comparisons, numbers.join()];
    });
    same(found, [true, '1,2,3,4,5']);
  },
};
