// @ts-check
// Calls between workers and the page: values, arguments, exceptions, what blocks, and interrupts.
import { pause, same } from '../suite.mjs';
import { workers } from '/sabir/dist/py/main.js';
import { INTERPRETERS, matches, onPage, rejects, show, start, until } from './start.mjs';

/** How long code runs before it is interrupted, in ms. */
const GIVEN_MS = 300;
/** How long each interrupt took, in ms: to be looked at, not asserted. @type {Record<string, number>} */
const interrupts = {};
Object.assign(globalThis, { interrupts });

/** Code that an interrupt must end. Without shared memory a computation without calls notices none. */
const INTERRUPTED = ['sleep', 'input', 'call', 'dom', ...(globalThis.crossOriginIsolated ? ['loop', 'busy'] : [])];

/** @type {Record<string, () => Promise<void>>} */
export const calls = {
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
          same(await worker.sync.ask('double', 21), [42, { deep: new Uint8Array([1]) }]);
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
};
