// @ts-check
// Messages, policies, output, events and modules of the platform.
import { same } from '../suite.mjs';
import { PyWorker, defaults, workers } from '/sabir/dist/py/main.js';
import { INTERPRETERS, matches, onPage, printed, show, start, until } from './start.mjs';

/** @type {Record<string, () => Promise<void>>} */
export const platform = {
  async 'messages of the platform pass, on the page by Python and by JavaScript'() {
    const worker = new PyWorker('messages.py', { type: 'mpy' });
    const answer = new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
    worker.postMessage({ number: 20 });
    same(await answer, { doubled: 40 });
    for (const page of INTERPRETERS) {
      const code = `
from pyscript import PyWorker
import asyncio
w = PyWorker("messages.py", type="mpy")
answers = []
w.onmessage = lambda event: answers.append(event.data.doubled)
w.postMessage({"number": 21})
while not answers:
    await asyncio.sleep(0.01)
print("result", answers)`;
      same(await onPage(page, code), '[42]');
    }
  },
  async 'a policy holds for Python'() {
    defaults.policy = { deny: ['document.cookie'] };
    try {
      const worker = await start('py');
      same(await worker.sync.titled('allowed'), 'allowed');
      matches(
        await worker.sync.read_attribute('cookie'),
        /^JsException: Refused: `cookie` is denied by the page's policy/,
      );
    } finally {
      delete defaults.policy;
      document.title = '';
    }
  },
  async 'output goes to the console and to an element, errors beside the tag'() {
    show(`<div id="lines"></div><script type="mpy" worker output="lines">
import sys
print("to stdout")
1 / 0</script>`);
    const lines = /** @type {HTMLElement} */ (document.getElementById('lines'));
    await until(
      () => lines.textContent?.includes('to stdout') && lines.textContent.includes('ZeroDivisionError'),
      'both',
    );
    show(`<script type="mpy">from pyscript import display, HTML
display(HTML("<b id='bold'>bold</b>"), 5)</script>`);
    await until(() => document.getElementById('bold')?.textContent === 'bold', 'what is displayed');
    show(`<div id="shown"></div><script type="py" worker>from pyscript import display
display("one", target="shown")
display("<two>", target="#shown", append=False)</script>`);
    await until(() => document.getElementById('shown')?.textContent === '<two>', 'what a worker displays');
  },
  async 'when, fetch and ffi, on the page and in workers'() {
    for (const [type, flag] of [
      ['mpy', ''],
      ['mpy', 'worker'],
      ['py', 'worker'],
      ['py', ''],
    ]) {
      printed.length = 0;
      const id = `b${type}${flag}`;
      show(`<button id="${id}">press</button><script type="${type}" ${flag}>
from pyscript import when, fetch, ffi, window, document, current_target, RUNNING_IN_WORKER, Event
import json
@when("click", "#${id}")
async def pressed(event):
    text = await fetch("files/helper.py").text()
    event.target.textContent = "pressed " + text[:3]
done = Event()
@when(done)
def told(value):
    window.told = value
done.trigger(RUNNING_IN_WORKER)
window.given = ffi.to_js({"a": [1, 2]})
assert ffi.is_none(document.getElementById("nowhere"))
document.getElementById("${id}").dataset.ready = "1"
</script>`);
      const button = /** @type {HTMLElement} */ (document.getElementById(id));
      await until(() => button.dataset.ready, `the listener of ${id}`);
      button.click();
      await until(() => button.textContent === 'pressed def', `the press of ${id}`);
      same(/** @type {any} */ (globalThis).told, flag === 'worker');
    }
  },
  async 'modules of JavaScript, and sync_main_only'() {
    show(`<script type="mpy" worker name="modules" config='{"js_modules": {"main": {"files/counter.mjs": "counter"}, "worker": {"files/counter.mjs": "own"}}}'>
from pyscript.js_modules.counter import count
from pyscript.js_modules import own
def counts():
    return [count(), count(), own.count()]
__export__ = ["counts"]</script>`);
    same(await (await workers.modules).counts(), [1, 2, 1]);
    show(`<script type="py" worker name="alone" config='{"sync_main_only": true}'>
from pyscript import window, sync
def why():
    try:
        window.document
    except RuntimeError as error:
        return str(error)
__export__ = ["why"]</script>`);
    matches(await (await workers.alone).why(), /sync_main_only/);
  },
};
