// @ts-check
// PyScript's own surface, as its documentation has it: the same on Sabir and on coincident.
import { same } from '../suite.mjs';
import { inBoth, matches, report, show, tag, text, until, workerOptions } from './start.mjs';

/** A name that no other test's worker has. */
const named = (() => {
  let count = 0;
  return () => `worker-${++count}`;
})();

/** Pages that need no transport that blocks. @type {Record<string, () => Promise<void>>} */
export const awaited = {
  ...inBoth('a page has its document', async (type) => {
    show(tag(type, '', 'from pyscript import document, window\nwindow.report(document.title)'));
    same(await report(), 'pyscript');
  }),
  ...inBoth('a named worker exports functions', async (type) => {
    const name = named();
    show(
      tag(type, `worker name="${name}"`, 'def add(a, b):\n    return a + b\n__export__ = ["add"]'),
      tag(
        'mpy',
        '',
        `from pyscript import workers, window\nw = await workers["${name}"]\nwindow.report(await w.add(5, 3))`,
      ),
    );
    same(await report(), 8);
  }),
  ...inBoth('create_named_worker starts a script', async (type) => {
    const name = named();
    const code = `
from pyscript import create_named_worker, window
w = await create_named_worker(src="./exports.py", name="${name}", type="${type}")
window.report(await w.total([1, 2, 3, 4]))`;
    show(tag('mpy', '', code));
    same(await report(), 10);
  }),
  ...inBoth('a click on the page awaits a worker, which gives a dictionary', async (type) => {
    const name = named();
    const place = show(
      '<button id="count">count</button><input id="squares" type="checkbox" checked />',
      tag(
        type,
        `worker name="${name}"`,
        `
def counted(limit, squares=False):
    found = [n * n if squares else n for n in range(limit)]
    return {"count": len(found), "last": found[-2:]}
__export__ = ["counted"]`,
      ),
      tag(
        'mpy',
        '',
        `
from pyscript import when, window, workers
from pyscript.web import page
@when("click", "#count")
async def clicked(event):
    worker = await workers["${name}"]
    told = await worker.counted(5, page["#squares"].checked)
    window.report(f"{told['count']} {told['last'][0]} {told['last'][1]}")
window.report("listens")`,
      ),
    );
    same(await report(), 'listens');
    place.querySelector('button')?.click();
    same(await report(), '5 9 16');
  }),
  ...inBoth('sync_main_only: exports without a window', async (type) => {
    const name = named();
    show(
      tag(
        type,
        `worker name="${name}" config='{"sync_main_only": true}'`,
        'import sys\ndef version():\n    return sys.version\n__export__ = ["version"]',
      ),
      tag(
        'mpy',
        '',
        `from pyscript import workers, window\nw = await workers["${name}"]\nwindow.report(await w.version())`,
      ),
    );
    matches(await report(), /^3\.\d+/);
  }),
};

/** @type {Record<string, () => Promise<void>>} */
export const tags = {
  ...awaited,
  ...inBoth('create_named_worker takes a configuration', async (type) => {
    const name = named();
    const code = `
from pyscript import create_named_worker, window
w = await create_named_worker(src="./configured.py", name="${name}", config={"files": {"./helper.py": ""}}, type="${type}")
window.report(await w.name())`;
    show(tag('mpy', '', code));
    same(await report(), 'helper');
  }),
  ...inBoth('PyWorker: a script of the page starts, is called, and is ended', async (type) => {
    const code = `
from pyscript import PyWorker, document, window
told = []
worker = PyWorker("./computes_worker.py", ${workerOptions(type)})
worker.sync.greetings = lambda: told.append("bootstrapped")
await worker.ready
result = await worker.sync.compute()
document.body.append(result)
worker.terminate()
window.report("|".join(told + [str(result)]))`;
    show(tag('mpy', '', code));
    same(await report(), 'bootstrapped|42');
    matches(document.body.textContent, /42/);
  }),
  ...inBoth('a worker has the window and the document', async (type) => {
    const code = `
from pyscript import document, window, RUNNING_IN_WORKER
element = document.createElement("p")
element.id = "made"
element.textContent = "by a worker"
element.dataset.kind = "p"
document.body.append(element)
made = document.querySelector("#made")
window.report("|".join([str(RUNNING_IN_WORKER), made.textContent, made.dataset.kind, window.document.title, made.tagName]))`;
    show(tag(type, 'worker', code));
    same(await report(), 'True|by a worker|p|pyscript|P');
  }),
  ...inBoth('PyWorker: functions of the page before and after its start', async (type) => {
    const code = `
from pyscript import PyWorker, window
w = PyWorker("./sync_worker.py", ${workerOptions(type)})
w.sync.greet = lambda name="world": "Hello " + name
await w.ready
result = await w.sync.answer()
w.terminate()
window.report(result)`;
    show(tag('mpy', '', code));
    same(await report(), 'Hello PyScript|42');
  }),
  ...inBoth('sync: lists and dictionaries in, lists and dictionaries out', async (type) => {
    const code = `
from pyscript import PyWorker, window, ffi
w = PyWorker("./echo_worker.py", ${workerOptions(type)})
w.sync.echo = lambda value: value
await w.ready
window.report(await w.sync.answer())
w.terminate()`;
    show(tag('mpy', '', code));
    same(await report(), '[1,2.5,"three",true,null,[4]]|{"a":{"b":[1]}}');
  }),
  ...inBoth('a listener in a worker hears clicks', async (type) => {
    const place = show(
      '<button>press</button><output></output>',
      tag(
        type,
        'worker',
        `
from pyscript import document, when, window
@when("click", "button")
def pressed(event):
    document.querySelector("output").textContent = event.type + " " + event.target.tagName
window.report("listens")`,
      ),
    );
    same(await report(), 'listens');
    place.querySelector('button')?.click();
    same(await text('output', /./), 'click BUTTON');
  }),
  ...inBoth('files, js_modules and a configuration by its URL', async (type) => {
    const code = `
import helper
from pyscript import config, js_modules, window
from pyscript.js_modules import counter
window.report(helper.NAME + "|" + str(counter.count(41)) + "|" + config["mine"])`;
    show(tag(type, 'worker config="./config.json"', code));
    same(await report(), 'helper|42|of the program');
  }),
  ...inBoth('display writes to the page from a worker', async (type) => {
    show(
      '<div id="shown"></div>',
      tag(type, 'worker', 'from pyscript import display, HTML\ndisplay(HTML("<b>bold</b>"), target="shown")'),
    );
    same(await text('#shown b', /./), 'bold');
  }),
  async 'py-script and mpy-script, with and without a worker'() {
    for (const name of ['py-script', 'mpy-script']) {
      show(`<${name}>\nfrom pyscript import window\nwindow.report("${name}")\n</${name}>`);
      same(await report(), name);
      show(`<${name} worker>\nfrom pyscript import window\nwindow.report("${name} worker")\n</${name}>`);
      same(await report(), `${name} worker`);
    }
  },
  ...inBoth('events of the tag: ready, done', async (type) => {
    /** @type {string[]} */
    const seen = [];
    const listen = (/** @type {Event} */ { type }) => void seen.push(type);
    for (const what of ['ready', 'done']) document.addEventListener(`${type}:${what}`, listen);
    show(tag(type, 'worker', 'x = 1'));
    await until(() => seen.length === 2, 'both events');
    for (const what of ['ready', 'done']) document.removeEventListener(`${type}:${what}`, listen);
    same(seen, [`${type}:ready`, `${type}:done`]);
  }),
  ...inBoth('ffi: assign, gather and query in one trip', async (type) => {
    const code = `
from pyscript import ffi, window
ffi.assign(window, {"one": 1, "two": 2})
a, b = ffi.gather(window, "one", "two")
window.report("|".join([str(a), str(b), ffi.query(window, "document.body.tagName")]))`;
    show(tag(type, 'worker', code));
    same(await report(), '1|2|BODY');
  }),
};
