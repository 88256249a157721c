// @ts-check
// What Sabir adds to PyScript's workers: blocking functions, interrupts, time limits and typed errors.
import { ok, pause, rejects, same } from '../suite.mjs';
import { inBoth, matches, show, tag, text, until } from './start.mjs';

let count = 0;

/** A worker of the blocking functions: its exports, and the worker itself. @param {'mpy' | 'py'} type @param {string} [src] @param {string} [attributes] */
export async function start(type, src = './blocking_worker.py', attributes = '') {
  const place = show(tag(type, `worker ${attributes} name="blocking-${++count}" src="${src}"`));
  const script = /** @type {any} */ (place.querySelector('script'));
  const worker = await until(() => script.xworker, 'the worker');
  worker.sync.never = () => new Promise(() => {});
  await worker.ready;
  return worker;
}

/** Interrupts a worker once it is at work. @param {any} worker @param {Promise<any>} answer */
async function interrupted(worker, answer) {
  await pause(300);
  worker.interrupt();
  return answer;
}

/** @type {Record<string, () => Promise<void>>} */
export const plugin = {
  ...inBoth('time.sleep blocks the worker, which answers meanwhile', async (type) => {
    const { sync } = await start(type);
    const slept = sync.slept(0.3);
    same([await slept, await sync.echo(1)], [true, 1]);
  }),
  ...inBoth('input asks on the page and blocks', async (type) => {
    const { sync } = await start(type);
    const answer = sync.asked();
    await text('.py-input', /name\?/);
    const field = /** @type {HTMLInputElement} */ (document.querySelector('.py-input input'));
    field.value = 'Ada';
    field.form?.requestSubmit();
    same(await answer, 'Hello Ada');
    same(document.querySelector('.py-input'), null);
  }),
  ...inBoth('an interrupt ends a computation, a sleep, a question and a call', async (type) => {
    const worker = await start(type);
    for (const name of ['endless', 'idle', 'slept', 'asked', 'calls']) {
      const answer = await interrupted(worker, worker.sync.caught(name));
      same([name, answer], [name, 'KeyboardInterrupt']);
    }
    same(document.querySelector('.py-input'), null);
    same(await worker.sync.echo('lives'), 'lives');
  }),
  ...inBoth(
    'a terminal: an unfinished line is seen before a sleep, and a flood of output is interrupted',
    async (type) => {
      const worker = await start(type, './prints_worker.py', 'terminal');
      const slept = worker.sync.unfinished();
      await text('.xterm-rows', /Name:/);
      same(await slept, 'slept');
      for (let count = 0; count < 5; count++) same(await interrupted(worker, worker.sync.flood()), 'KeyboardInterrupt');
    },
  ),
  ...inBoth('a flood of lines goes to the console in pieces, in order, and is interrupted', async (type) => {
    const worker = await start(type, './prints_worker.py');
    await worker.sync.list_kept();
    const [pieces, ...lines] = (await worker.sync.counts(3000)).split('\n');
    const numbers = Array.from({ length: 3000 }, (_, number) => String(number));
    same(lines, [...numbers, 'an error', ...numbers, 'then a pause']);
    ok(pieces >= 1000 && pieces < 5000, `${pieces} pieces`);
    for (let count = 0; count < 3; count++) same(await interrupted(worker, worker.sync.flood()), 'KeyboardInterrupt');
  }),
  ...inBoth('an interrupt reaches what awaits, and the event loop goes on', async (type) => {
    const worker = await start(type);
    for (const name of ['awaits', 'gathers']) {
      same([name, await interrupted(worker, worker.sync[name]())], [name, 'KeyboardInterrupt']);
      same(await worker.sync.wakes(), 'awake');
    }
    await rejects(interrupted(worker, worker.sync.uncaught()), 'PythonError', /KeyboardInterrupt/);
    same(await worker.sync.wakes(), 'awake');
  }),
  ...inBoth('an interrupt that finds nothing to end is not kept', async (type) => {
    const worker = await start(type);
    worker.interrupt();
    await pause(100);
    same(await worker.sync.slept(0.1), true);
  }),
  ...inBoth('sync.timeout limits a call, and says so as an exception', async (type) => {
    const { sync } = await start(type);
    matches(await sync.limited(), /^TimedOut: .*never.*100 ms/);
  }),
  ...inBoth('relative URLs of a worker are relative to its page', async (type) => {
    const { sync } = await start(type, './sends_worker.py');
    const expected = await (await fetch('./config.json')).text();
    for (const url of ['./config.json', 'config.json', '/pyscript/config.json']) same(await sync.loads(url), expected);
  }),
  ...inBoth('an object of Python that is no value is an error that names its class', async (type) => {
    const { sync } = await start(type, './sends_worker.py');
    sync.take = () => {};
    const refused = /cannot send a `Plain` of Python's.*workerlib/;
    await rejects(sync.gives(), 'TypeError', refused);
    for (const how of ['window', 'sync', 'nested']) matches(await sync.tells(how), refused);
    // CPython gives a generator's values, and waits for a coroutine's result.
    if (type === 'py') return;
    for (const how of ['generator', 'coroutine'])
      matches(await sync.tells(how), /cannot send a `generator` of Python's/);
  }),
  ...inBoth('a dict keeps the keys that are numbers, as names', async (type) => {
    const { sync } = await start(type, './sends_worker.py');
    /** @type {any} */
    let sent;
    sync.take = (/** @type {any} */ value) => void (sent = value);
    const expected = { 0: 'a', 1: 'b', 2: 'c', 3: [{ 0: 'd' }], 4: 'e', x: 'f' };
    same(await sync.numbered(), expected);
    await sync.sends_numbered();
    same(sent, expected);
  }),
  ...inBoth('what is wrong is said on the page, with the tag', async (type) => {
    const says = (/** @type {string} */ html, /** @type {RegExp[]} */ ...patterns) => {
      show(html);
      return until(
        () =>
          [...document.querySelectorAll('.py-error')].some(({ textContent }) =>
            patterns.every((pattern) => pattern.test(textContent ?? '')),
          ),
        String(patterns),
      );
    };
    const worker = (/** @type {string} */ attributes, code = '1') => tag(type, `worker ${attributes}`, code);
    await says(worker('id="raises"', 'raise ValueError("at the start")'), /id="raises"/, /ValueError: at the start/);
    const task = 'import asyncio\nasync def fails():\n  raise ValueError("in a task")\nasyncio.create_task(fails())\n1';
    await says(worker('id="task"', task), /id="task"/, /Traceback[^]*ValueError: in a task/);
    await says(tag(type, '', task.replace('in a', "in the page's")), /Traceback[^]*ValueError: in the page's task/);
    await says(worker('name="lists"', '__export__ = ["missing"]'), /name="lists"/, /missing/);
    await says(worker(`id="keys" config='{"pakages": []}'`), /id="keys"/, /`pakages`/, /`packages`/);
    await says(worker('name="twice"') + worker('name="twice"'), /name="twice"/, /has this name/);
    await says(worker('id="nowhere" src="./nowhere.py"'), /id="nowhere"/, /nowhere\.py/, /404/);
  }),
};
