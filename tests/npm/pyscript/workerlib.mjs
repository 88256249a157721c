// @ts-check
// workerlib: calls between Pythons, of both kinds, in every direction.
import { same } from '../suite.mjs';
import { INTERPRETERS, inBoth, matches, report, show, tag } from './start.mjs';

let count = 0;
const CONFIG = 'config="./shapes.toml"';

/** A worker that exports the functions of `shapes.py`; its name. @param {string} type */
function shapes(type) {
  const name = `shapes-${++count}`;
  show(tag(type, `worker name="${name}" src="./shapes.py" ${CONFIG}`));
  return name;
}

/** What a program on the page reports. @param {string} type @param {string} code */
function onPage(type, code) {
  show(tag(type, '', `from pyscript import window\n${code}`));
  return report();
}

/** @type {Record<string, () => Promise<void>>} */
export const workerlib = {
  ...Object.fromEntries(
    INTERPRETERS.flatMap((page) =>
      INTERPRETERS.map((worker) => [
        `workerlib: every value comes back as it was, ${page} to ${worker}`,
        async () => {
          // MicroPython has no datetimes.
          const skipped = page === 'py' && worker === 'mpy' ? 'values.only_in_cpython()' : '()';
          const code = `
import values
from workerlib import connectToWorker
worker = await connectToWorker("${shapes(worker)}")
window.report(str(await values.check(worker, ${skipped})))`;
          same(await onPage(page, code), '[]');
        },
      ]),
    ),
  ),
  ...inBoth('workerlib: adapters by one to three names, in order, for subclasses', async (type) => {
    const code = `
from shapes import Rectangle, Square
from workerlib import connectToWorker, diagnostics, elapsedTime, systemVersions, typechecked
import time
class Cube(Square):
    pass
worker = await connectToWorker("${shapes(type)}")
echoed = [await worker.echo(shape) for shape in (Rectangle(2, 3), Square(4), Cube(5))]
names = [type(shape).__name__ + str(shape.sides) for shape in echoed]
window.report(str([names, await worker.areas(a=[Square(2)], b=Rectangle(1, 5)), elapsedTime(time.time() - 2), "PyScript" in systemVersions, len(diagnostics) > 2, typechecked(len) is len]))`;
    matches(
      await onPage('py', code),
      /\['Rectangle\(2, 3\)', 'Square\(4, 4\)', 'Square\(5, 5\)'\]/,
      /'a': \[4\]/,
      /'b': 5/,
      /'2s', True, True, True\]$/,
    );
  }),
  ...inBoth('workerlib: exceptions arrive as their class, with both tracebacks', async (type) => {
    const code = `
from workerlib import connectToWorker
worker = await connectToWorker("${shapes(type)}")
try:
    await worker.fails()
except ZeroDivisionError as error:
    window.report(str(error) + "|" + error.remote_traceback)`;
    for (const page of INTERPRETERS) matches(await onPage(page, code), /^in the worker\|.*in fails\b/s);
  }),
  ...inBoth('workerlib: a worker calls functions of the page, and blocks', async (type) => {
    const name = shapes(type);
    for (const page of INTERPRETERS) {
      const code = `
from workerlib import connectToWorker, export
def doubled(value):
    return [value, value]
async def later(value):
    return (value,)
export(doubled, later)
worker = await connectToWorker("${name}")
window.report(str(await worker.asks({1: 2**40})))`;
      same(await onPage(page, code), '[[{1: 1099511627776}, {1: 1099511627776}], ({1: 1099511627776},)]');
    }
  }),
  ...inBoth('workerlib: workers call each other, and start others', async (type) => {
    const [shape, name, created, adds] = [
      shapes('py'),
      ...['peer', 'created', 'adds'].map((what) => `${what}-${++count}`),
    ];
    show(
      tag(type, `worker name="${name}" src="./peer_worker.py" ${CONFIG}`),
      tag('mpy', `worker name="${adds}"`, 'def add(a, b):\n    return a + b\n__export__ = ["add"]'),
    );
    const code = `
from workerlib import connectToWorker
peer = await connectToWorker("${name}")
window.report(str([await peer.through("${shape}", (1, {2})), await peer.plain("${adds}"), await peer.creates("${created}")]))`;
    same(await onPage('py', code), '[(1, {2}), 8, 3]');
  }),
  async 'workerlib: functions of unmodified modules, by the configuration'() {
    show(
      tag('py', 'worker name="images" src="/sabir-pyscript/workerlib.py" config="./images.toml"'),
      tag(
        'py',
        '',
        `
from workerlib import connectToWorker
from pyscript import window
images = await connectToWorker("images")
window.report(str(await images.describe(b"abc", how=2)))`,
      ),
    );
    same(await report(), 'bytes 3 2');
  },
  async 'workerlib: an adapter for all classes, between workers'() {
    show(
      tag('py', 'worker name="halves" src="/sabir-pyscript/workerlib.py" config="./all.toml"'),
      tag(
        'py',
        'worker config="./all.toml"',
        `
from fractions import Fraction
from pyscript import window
from workerlib import connectToWorker
other = await connectToWorker("halves")
window.report(str([halved(1), await other.halves([Fraction(3, 4), 1])]))`,
      ),
    );
    same(await report(), '[0.5, [Fraction(3, 8), 0.5]]');
  },
  ...inBoth('workerlib: names that the configuration imports', async (type) => {
    const code = 'from pyscript import window\nwindow.report(str([halved(3), halves([1])]))';
    show(tag(type, 'worker config="./imports.toml"', code));
    same(await report(), '[1.5, [0.5]]');
  }),
  ...inBoth('workerlib: what cannot travel, and what is not exported, is named', async (type) => {
    const code = `
from workerlib import connectToWorker
worker = await connectToWorker("${shapes(type)}")
told = []
for wrong in (lambda: worker.echo({"a": [1, object()]}), lambda: worker.nothing()):
    try:
        await wrong()
    except (TypeError, AttributeError) as error:
        told.append(type(error).__name__ + ": " + str(error))
window.report("|".join(told))`;
    for (const page of INTERPRETERS) {
      matches(
        await onPage(page, code),
        /^Unserialisable: cannot send args\[0\]\['a'\]\[1\]: a `object` is no value/,
        /\|AttributeError: .*nothing/,
      );
    }
  }),
};
