// @ts-check
// A worker's global scope with the page's names: libraries find there all that they look for on a page.
import { rejects, same, until } from '../suite.mjs';
import { start, startWith } from './start.mjs';

/** @type {Record<string, () => any>} */
export const globals = {
  async "globals: the page's names and classes are the worker's"() {
    document.title = 'of the page';
    const found = await startWith({ globals: true }).run(async (/** @type {any} */ { window: page }) => {
      const element = document.createElement('p');
      const heard = new Promise((resolve) => addEventListener('told', () => resolve('heard')));
      page.dispatchEvent(new Event('told'));
      const context = /** @type {any} */ (document.createElement('canvas').getContext('2d'));
      context.fill(new Path2D('M0 0'));
      return [
        document.title,
        element instanceof HTMLElement && !(document instanceof HTMLElement),
        typeof Object.getOwnPropertyDescriptor(Node.prototype, 'firstChild')?.get,
        typeof (await new Promise((resolve) => requestAnimationFrame(resolve))),
        await heard,
        new DOMMatrix('scale(2)').a,
        getComputedStyle(document.body).display,
        window === globalThis && page !== globalThis,
        typeof setTimeout,
      ];
    });
    same(found, ['of the page', true, 'function', 'number', 'heard', 2, 'block', true, 'function']);
  },
  async "globals: the page's events wait for the end of the worker's task"() {
    const found = await startWith({ globals: true }).run(async (/** @type {any} */ { window: page }) => {
      const button = document.body.appendChild(document.createElement('button'));
      let clicks = 0;
      button.onclick = () => clicks++;
      button.click();
      const own = clicks;
      page.eval('(button) => setTimeout(() => { button.click(); document.title = "clicked"; }, 20)')(button);
      while (document.title !== 'clicked');
      const during = clicks;
      await new Promise((resolve) => setTimeout(resolve, 100));
      button.remove();
      return [own, during, clicks];
    });
    same(found, [1, 1, 2]);
  },
  async 'globals: between two events, and before them, the reactions of promises run'() {
    const worker = startWith({ globals: true });
    await worker.run((/** @type {any} */ { window: page }) => {
      /** @type {string[]} */
      const order = [];
      Object.assign(globalThis, { order });
      const note = (/** @type {string} */ what) => {
        order.push(what);
        void Promise.resolve().then(async () => {
          await undefined;
          order.push(`after ${what}`);
        });
      };
      const button = document.createElement('button');
      button.onclick = () => note('a click');
      page.eval('(button) => setTimeout(() => { button.click(); button.click(); document.title = "clicked"; }, 20)')(
        button,
      );
      note('the code');
      while (document.title !== 'clicked');
      order.push('its end');
    });
    const order = () => worker.run(() => /** @type {any} */ (globalThis).order);
    await until(async () => (await order()).length === 7);
    same(await order(), [
      'the code',
      'its end',
      'after the code',
      'a click',
      'after a click',
      'a click',
      'after a click',
    ]);
  },
  async "globals: the worker's own functions take the page's files"() {
    Object.assign(globalThis, { file: new File(['abc'], 'a.txt', { type: 'text/plain', lastModified: 7 }) });
    const found = await startWith({ globals: true }).run(async (/** @type {any} */ { window: page }) => {
      const { file } = page;
      const data = new FormData();
      data.append('own', file);
      const form = document.createElement('form');
      form.innerHTML = '<input name="text" value="t">';
      const own = /** @type {any} */ (data.get('own'));
      const reader = new FileReader();
      const read = new Promise((resolve) => (reader.onload = () => resolve(reader.result)));
      reader.readAsText(file);
      const url = URL.createObjectURL(new Blob(['<', file, '>']));
      return [
        await (await fetch(url)).text(),
        await new Response(file).text(),
        await new Request('/', { method: 'POST', body: file }).text(),
        await new File([file, file], 'b').text(),
        await own.text(),
        [own.name, own.type, own.lastModified],
        await read,
        new FormData(form).get('text'),
        await new Response(new Blob(['own'])).text(),
        new Blob([file]) instanceof Blob && file instanceof Blob && new Blob([]).size === 0,
      ];
    });
    const ofFile = ['a.txt', 'text/plain', 7];
    same(found, ['<abc>', 'abc', 'abc', 'abcabc', 'abc', ofFile, 'abc', 't', 'own', true]);
  },
  async 'globals: without the option a worker has its own only'() {
    same(await start().run(() => [typeof document, typeof Node]), ['undefined', 'undefined']);
  },
  async 'globals: with a policy there are the classes only, and it is asked'() {
    const worker = startWith({ globals: true }, { policy: { allow: ['document.body'] } });
    const found = await worker.run((/** @type {any} */ { window }) => [
      typeof document,
      window.document.body instanceof HTMLElement,
    ]);
    same(found, ['undefined', true]);
    await rejects(
      worker.run(() => new Option()),
      'Refused',
    );
  },
};
