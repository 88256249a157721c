// @ts-check
// Events that take the browser to another page: their default waits for listeners in workers, however late they are.
import { pause, same } from '../suite.mjs';
import { start, startWith } from './start.mjs';

/** Longer than a page waits for a listener, in ms. */
const LATE_MS = 40;

/** A form and a link, both of which lead a frame to another page. */
function controls() {
  document.body.innerHTML = `<iframe name="frame"></iframe>
    <form target="frame" action="/suite.mjs"><input name="text" value="x"><button name="go" value="1">go</button></form>
    <a target="frame" href="/suite.mjs?link"><b>link</b></a>`;
  /** @type {any} */
  const find = (/** @type {string} */ selector) => document.querySelector(selector);
  const [frame, form] = [find('iframe'), find('form')];
  return {
    form,
    submit: () => find('button').click(),
    follow: () => find('b').dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 7 })),
    /** Where the frame was led, once that is so: empty if nowhere. @param {boolean} [isLed] */
    async led(isLed = false) {
      const place = () => frame.contentWindow.location.search;
      while (isLed && place() === '') await pause(5);
      // It is not led again, or not at all.
      await pause(4 * LATE_MS);
      const search = place();
      document.body.replaceChildren();
      return search;
    },
  };
}

/** Runs in a worker: listens, late, and prevents the default if it is told so; gives what the listener has found. */
const listen = (/** @type {any} */ { window }, /** @type {string} */ type, prevents = true, ms = 40) => {
  const found = /** @type {any} */ (globalThis);
  found.heard = [];
  window.document.body.addEventListener(type, (/** @type {any} */ event) => {
    computeFor(ms);
    if (prevents) event.preventDefault();
    found.heard.push(event.defaultPrevented, event.returnValue);
  });
};
const heard = () => /** @type {any} */ (globalThis).heard;

/** @type {Record<string, () => any>} */
export const withheld = {
  async 'withheld: a late listener prevents that a form is sent'() {
    const [worker, { submit, led }] = [start(), controls()];
    await worker.run(listen, 'submit');
    submit();
    same([await led(), await worker.run(heard)], ['', [true, false]]);
  },
  async 'withheld: a late listener that has prevented others before prevents this one'() {
    for (const pipeline of [false, true]) {
      const [worker, { form, submit, led }] = [startWith({ pipeline }), controls()];
      await worker.run((/** @type {any} */ { window }) => {
        window.document.body.addEventListener('submit', (/** @type {any} */ event) => {
          const late = window.document.title === 'late';
          computeFor(late ? 40 : 0);
          event.preventDefault();
        });
      });
      form.addEventListener('submit', (/** @type {Event} */ event) => event.preventDefault(), { once: true });
      document.title = 'early';
      submit();
      await pause(2 * LATE_MS);
      document.title = 'late';
      submit();
      same([pipeline, await led()], [pipeline, '']);
      worker.terminate();
    }
  },
  async 'withheld: a listener that prevents the default in time, and then computes, has prevented it'() {
    for (const type of ['submit', 'click']) {
      const [worker, { submit, follow, led }] = [start(), controls()];
      await worker.run((/** @type {any} */ { window }, /** @type {string} */ type) => {
        window.document.body.addEventListener(type, (/** @type {any} */ event) => {
          event.preventDefault();
          computeFor(40);
        });
      }, type);
      if (type === 'submit') submit();
      else follow();
      same([type, await led()], [type, '']);
      worker.terminate();
    }
  },
  async 'withheld: a form that no listener holds back is sent, with its button, and heard of once'() {
    const [worker, { form, submit, led }] = [start(), controls()];
    await worker.run(listen, 'submit', false);
    let count = 0;
    form.addEventListener('submit', () => count++);
    submit();
    same([await led(true), count, await worker.run(heard)], ['?text=x&go=1', 1, [false, true]]);
  },
  async 'withheld: a late listener prevents that a link is followed'() {
    const [worker, { follow, led }] = [start(), controls()];
    await worker.run(listen, 'click');
    follow();
    same([await led(), await worker.run(heard)], ['', [true, false]]);
  },
  async 'withheld: a link that no listener holds back is followed'() {
    const [worker, { follow, led }] = [start(), controls()];
    await worker.run(listen, 'click', false);
    const details = /** @type {number[]} */ ([]);
    document.body.addEventListener('click', (event) => details.push(event.detail), { once: true });
    follow();
    same([await led(true), details, await worker.run(heard)], ['?link', [7], [false, true]]);
  },
  async 'withheld: a late listener of a click prevents that a form is sent'() {
    const [worker, { submit, led }] = [start(), controls()];
    await worker.run(listen, 'click');
    submit();
    same(await led(), '');
  },
  async 'withheld: a handler that returns false, late, prevents the default'() {
    const [worker, { submit, led }] = [start(), controls()];
    await worker.run((/** @type {any} */ { window }, /** @type {number} */ ms) => {
      window.document.querySelector('form').onsubmit = () => {
        computeFor(ms);
        return false;
      };
    }, LATE_MS);
    submit();
    same(await led(), '');
  },
  async 'withheld: one of two workers holds the default back'() {
    const [one, other, { submit, led }] = [start(), start(), controls()];
    await one.run(listen, 'submit', false, 20);
    await other.run(listen, 'submit', true, 150);
    submit();
    await other.run(heard);
    same(await led(), '');
  },
  async "withheld: the page's own listener holds the default back"() {
    const [worker, { submit, led }] = [start(), controls()];
    await worker.run(listen, 'submit', false);
    document.body.addEventListener('submit', (event) => event.preventDefault(), { once: true });
    submit();
    same(await led(), '');
  },
  async 'withheld: the default is done when the worker ends'() {
    const [worker, { submit, led }] = [start(), controls()];
    await worker.run(listen, 'submit', true, 5000);
    submit();
    worker.terminate();
    same(await led(true), '?text=x&go=1');
  },
  async 'withheld: a listener that throws holds nothing back'() {
    const [worker, { submit, led }] = [start(), controls()];
    await worker.run((/** @type {any} */ { window }, /** @type {number} */ ms) => {
      window.document.body.addEventListener('submit', () => {
        computeFor(ms);
        throw new Error('of the listener');
      });
    }, LATE_MS);
    submit();
    same(await led(true), '?text=x&go=1');
  },
  async 'withheld: what keeps the page is done at once'() {
    const worker = start();
    document.body.innerHTML = '<input type="checkbox">';
    await worker.run(listen, 'click', false);
    const [box] = document.getElementsByTagName('input');
    box.click();
    same(box.checked, true);
    document.body.replaceChildren();
  },
  async 'withheld: what a late click leads to is heard of'() {
    const [worker, { form, submit, led }] = [start(), controls()];
    await worker.run(listen, 'click', false);
    await worker.run((/** @type {any} */ { window }) => {
      const { body } = window.document;
      body.addEventListener('submit', (/** @type {any} */ event) => event.preventDefault());
      body.addEventListener('invalid', () => window.invalid++, true);
    });
    Object.assign(globalThis, { invalid: 0 });
    submit();
    await pause(6 * LATE_MS);
    form.text.required = true;
    form.text.value = '';
    submit();
    same([await led(), /** @type {any} */ (globalThis).invalid], ['', 1]);
  },
  async 'withheld: the default is that of the element, whatever was clicked in it'() {
    const worker = start();
    await worker.run((/** @type {any} */ { window }, /** @type {number} */ ms) => {
      window.document.body.addEventListener('click', (/** @type {any} */ event) => {
        computeFor(ms);
        const [element] = event.composedPath();
        element.outerHTML = 'replaced';
      });
    }, LATE_MS);
    const inner = '<b>inner</b>';
    for (const [html, expected] of [
      [`<a href="/suite.mjs?link" target="frame">${inner}</a>`, '?link'],
      [`<form target="frame" action="/suite.mjs"><button name="go" value="1">${inner}</button></form>`, '?go=1'],
      [`<svg><a href="/suite.mjs?svg" target="frame"><text>inner</text></a></svg>`, '?svg'],
      [`<svg><a xlink:href="/suite.mjs?x" target="frame"><text>inner</text></a></svg>`, '?x'],
    ]) {
      const { led } = controls();
      document.body.insertAdjacentHTML('beforeend', `<div>${html}</div>`);
      const host = /** @type {HTMLElement} */ (document.body.lastChild);
      const target = /** @type {Element} */ (host.querySelector('b, text'));
      target.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, composed: true }));
      same([await led(true), host.querySelectorAll('b, text').length], [expected, 0]);
    }
  },
  async 'withheld: links and buttons within shadow roots'() {
    const worker = start();
    await worker.run(listen, 'click', false);
    const { led } = controls();
    const root = document.body.appendChild(document.createElement('div')).attachShadow({ mode: 'open' });
    root.innerHTML = '<a href="/suite.mjs?shadow" target="frame">link</a>';
    /** @type {any} */ (root.firstChild).click();
    same(await led(true), '?shadow');
  },
  async 'withheld: the default follows the code of a listener, not its promise'() {
    const [worker, { submit, led }] = [start(), controls()];
    await worker.run((/** @type {any} */ { window }, /** @type {number} */ ms) => {
      window.document.body.addEventListener('submit', async () => {
        computeFor(ms);
        await new Promise(() => {});
      });
    }, LATE_MS);
    submit();
    same(await led(true), '?text=x&go=1');
  },
  async 'withheld: a form is sent as its listeners have left it'() {
    const [worker, { form, submit, led }] = [start(), controls()];
    form.insertAdjacentHTML('beforeend', '<input name="ownerDocument"><input name="matches"><input name="hash">');
    form.text.required = true;
    let count = 0;
    const hears = () => count++;
    addEventListener('submit', hears, true);
    await worker.run((/** @type {any} */ { window }, /** @type {number} */ ms) => {
      const form = window.document.querySelector('form');
      form.onsubmit = () => {
        form.onsubmit = null;
        computeFor(ms);
        form.elements.hash.value = '1';
        form.elements.text.value = '';
      };
    }, LATE_MS);
    submit();
    const search = await led(true);
    removeEventListener('submit', hears, true);
    same([search, count], ['?text=&go=1&ownerDocument=&matches=&hash=1', 1]);
  },
  async "withheld: a script's own `submit` event does as much as without a worker"() {
    const dispatch = (/** @type {any} */ { form, led }) => {
      form.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }));
      return led();
    };
    const without = await dispatch(controls());
    const [worker, page] = [start(), controls()];
    await worker.run(listen, 'submit', false);
    same(await dispatch(page), without);
  },
};
