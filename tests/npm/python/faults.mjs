// @ts-check
// Faults of programs, tags and values, each of which is named, and the end of a worker.
import { pause } from '../suite.mjs';
import { PyWorker, workers } from '/sabir/dist/py/main.js';
import { INTERPRETERS, matches, onPage, printed, rejects, show, start, until } from './start.mjs';

/** @type {Record<string, () => Promise<void>>} */
export const faults = {
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
};
