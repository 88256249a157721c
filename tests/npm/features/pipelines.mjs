// @ts-check
// Pipelines: operations for which the worker does not wait. They do as those that wait, over every transport.
import { ok, pause, rejects, same, until } from '../suite.mjs';
import { collected, scale, shared, startWith } from './start.mjs';

/** A worker with a pipeline. @param {any} [options] @param {true | { stacks: boolean }} [pipeline] */
export const startPipelined = (options, pipeline = true) => startWith({ pipeline }, options);

/** @type {Record<string, () => any>} */
export const pipelines = {
  async 'pipeline: rows are the same as on the page'() {
    const worker = startPipelined();
    const build = (/** @type {any} */ { window }, /** @type {number} */ count) => {
      const { document } = window;
      const table = document.createElement('table');
      for (let index = 0; index < count; index++) {
        const row = document.createElement('tr');
        for (let column = 0; column < 3; column++) {
          const cell = row.appendChild(document.createElement('td'));
          cell.className = 'cell';
          cell.classList.add(`of-${column}`);
          cell.dataset.column = column;
          // The last one: engines write it when they are asked for it.
          cell.style.width = `${column}em`;
          cell.append('in ', document.createTextNode(`${index}:${column}`));
        }
        table.insertBefore(row, table.firstChild);
      }
      const copy = table.cloneNode(true);
      copy.setAttribute('title', 'a copy');
      const comment = new window.Comment('the end');
      copy.appendChild(comment);
      copy.replaceChild(document.createTextNode('the end'), comment);
      document.body.append(table, copy);
      copy.removeChild(copy.firstChild).remove();
      const html = copy.outerHTML;
      table.remove();
      copy.remove();
      return html;
    };
    const expected = build({ window }, 40);
    ok(expected.includes('of-2'), expected);
    ok((await worker.run(build, 40)) === expected);
    ok((await worker.run(build, 40)) === expected);
  },
  async 'pipeline: whatever waits sees what came before it'() {
    const worker = startPipelined();
    Object.assign(worker.proxy, {
      title: () => document.title,
      later: async () => document.title,
      reports: (/** @type {string} */ found) => `${found} ${document.title}`,
    });
    const found = await worker.run(async (/** @type {any} */ { window, proxy, ffi, batch }) => {
      const { document } = window;
      const found = [];
      const element = document.createElement('div');
      for (let round = 0; round < 50; round++) {
        document.title = `r${round}`;
        found.push(document.title === `r${round}`, proxy.title() === `r${round}`, proxy.later() === `r${round}`);
        document.title = `s${round}`;
        found.push(ffi.query(window, 'document.title') === `s${round}`);
        document.title = `t${round}`;
        batch(() => {
          document.title += '!';
          element.title = 'batched';
        });
        found.push(proxy.reports('at') === `at t${round}!`, element.title === 'batched');
        const { promise } = window.Promise.withResolvers();
        found.push(element instanceof window.HTMLElement, 'title' in element, promise !== undefined);
        element.id = `e${round}`;
        document.body.appendChild(element);
        found.push(document.getElementById(`e${round}`) === element);
        element.remove();
        found.push(document.getElementById(`e${round}`) === null, !element.isConnected);
      }
      return found;
    });
    same([found.length, found.indexOf(false)], [600, -1]);
  },
  async 'pipeline: listeners and their events'() {
    const worker = startPipelined();
    await worker.run((/** @type {any} */ { window }) => {
      const { document } = window;
      const box = document.createElement('input');
      box.type = 'checkbox';
      box.id = 'piped';
      const log = document.createElement('p');
      document.body.append(box, log);
      box.addEventListener('click', (/** @type {any} */ event) => {
        event.preventDefault();
        event.stopPropagation();
        log.textContent += 'clicked ';
      });
      box.addEventListener('change', () => (log.textContent += 'changed '), { once: true });
      log.id = 'pipedlog';
    });
    const [box, log] = ['piped', 'pipedlog'].map((id) => /** @type {any} */ (document.getElementById(id)));
    box.dispatchEvent(new Event('change'));
    box.dispatchEvent(new Event('change'));
    await until(() => log.textContent === 'changed ');
    box.click();
    await until(() => log.textContent === 'changed clicked ');
    same(log.textContent, 'changed clicked ');
    box.remove();
    log.remove();
  },
  async 'pipeline: an object is the same by whatever way it comes'() {
    const worker = startPipelined();
    Object.assign(globalThis, { kept: {}, styleOf: (/** @type {any} */ element) => element.style });
    const found = await worker.run((/** @type {any} */ { window, ffi }) => {
      const { document, kept } = window;
      const differences = [];
      for (let round = 0; round < 4; round++) {
        const element = document.createElement('b');
        const inner = element.appendChild(document.createElement('i'));
        kept.element = element;
        const checks = {
          made: kept.element === element,
          child: element.firstChild === inner,
          parent: inner.parentNode === element,
          style: element.style === element.style,
          styleAgain: ffi.query(element, 'style') === element.style,
          children: element.children[0] === inner,
          classList: element.classList === ffi.gather(element, 'classList')[0],
          method: element.appendChild === inner.appendChild,
          function: element.appendChild === window.Node.prototype.appendChild,
          document: element.ownerDocument === document,
          clone: element.cloneNode() !== element,
          set: new Set([element, kept.element, inner.parentNode]).size === 1,
        };
        // The page has given a style before the worker asks for it.
        const other = document.createElement('u');
        Object.assign(checks, { given: window.styleOf(other) === other.style });
        differences.push(...Object.entries(checks).flatMap(([name, isSame]) => (isSame ? [] : [`${name} ${round}`])));
      }
      return differences;
    });
    same(found, []);
  },
  async 'pipeline: what the page has replaced is called'() {
    const worker = startPipelined();
    /** @type {string[]} */
    const calls = [];
    const native = Node.prototype.appendChild;
    const use = (/** @type {any} */ { window }) => {
      const { document } = window;
      const element = document.createElement('p');
      return element.appendChild(document.createElement('q')) === element.firstChild;
    };
    same(await worker.run(use), true);
    same(await worker.run(use), true);
    // After the worker has come to know the method.
    Node.prototype.appendChild = /** @type {any} */ (
      function (/** @type {any} */ child) {
        calls.push(child.localName);
        return native.call(this, child);
      }
    );
    try {
      same(await worker.run(use), true);
      // Before that.
      const fresh = startPipelined();
      same(await fresh.run(use), true);
      same(await fresh.run(use), true);
    } finally {
      Node.prototype.appendChild = native;
    }
    same(calls, ['q', 'q', 'q']);
  },
  async 'pipeline: properties of single objects are theirs'() {
    const worker = startPipelined();
    Object.assign(globalThis, {
      Special: class extends EventTarget {
        /** @type {any[]} */
        log = [];
        set odd(/** @type {number} */ value) {
          this.log.push(value);
        }
        append() {
          return this.log.length;
        }
      },
      shadow: (/** @type {any} */ element, /** @type {any} */ result) =>
        (element.remove = () => ((element.title += 'shadowed'), result)),
    });
    const found = await worker.run((/** @type {any} */ { window }) => {
      const { document } = window;
      const make = () => document.createElement('em');
      const [one, other, third] = [make(), make(), make()];
      // An expando, whose name is no method's; one that is; one that the worker already knows.
      one.own = 1;
      one.matches = () => 'own';
      other.remove();
      third.remove = () => 'replaced';
      const special = new window.Special();
      special.odd = 7;
      const special2 = new window.Special();
      const shadowed = make();
      window.shadow(shadowed);
      shadowed.remove();
      return [
        one.own,
        one.matches('em'),
        other.matches('em'),
        one.matches('em'),
        third.remove(),
        other.remove(),
        special.append(),
        special.log[0],
        special2.append(),
        shadowed.title,
        make().remove(),
      ];
    });
    same(found, [1, 'own', true, 'own', 'replaced', undefined, 1, 7, 0, 'shadowed', undefined]);
  },
  async 'pipeline: custom elements and functions of the page wait'() {
    const worker = startPipelined();
    class PipedElement extends HTMLElement {
      connectedCallback() {
        this.textContent = `in ${this.parentElement?.localName}`;
      }
      /** @override @param {any} child */
      appendChild(child) {
        return /** @type {any} */ (`no ${child.localName}`);
      }
    }
    customElements.define('piped-element', PipedElement);
    Object.assign(globalThis, {
      made: 0,
      Makes: function () {
        return document.createElement(`h${++/** @type {any} */ (globalThis).made}`);
      },
    });
    const found = await worker.run((/** @type {any} */ { window }) => {
      const { document } = window;
      const found = [];
      for (let round = 0; round < 2; round++) {
        const element = document.createElement('piped-element');
        document.body.appendChild(element);
        found.push(element.textContent, element.appendChild(document.createElement('a')));
        document.body.removeChild(element);
        found.push(new window.Makes().localName);
      }
      return found;
    });
    same(found, ['in body', 'no a', 'h1', 'in body', 'no a', 'h2']);
  },
  async 'pipeline: arguments of the worker that the page may have to ask are waited for'() {
    const worker = startPipelined();
    const found = await worker.run((/** @type {any} */ { window }) => {
      const { document } = window;
      const element = document.createElement('s');
      element.setAttribute('a', 'first');
      element.title = new Date(0);
      element.addEventListener('x', { handleEvent() {} });
      element.tabIndex = null;
      element.setAttribute('b', 7n);
      return [element.getAttribute('a'), element.getAttribute('b'), element.tabIndex, element.title.includes('1970')];
    });
    same(found, ['first', '7', 0, true]);
  },
  async 'pipeline: what never changes of a node is right for all that are made alike'() {
    const worker = startPipelined();
    const describe = (/** @type {any} */ { window }) => {
      const { document } = window;
      const [XHTML, SVG] = ['http://www.w3.org/1999/xhtml', 'http://www.w3.org/2000/svg'];
      const template = document.createElement('template');
      template.innerHTML = '<tr><td>1</td></tr><svg><g></g></svg>';
      const xml = new window.DOMParser().parseFromString('<a/>', 'application/xml');
      const xhtml = document.implementation.createDocument(XHTML, 'html', null);
      const found = [];
      for (let round = 0; round < 3; round++) {
        const clone = template.content.cloneNode(true);
        const nodes = [
          ...['td', 'TD', 'unknown'].map((name) => document.createElement(name)),
          ...['g', 's:g', 'td'].map((name) => document.createElementNS(SVG, name)),
          document.createElementNS('', 'g'),
          document.createElementNS(null, 'g'),
          document.createTextNode('text'),
          document.createComment('comment'),
          document.createDocumentFragment(),
          document.createElement('td').cloneNode(true),
          document.createElementNS(SVG, 'g').cloneNode(),
          document.importNode(xml.documentElement, true),
          document.createAttribute('x'),
          ...['urn:x', 'urn:y'].map((namespace) => document.createAttributeNS(namespace, 'x:y')),
          xml.createElement('td'),
          xhtml.createElement('td'),
          xml.adoptNode(document.createElement('td')),
          clone,
          clone.firstElementChild.firstElementChild,
          clone.lastElementChild.firstElementChild,
        ];
        for (let look = 0; look < 2; look++) {
          found.push(nodes.map((node) => [node.nodeType, node.namespaceURI, node.localName, node.prefix].join()));
        }
      }
      return found;
    };
    const expected = describe({ window });
    ok(expected[0].includes('1,http://www.w3.org/2000/svg,g,s'), expected[0].join(' '));
    same(await worker.run(describe), expected);
  },
  async 'pipeline: the page draws while a worker floods it, and outlives its end'() {
    const worker = startPipelined();
    const element = document.body.appendChild(document.createElement('div'));
    element.id = 'flooded';
    const flooding = worker.run((/** @type {any} */ { window }) => {
      const element = window.document.getElementById('flooded');
      for (let round = 0; ; round++) element.title = round;
    });
    const stopped = rejects(flooding, 'Closed');
    let frames = 0;
    const seen = new Set();
    if (shared && !document.hidden)
      while (frames < 20 || seen.size < 10) {
        await new Promise(requestAnimationFrame);
        frames++;
        seen.add(element.title);
      }
    await pause(100);
    worker.terminate();
    await stopped;
    const last = element.title;
    await pause(50);
    same(element.title, last);
    element.remove();
  },
  async 'pipeline: handles come back'() {
    const worker = startPipelined();
    await worker.run((/** @type {any} */ { window }) => void (window.document.createElement('i').style.color = 'red'));
    await worker.run(collected);
    for (let round = 0; round < 8; round++) {
      await worker.run((/** @type {any} */ { window }, /** @type {number} */ count) => {
        for (let index = 0; index < count; index++) {
          const element = window.document.createElement('i');
          element.style.color = 'red';
          element.appendChild(window.document.createTextNode('text'));
        }
        return window.document.title;
      }, 4000 * scale);
      if (round % 4 === 3) await worker.run(collected);
    }
    // WebKit's collector takes some words of the stack for objects: a hundred of 144,000 once stayed. Its errors have a `line`.
    const most = 'line' in new Error() ? 300 : 60;
    for (let tries = 0; tries < 100 && worker.handles.lent > most; tries++) await worker.run(collected);
    ok(worker.handles.lent <= most, `${worker.handles.lent} are lent`);
    const { borrowed } = await worker.run((/** @type {any} */ { handles }) => handles());
    ok(borrowed <= most, `${borrowed} are borrowed`);
  },
  async 'pipeline: scopes and `release` give objects back'() {
    const worker = startPipelined();
    const found = await worker.run(
      (/** @type {any} */ { window, scope, release, handles }, /** @type {number} */ count) => {
        const { document } = window;
        let most = 0;
        const run = (/** @type {number} */ index) =>
          scope(() => {
            const element = document.createElement('i');
            element.style.width = `${index}px`;
            element.appendChild(document.createElement('b')).title = index;
            most = Math.max(most, handles().borrowed);
            return element.style.width;
          });
        for (let index = 0; index < count; index++) if (run(index) !== `${index}px`) return index;
        const kept = scope(() => document.createElement('u'));
        kept.title = 'kept';
        const gone = document.createElement('u');
        release(gone);
        const errors = [];
        for (const use of [() => (gone.title = 'x'), () => gone.remove(), () => kept.appendChild(gone)]) {
          try {
            use();
            void document.title;
          } catch (/** @type {any} */ error) {
            errors.push(error.name);
          }
        }
        return [most < 100, kept.title, ...errors];
      },
      2000 * scale,
    );
    same(found, [true, 'kept', 'BadHandle', 'BadHandle', 'BadHandle']);
  },
  async 'pipeline: a policy refuses'() {
    const worker = startPipelined({
      policy: { deny: ['document.cookie'], hook: (/** @type {any} */ { key }) => key !== 'title' },
    });
    const use = (/** @type {any} */ { window }, /** @type {string} */ what) => {
      const { document } = window;
      const element = document.createElement('i');
      element.lang = 'en';
      document.createElement('i').appendChild(element);
      if (what === 'cookie') document.cookie = 'a=b';
      if (what === 'hook') element.title = 'refused';
      return element.lang;
    };
    for (let round = 0; round < 2; round++) {
      same(await worker.run(use, ''), 'en');
      await rejects(worker.run(use, 'cookie'), 'Refused');
      await rejects(worker.run(use, 'hook'), 'Refused');
    }
    same(document.cookie, '');
  },
  async 'pipeline: texts of all lengths arrive in order'() {
    const worker = startPipelined();
    const build = (/** @type {any} */ { window }, /** @type {number} */ count) => {
      const { document } = window;
      const [host, model] = [document.createElement('div'), document.createElement('i')];
      for (let index = 0; index < count; index++) {
        model.textContent = 'ä'.repeat(index % 7 === 0 ? 4000 + index : index % 301);
        host.append(model.cloneNode(true));
      }
      return host.innerHTML;
    };
    const count = Math.round(3000 * scale);
    ok((await worker.run(build, count)) === build({ window }, count));
  },
  async 'pipeline: an answer comes after the operations before it'() {
    const worker = startPipelined();
    const element = Object.assign(document.createElement('i'), { id: 'answered' });
    document.body.append(element);
    await worker.run((/** @type {any} */ { window, proxy }) => {
      const answered = window.document.getElementById('answered');
      proxy.show = (/** @type {number} */ index) => {
        for (let step = 0; step < 40; step++) answered.title = `${index}:${step}`;
        return index;
      };
    });
    for (let index = 0; index < 200; index++) {
      const answer = await worker.proxy.show(index);
      same([answer, element.title], [index, `${index}:39`]);
    }
    const titles = slowTitles(element);
    for (let index = 0; index < 5; index++) {
      same(await worker.proxy.show(index), index);
      same([titles.length, titles.at(-1)], [40 * (index + 1), `${index}:39`]);
    }
    element.remove();
  },
  async 'pipeline: what a worker has sent before it ends is performed'() {
    const worker = startPipelined();
    const element = Object.assign(document.createElement('i'), { id: 'ended' });
    document.body.append(element);
    const titles = slowTitles(element);
    const ended = worker.run((/** @type {any} */ { window }) => {
      const target = window.document.getElementById('ended');
      for (let step = 0; step < 100; step++) target.title = `${step}`;
      self.close();
      return new Promise(() => {});
    });
    await rejects(ended, 'Closed');
    same([titles.length, titles.at(-1)], [100, '99']);
    element.remove();
  },
};

/** Has each title of an element take longer than the page performs operations in one go. @param {HTMLElement} element */
function slowTitles(element) {
  /** @type {string[]} */
  const titles = [];
  Object.defineProperty(element, 'title', {
    set(title) {
      computeFor(1);
      titles.push(title);
    },
  });
  return titles;
}
