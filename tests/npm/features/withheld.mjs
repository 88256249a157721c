// @ts-check
// Events that take the browser to another page: their default waits for listeners in workers, however late they are.
import { pause, same } from '../suite.mjs';
import { start } from './start.mjs';

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
    for (const end = performance.now() + ms; performance.now() < end; );
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
        for (const end = performance.now() + ms; performance.now() < end; );
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
        for (const end = performance.now() + ms; performance.now() < end; );
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
