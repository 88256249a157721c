// @ts-check
// A configuration's `pipeline`: operations whose results Python knows are sent, and not waited for.
import { same } from '../suite.mjs';
import { start } from './plugin.mjs';
import { inBoth, matches, show, tag, text, until } from './start.mjs';

/** @param {'mpy' | 'py'} type */
const pipelined = (type) => start(type, './pipeline_worker.py', `config='{"pipeline": true}'`);

/** @type {Record<string, () => Promise<void>>} */
export const pipeline = {
  ...inBoth('a pipeline: rows are built, filled, styled and found', async (type) => {
    const { sync } = await pipelined(type);
    same(await sync.builds(300), 600);
    same(document.querySelectorAll('td[style="color: red;"].cell').length, 600);
    const row = /** @type {HTMLElement} */ (document.querySelector('tr:last-child'));
    same([row.innerText, row.dataset.number], ['299\trow', '299']);
  }),
  ...inBoth('a pipeline: an error comes with the next statement that waits, and only with that', async (type) => {
    const { sync } = await pipelined(type);
    const [wentOn, error, next] = await sync.fails();
    same([wentOn, next], ['went on', 'TR']);
    matches(error, /appendChild.*parent/s);
  }),
  ...inBoth('a pipeline: an error that no statement waits for is said on the page', async (type) => {
    const code = 'from pyscript import document\nrow = document.createElement("tr")\nrow.appendChild(row)';
    show(tag(type, `worker id="fails" config='{"pipeline": true}'`, code));
    matches(await text('.py-error', /./), /id="fails"/, /appendChild/);
  }),
  ...inBoth('a pipeline: listeners are heard', async (type) => {
    const { sync } = await pipelined(type);
    /** @type {string[]} */
    const heard = [];
    sync.heard = (/** @type {string} */ kind) => void heard.push(kind);
    await sync.listens();
    const button = await until(() => /** @type {HTMLElement} */ (document.querySelector('#pipelined')), 'the button');
    button.click();
    await until(() => heard.length > 0, 'the click');
    same(heard, ['click']);
  }),
  ...inBoth('a pipeline: an interrupt ends a flood of operations, and the page draws meanwhile', async (type) => {
    const worker = await pipelined(type);
    const flood = worker.sync.floods();
    await until(() => document.querySelector('#flooded'), 'the flood');
    for (let frames = 0; frames < 10; frames++) await new Promise(requestAnimationFrame);
    worker.interrupt();
    same(await flood, true);
    same(await worker.sync.returns(), true);
  }),
  ...inBoth('a pipeline: properties may be called as what interpreters ask for', async (type) => {
    const { sync } = await pipelined(type);
    same([...(await sync.names())], ['INPUT', 'data', 'own', false]);
  }),
  ...inBoth('a pipeline: what is appended is what comes back', async (type) => {
    const { sync } = await pipelined(type);
    same(await sync.returns(), true);
  }),
};
