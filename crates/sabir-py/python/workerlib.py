"""Transparent calls between Pythons, by the names of jolaf's workerlib (https://github.com/jolaf/workerlib)."""

import sys
import time

from pyscript import RUNNING_IN_WORKER, document, version as _version
from pyscript import workers as _workers
from pyscript._remote import export as _export

try:
    from beartype import beartype as typechecked
except ImportError:

    def typechecked(function):
        """Checks the types of calls where beartype is among the packages; does nothing else."""
        return function


class Worker:
    """A worker's exported functions; PyScript's own object is at `worker`."""

    def __init__(self, worker):
        self.worker = worker

    def __getattr__(self, name):
        return getattr(self.worker, name)


async def connectToWorker(workerName=None):
    """Gives the worker of this name, or the only named one of the page."""
    return Worker(await _workers[workerName or _only_name()])


def _only_name():
    tags = document.querySelectorAll("script[worker][name]")
    names = [tags[index].getAttribute("name") for index in range(tags.length)]
    if len(names) != 1:
        known = ", ".join(names) or "none"
        raise RuntimeError(
            "connectToWorker() without a name is for a page with one named worker; this one has: " + known
        )
    return names[0]


def export(*functions):
    """Lets the page call functions, which may be async, by their names."""
    if not RUNNING_IN_WORKER:
        raise RuntimeError("export() is for workers; assign the page's functions to `PyWorker(…).sync`")
    for function in functions:
        _export(function.__name__, function)


def elapsedTime(startTime):
    """How long ago `startTime`, of `time.time()`, was, as a text."""
    passed = time.time() - startTime
    return str(round(passed)) + "s" if passed >= 1 else str(round(passed * 1000)) + "ms"


def _versions():
    versions = {"Sabir": _version, "Python": sys.version.split()[0]}
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
