// @ts-check
// Python in workers: the examples of PyScript's documentation, and what goes beyond them; each test has tags of its own.
import { burst, inOrder, pause, reasonOf, runTests, same } from '../suite.mjs';
import { PyWorker, defaults, terminateAll, workers } from '/sabir/dist/py/main.js';

const parameters = new URLSearchParams(location.search);
const LIMIT_MS = Number(parameters.get('limit') ?? 60_000);
/** Which transport all workers have; the best, by default. */
const transports = parameters.get('transports')?.split(',');
if (transports !== undefined) Object.assign(defaults, { transports, serviceWorker: '/sw.js' });

/** The size of a burst: trips cost a hundred times more where memory is not shared. */
const count = Number(parameters.get('count') ?? (globalThis.crossOriginIsolated ? 10_000 : 200));

/** The lines of the page's console. @type {string[]} */
let printed = [];
for (const level of /** @type {const} */ (['log', 'warn', 'error'])) {
  const told = console[level];
  console[level] = (...args) => {
    printed.push(args.map(String).join(' '));
    told.apply(console, args);
  };
}

/** @param {() => any} condition @param {string} what */
async function until(condition, what) {
  for (let waited = 0; waited < LIMIT_MS; waited += 10) {
    const found = await condition();
    if (found) return found;
    await pause(10);
  }
  throw new Error(`${what} did not come; printed: ${printed.join(' | ')}`);
}

const prints = (/** @type {string} */ line) =>
  until(() => printed.some((told) => told.trim() === line), `the line \`${line}\``);

/** @param {any} text @param {RegExp[]} patterns */
function matches(text, ...patterns) {
  for (const pattern of patterns) if (!pattern.test(text)) throw new Error(`${JSON.stringify(text)} has no ${pattern}`);
}

/** @param {Promise<any>} promise @param {RegExp[]} patterns of its name and message */
async function rejects(promise, ...patterns) {
  const error = await reasonOf(promise);
  matches(`${error.name}: ${error.message}`, ...patterns);
  return error;
}

/** @param {string} html */
function show(html) {
  const place = document.createElement('div');
  place.innerHTML = html;
  document.body.append(place);
  return place;
}

/** Shows an example; where it leaves the interpreter open, this one. @param {string} name @param {string} [type] */
async function example(name, type = 'mpy') {
  const html = await (await fetch(`examples/${name}.html`)).text();
  return show(html.replaceAll('TYPE', type));
}

/** A worker that serves the tests. @param {string} type @param {object} [options] */
async function start(type, options = {}) {
  const worker = new PyWorker('worker.py', { type, ...options });
  await worker.ready;
  return worker;
}

/** Runs code on the page, and gives what it prints as its last line, which begins with `result `. @param {string} type @param {string} code @param {string} [attributes] */
async function onPage(type, code, attributes = '') {
  printed = [];
  show(`<script type="${type}" ${attributes}>\n${code}\n</script>`);
  const line = await until(
    () => printed.find((told) => told.startsWith('result ') || told.includes('Traceback')),
    `the result of ${code}`,
  );
  return line.trim().replace('result ', '');
}

/** How long code runs before it is interrupted, in ms. */
const GIVEN_MS = 300;
/** How long each interrupt took, in ms: to be looked at, not asserted. @type {Record<string, number>} */
const interrupts = {};

/** Of the bursts that differ in one point from the plain ones. */
const FEW = Math.min(count, 300);

const INTERPRETERS = ['py', 'mpy'];
/** Code that an interrupt must end. Without shared memory a computation without calls notices none. */
const INTERRUPTED = ['sleep', 'input', 'call', 'dom', ...(globalThis.crossOriginIsolated ? ['loop', 'busy'] : [])];
/** @type {(name: string, test: (type: string) => Promise<void>) => [string, () => Promise<void>][]} */
const inBoth = (name, test) => INTERPRETERS.map((type) => [`${name} (${type})`, () => test(type)]);

/** @type {Record<string, () => Promise<void>>} */
const tests = {
  async 'the calculator: add(5, 3) is 8'() {
    await example('calculator');
    await prints('8');
  },
  async 'add_arrays: [5, 7, 9]'() {
    await example('add_arrays');
    await prints('[5, 7, 9]');
  },
  ...Object.fromEntries([
    ...inBoth('hello by sync', async (type) => {
      await example('hello', type);
      await prints('Hello, PyScript');
    }),
    ...inBoth('version() by __export__', async (type) => {
      await example('version', type);
      await until(() => printed.some((line) => /^3\.\d+\.\d/.test(line)), 'the version');
    }),
    ...inBoth('a cached dataset', async (type) => {
      await example('dataset', type);
      await until(() => document.title === 'not ideal', 'the title');
      same(document.body.dataset.test, 'not ideal');
      document.title = '';
    }),
    ...inBoth('the attribute service-worker', async (type) => {
      await example('append', type);
      await until(() => document.body.textContent?.includes('Hello PyScript!'), 'the text');
    }),
  ]),
  async 'MicroPython starts a Pyodide worker'() {
    await example('bootstrap');
    await prints('42');
    const order = ['before ready', 'Pyodide bootstrapped', 'after ready', '42'];
    same(
      printed.map((line) => line.trim()).filter((line) => order.includes(line)),
      order,
    );
    await until(() => document.body.textContent?.trim().endsWith('42'), 'the result on the page');
  },
  async 'create_named_worker with a configuration'() {
    await example('create');
    await prints('45');
  },
  async 'the prime page finds primes, and its indicator never stops'() {
    const page = await example('primes');
    const click = (/** @type {string} */ id) => /** @type {HTMLElement} */ (page.querySelector(id)).click();
    const output = /** @type {HTMLElement} */ (page.querySelector('#output'));
    const { sieve_for: sieveFor } = await workers.primes;
    // The page's Python may not listen yet; once it does, it may be quicker than we look.
    await until(() => (click('#find-btn'), /^(Computing|Found)/.test(output.textContent ?? '')), 'the listener');
    const found = await until(() => output.textContent?.startsWith('Found') && output.textContent, 'the primes');
    matches(found, /Found 1229 primes/, /2, 3, 5, 7, 11/);
    // How many frames it keeps is measured, on an idle machine, by `cargo xtask bench python`.
    const sieved = sieveFor(2);
    let [frames, ended] = [0, false];
    void sieved.then(() => (ended = true));
    for (; !ended; frames++) await new Promise((resolve) => requestAnimationFrame(resolve));
    if ((await sieved) < 2) throw new Error(`the worker made ${await sieved} rounds`);
    if (frames < 20) throw new Error(`${frames} frames while the worker computed`);
  },
  async 'workerlib: functions of unmodified modules, and adapters'() {
    await example('images');
    await prints("Image (2, 3) b'cfbead'");
    await prints('Image (3, 2) <Transpose.FLIP_LEFT_RIGHT: 0>');
  },
  ...Object.fromEntries(
    inBoth('workerlib: export from code, adapters in their order, and its helpers', async (type) => {
      show(`<script type="${type}" worker name="only" src="shapes.py"></script>`);
      const code = `
import time
from shapes import Square, Rectangle
from workerlib import connectToWorker, diagnostics, elapsedTime, systemVersions, typechecked
from pyscript import workers
shapes = await connectToWorker()
class Cube(Square):
    pass
@typechecked
def twice(x: int) -> int:
    return 2 * x
echoed = [await shapes.echo(shape) for shape in (Rectangle(2, 3), Square(4), Cube(5))] if twice(1) == 2 else []
names = [type(shape).__name__ + str(shape.sides) for shape in echoed]
print("result", names, await shapes.areas(a=[Square(2)], b=Rectangle(1, 5)), elapsedTime(time.time() - 2), "Python" in systemVersions, len(diagnostics) > 2, type(shapes.worker).__name__)`;
      const config = `config='{"files": {"shapes.py": ""}, "adapters": {"shapes": [["Square", "side", "Square"], ["Rectangle", "both", "rectangle"]]}}'`;
      same(
        await onPage('py', code, config),
        "['Rectangle(2, 3)', 'Square(4, 4)', 'Square(5, 5)'] {'a': [4], 'b': 5} 2s True True Worker",
      );
    }),
  ),

  ...Object.fromEntries(
    INTERPRETERS.flatMap((type) => [
      [
        `values come back as they were, from a worker (${type})`,
        async () => {
          show(`<script type="${type}" worker name="echo" src="worker.py"></script>`);
          const code =
            'from values import check\nfrom pyscript import workers\nprint("result", await check(await workers["echo"]))';
          const config = `config='{"files": {"values.py": ""}}'`;
          same(await onPage('mpy', code, config), '[]');
          // Types that only CPython has cannot be sent to MicroPython.
          const skipped = type === 'py' ? '' : ', [decimal.Decimal, uuid.UUID]';
          const both = code.replace('"])', `"]${skipped})`).replace('"])))', `"]${skipped}))`);
          same(
            await onPage(
              'py',
              `import decimal, uuid\n${both.replace('workers["echo"])', `workers["echo"]${skipped})`)}`,
              config,
            ),
            '[]',
          );
        },
      ],
      [
        `arguments by position and by name, defaults, and the rest (${type})`,
        async () => {
          show(`<script type="${type}" worker name="args" src="worker.py"></script>`);
          const code = `
from pyscript import workers
w = await workers["args"]
print("result", [await w.with_defaults(1), await w.with_defaults(1, c=5), await w.with_defaults(1, 3, 4, 5, c=6), await w.described(1, (2,), x=(3,))])`;
          const expected = `[[1, 2, [], 3], [1, 2, [], 5], [1, 3, [4, 5], 6], ('(1, (2,))', "[('x', (3,))]")]`;
          for (const page of INTERPRETERS) same(await onPage(page, code), expected);
        },
      ],
      [
        `exceptions are of their class, with both tracebacks (${type})`,
        async () => {
          show(`<script type="${type}" worker name="fails" src="worker.py"></script>`);
          const code = `
from pyscript import workers, RemoteError
w = await workers["fails"]
seen = []
for call, cls in ((lambda: w.fail("ValueError", "bad", 3), ValueError), (lambda: w.fail("KeyError", "k"), KeyError), (lambda: w.fail("Mine", 1), RemoteError), (lambda: w.fail_later(), LookupError)):
    try:
        await call()
    except cls as error:
        seen.append([isinstance(error, cls), error.args[:1], "worker.py" in error.remote_traceback and "in fail" in error.remote_traceback])
print("result", seen)`;
          const expected =
            "[[True, ('bad',), True], [True, ('k',), True], [True, ('Mine: 1',), True], [True, ('later',), True]]";
          for (const page of INTERPRETERS) same(await onPage(page, code), expected);
        },
      ],
      [
        `sync calls the page: Python and JavaScript, plain and async (${type})`,
        async () => {
          const code = `
from pyscript import PyWorker
w = PyWorker("worker.py", type="${type}")
def add(a, b=1, *more, c=0):
    return (a + b + sum(more) + c, {1: "one"})
async def slow(x):
    import asyncio
    await asyncio.sleep(0.01)
    return {x}
def fail():
    raise ValueError("on the page")
w.sync.add = add
await w.ready
w.sync.slow = slow
w.sync.fail = fail
print("result", [await w.sync.ask("add", 1, 2, 3, c=4), await w.sync.ask("slow", "x"), (await w.sync.caught("fail"))[:2], (await w.sync.caught("nope"))[0], await w.sync.caught("fail")])
w.terminate()`;
          for (const page of INTERPRETERS) {
            matches(
              await onPage(page, code),
              /^\[\(10, \{1: 'one'\}\), \{'x'\}, \['ValueError', 'on the page'\], 'AttributeError', /,
              /in fail/,
            );
          }
          const worker = await start(type);
          worker.sync.double = async (/** @type {number} */ value) => [2 * value, { deep: new Uint8Array([1]) }];
          worker.sync.fail = () => {
            throw new RangeError('of JavaScript');
          };
          same(await worker.sync.ask('double', 21), [42, { deep: { 0: 1 } }]);
          matches((await worker.sync.caught('fail')).join(), /JsError,RangeError: of JavaScript/);
          matches((await worker.sync.caught('nope')).join(), /no function `nope`; what it has: `double`, `fail`/);
        },
      ],
      [
        `a blocked worker is called back, and calls other workers (${type})`,
        async () => {
          show(`<script type="${type}" worker name="one" src="worker.py"></script>
            <script type="mpy" worker name="two" src="worker.py"></script>`);
          const one = await workers.one;
          same(await one.of_another('two', 1, 9), [1, 9, [], 3]);
          const worker = await start(type);
          worker.sync.back = async (/** @type {string} */ name) => [name, await worker.sync.echo(7)];
          same(await worker.sync.from_the_page('x'), ['x', 7]);
        },
      ],
      [
        `window and document are the page's (${type})`,
        async () => {
          const worker = await start(type);
          same(await worker.sync.titled('by Python'), 'by Python');
          same(document.title, 'by Python');
          document.title = '';
          same(await worker.sync.raised_by_the_page(), 'JsException');
        },
      ],
      [
        `input() and time.sleep() block that worker only (${type})`,
        async () => {
          const worker = await start(type);
          const slept = worker.sync.slept(0.3);
          same(await worker.sync.echo(1), 1);
          const ms = await slept;
          if (ms < 295) throw new Error(`slept ${ms} ms`);
          const asked = worker.sync.asked('name? ');
          const form = await until(() => document.querySelector('.py-input'), 'the field');
          matches(form.textContent, /name\?/);
          form.querySelector('input').value = 'Ada';
          form.requestSubmit();
          same(await asked, 'Ada');
        },
      ],
      [
        `open() reads URLs through the page (${type})`,
        async () => {
          const worker = await start(type);
          const url = new URL('files/helper.py', location.href).href;
          const text = await (await fetch(url)).text();
          same(await worker.sync.read(url), text);
          same(new TextDecoder().decode(await worker.sync.read(url, 'rb')), text);
          await rejects(worker.sync.read(new URL('nothing.txt', location.href).href), /404/);
        },
      ],
    ]),
  ),
  ...Object.fromEntries(
    INTERPRETERS.flatMap((type) =>
      INTERRUPTED.map((how) => [
        `an interrupt ends ${how} (${type})`,
        async () => {
          const worker = await start(type);
          worker.sync.slow = () => new Promise(() => {});
          const ended = worker.sync.interrupted(how);
          await pause(GIVEN_MS);
          const since = performance.now();
          worker.interrupt();
          same(await ended, 'KeyboardInterrupt');
          interrupts[`${how} (${type})`] = Math.round(performance.now() - since);
          same(await worker.sync.echo('and goes on'), 'and goes on');
          same(document.querySelector('.py-input'), null);
        },
      ]),
    ),
  ),
  ...Object.fromEntries([
    ...inBoth('a burst of calls, each of which asks the page, is answered in order', async (type) => {
      const worker = await start(type);
      worker.sync.one = (/** @type {number} */ value) => value;
      for (const [name, size] of /** @type {[string, number][]} */ ([
        ['asks', count],
        ['asks_later', FEW],
      ])) {
        await burst(size, (index) => worker.sync[name](index));
        inOrder(await worker.sync.take_log(), size, 2, 'starts and ends');
      }
      same(await worker.sync.echo('and goes on'), 'and goes on');
    }),
    ...inBoth('a burst of events whose listener reads the page is heard in order', async (type) => {
      const worker = await start(type);
      await worker.sync.listen('burst');
      for (let detail = 0; detail < count; detail++) document.dispatchEvent(new CustomEvent('burst', { detail }));
      await until(async () => (await worker.sync.logged()) === 2 * count, 'the last event');
      inOrder(await worker.sync.take_log(), count, 2, 'starts and ends');
    }),
    ...INTERPRETERS.flatMap((page) =>
      inBoth(
        `a burst of calls by the page's Python (${page}), each of which asks it, is answered in order`,
        async (type) => {
          const code = `
import asyncio
from pyscript import PyWorker
w = PyWorker("worker.py", type="${type}")
w.sync.one = lambda value: value
await w.ready
answers = []
async def call(value):
    answers.append(await w.sync.asks(value))
await asyncio.gather(*[call(value) for value in range(${FEW})])
log = await w.sync.take_log()
print("result", answers == list(range(${FEW})), log == [value // 2 for value in range(2 * ${FEW})])
w.terminate()`;
          same(await onPage(page, code), 'True True');
        },
      ),
    ),
  ]),
  async 'dataclasses and enums, where both sides have the class'() {
    show('<script type="py" worker name="classes" src="worker.py"></script>');
    const code = `
import dataclasses, enum
from pyscript import workers
@dataclasses.dataclass
class Point:
    x: int
    y: list
class Colour(enum.Enum):
    RED = 1
w = await workers["classes"]
point = await w.point()
class Other(enum.Enum):
    ONE = "one"
print("result", [point, await w.class_of(Colour.RED), await w.echo(Colour.RED) is Colour.RED, await w.echo(Other.ONE)])`;
    same(await onPage('py', code), "[Point(x=1, y=[2.0, (3,)]), '__main__.Colour <Colour.RED: 1>', True, 'one']");
  },
  async 'names: duplicates, unknown ones, and those of workers that fail'() {
    show('<script type="mpy" worker name="twice">x = 1</script><script type="mpy" worker name="twice">x = 2</script>');
    await until(() => printed.some((line) => line.includes('a worker named `twice` already')), 'the error');
    show('<script type="py" worker name="broken">\ndef f():\n    raise ValueError("at the start")\nf()</script>');
    const error = await rejects(workers.broken, /ValueError: at the start/);
    matches(error.traceback, /in f\b/);
    const code = `
from pyscript import workers
try:
    await workers["never"]
except KeyError as error:
    print("result", error)`;
    matches(await onPage('mpy', code), /no worker named `never` has appeared within 10 s; known: `twice`, `broken`/);
  },
  async 'a name that is not exported is an AttributeError that lists what is'() {
    show('<script type="mpy" worker name="few">\ndef f(): pass\ndef g(): pass\n__export__ = ["f"]</script>');
    const code = `
from pyscript import workers
w = await workers["few"]
try:
    w.g
except AttributeError as error:
    print("result", error)`;
    for (const page of INTERPRETERS)
      matches(await onPage(page, code), /`g` is not exported by the worker `few`; the exports are: `f`/);
    await rejects((await workers.few).g(), /AttributeError: `g` is not exported/);
    show('<script type="mpy" worker name="lists">__export__ = ["missing"]</script>');
    await rejects(workers.lists, /AttributeError: `__export__` lists `missing`, which the code does not define/);
  },
  async 'what is wrong is said on the page, and to who waits'() {
    const says = (/** @type {string} */ html, /** @type {RegExp} */ pattern) => {
      show(html);
      return until(
        () => [...document.querySelectorAll('.py-error')].some(({ textContent }) => pattern.test(textContent ?? '')),
        String(pattern),
      );
    };
    await says('<script type="mpy" async="maybe">1</script>', /async="maybe"/);
    await says('<script type="mpy" name="alone">1</script>', /add `worker`/);
    await says('<script type="mpy" async="false">await nothing</script>', /SyntaxError/);
    await says(
      '<script type="mpy" worker name="a" config=\'{"packages": 1}\'>1</script>',
      /`packages` in the configuration of the tag is 1/,
    );
    await says('<script type="mpy" worker name="b" config=\'{"packages": [}\'>1</script>', /not valid JSON/);
    await says('<script type="mpy" worker config="a = [">1</script>', /not valid TOML/);
    await says('<script type="mpy" worker config="missing.toml">1</script>', /missing.toml cannot be loaded: 404/);
    await says('<script type="mpy" worker src="missing.py"></script>', /missing.py cannot be loaded: 404/);
    await says(
      '<script type="mpy" worker name="c" config=\'{"files": {"missing.txt": ""}}\'>1</script>',
      /missing.txt cannot be loaded: 404/,
    );
    await says(
      '<script type="mpy" config=\'{"packages": ["numpy"]}\'>1</script>',
      /MicroPython has no packages: numpy/,
    );
    await says(
      '<script type="py" worker name="d" config=\'{"packages": ["nothing-of-this-name"]}\'>1</script>',
      /nothing-of-this-name/,
    );
    await says(
      '<script type="mpy" worker config=\'{"interpreter": "./nowhere.mjs"}\'>1</script>',
      /MicroPython cannot be started from .*nowhere.mjs/,
    );
    await says(
      '<script type="py" worker name="e" config=\'{"adapters": {"math": ["Nothing", "None", "None"]}}\'>1</script>',
      /`math.Nothing`, which does not exist/,
    );
    await rejects(workers.c, /missing.txt/);
    await rejects(workers.d, /nothing-of-this-name/);
  },
  async 'what cannot be sent is named, on either side, and so is what an adapter raises'() {
    const worker = await start('py');
    await rejects(worker.sync.unserialisable(), /Unserialisable: cannot send \['a'\]\[1\]: a `object` is no value/);
    const code = `
from pyscript import workers, add_adapter
class Odd:
    pass
def refuse(odd):
    raise ArithmeticError("in the encoder")
seen = []
show = await workers["strict"]
for value in (object(), [1, {"x": object()}]):
    try:
        await show.echo(0, value)
    except TypeError as error:
        seen.append(str(error))
add_adapter(Odd, refuse)
try:
    await show.echo(Odd())
except ArithmeticError as error:
    seen.append(str(error))
loop = []
loop.append(loop)
try:
    await show.echo(loop)
except TypeError as error:
    seen.append(str(error))
print("result", seen)`;
    show('<script type="py" worker name="strict" src="worker.py"></script>');
    for (const page of INTERPRETERS) {
      matches(
        await onPage(page, code),
        /'cannot send args\[1\]: a `object` is no value/,
        /cannot send args\[1\]\[1\]\['x'\]: a `object` is/,
        /, 'in the encoder', 'cannot send args\[0\]\[0\]: it contains itself'\]$/,
      );
    }
  },
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
  async 'a worker that ends lets go of who waits'() {
    const worker = await start('mpy');
    const asked = worker.sync.slept(60);
    await pause(100);
    worker.terminate();
    await rejects(asked, /Closed|ConnectionError/);
    await rejects(worker.sync.echo(1), /Closed/);
    const early = new PyWorker('worker.py', { type: 'mpy' });
    early.terminate();
    await rejects(early.ready, /Closed: the worker was terminated before/);
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
      printed = [];
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

/** The tests for transports that cannot block. @type {Record<string, () => Promise<void>>} */
const withoutBlocking = {
  'the calculator: add(5, 3) is 8': tests['the calculator: add(5, 3) is 8'],
  'MicroPython starts a Pyodide worker, whose `sync` has to be awaited': async () => {
    show(`<script type="mpy">
from pyscript import PyWorker
worker = PyWorker("awaiting.py", type="pyodide")
worker.sync.double = lambda x: (2 * x,)
await worker.ready
print("result", await worker.sync.relay("double", 21), await worker.sync.relay("nope", 1))
</script>`);
    await prints('result (42,) AttributeError');
  },
  ...Object.fromEntries(
    inBoth('what blocks says what to do', async (type) => {
      const worker = new PyWorker('awaiting.py', { type });
      await worker.ready;
      same(worker.transport, 'message');
      for (const told of await worker.sync.blocked())
        matches(told, /^RuntimeError: .*Cross-Origin-Opener-Policy.*sw\.js/);
      const slept = await worker.sync.slept(0.05);
      if (slept < 45) throw new Error(`slept ${slept} ms`);
    }),
  ),
};

Object.assign(globalThis, { interrupts });
await runTests(transports?.includes('message') ? withoutBlocking : tests, {
  limitMs: 2 * LIMIT_MS,
  after() {
    printed = [];
    terminateAll();
    document.body.replaceChildren();
  },
});
