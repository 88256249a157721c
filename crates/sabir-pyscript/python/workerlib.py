"""Transparent calls between Pythons, by the names of jolaf's workerlib (https://github.com/jolaf/workerlib).

As a worker's program it exports what `[exports]` of its configuration lists.
"""

import sys
import time

import _sabir
from pyscript import RUNNING_IN_WORKER
from sabir._calls import Awaited, Blocking, export as _export
from sabir._values import Unserialisable, add_adapter

try:
    from beartype import beartype as typechecked
except ImportError:

    def typechecked(function):
        """Checks the types of calls where beartype is among the packages; does nothing else."""
        return function


if sys.implementation.name == "cpython":

    class _Anything(type):
        def __instancecheck__(cls, value):
            return True

    class All(metaclass=_Anything):
        """In `[adapters]`: each value that neither side knows, as `"workerlib" = ["All", "pickle", "pickle"]`."""

        def __init__(self, _):
            raise TypeError("`All` stands for every class: its adapter has an encoder and a decoder")


class Worker(Awaited):
    """A worker's exported functions, each of whose calls is awaited; PyScript's own object is at `worker`."""

    def __init__(self, worker):
        super().__init__(lambda name, *payload: getattr(worker, name)(*payload))
        self.worker = worker


async def connectToWorker(workerName=None):
    """Gives the worker of this name, or the only named one of the page."""
    from pyscript import workers

    return Worker(await workers[workerName or _only_name()])


def _only_name():
    from pyscript import document

    tags = document.querySelectorAll("[worker][name]")
    names = [tags[index].getAttribute("name") for index in range(tags.length)]
    if len(names) != 1:
        known = ", ".join(names) or "none"
        raise RuntimeError(
            "connectToWorker() without a name is for a page with one named worker; this one has: " + known
        )
    return names[0]


def connectToPage():
    """In a worker: the functions that the page's Python exports; each call blocks this worker only."""
    if not RUNNING_IN_WORKER:
        raise RuntimeError("connectToPage() is for workers; on the page, call the function itself")
    from pyscript import sync

    return Blocking(lambda name, *payload: getattr(sync, name)(*payload))


def export(*functions):
    """Lets the other side call functions, which may be async, by their names: the page those of a worker, and each worker
    those of the page."""
    for function in functions:
        _export(function.__name__, function)


def elapsedTime(startTime):
    """How long ago `startTime`, of `time.time()`, was, as a text."""
    passed = time.time() - startTime
    return str(round(passed)) + "s" if passed >= 1 else str(round(passed * 1000)) + "ms"


def _versions():
    versions = {"PyScript": _sabir.version, "Python": sys.version.split()[0]}
    if sys.implementation.name == "micropython":
        versions["MicroPython"] = ".".join([str(part) for part in sys.implementation.version[:3]])
        return versions
    import pyodide

    versions["Pyodide"] = pyodide.__version__
    info = getattr(sys, "_emscripten_info", None)
    if info is not None:
        versions["Emscripten"] = ".".join([str(part) for part in info.emscripten_version])
    return versions


systemVersions = _versions()
diagnostics = [name + " " + number for name, number in systemVersions.items()]
diagnostics.append("System " + sys.platform + (", in a worker" if RUNNING_IN_WORKER else ", on the page"))
