// @ts-check
// The examples of PyScript's documentation.
import { same } from '../suite.mjs';
import { workers } from '/sabir/dist/py/main.js';
import { example, inBoth, matches, onPage, printed, prints, show, until } from './start.mjs';

/** @type {Record<string, () => Promise<void>>} */
export const examples = {
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
};
