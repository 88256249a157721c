"""Replaces Python's blocking functions in a worker by ones that serve the page meanwhile. Run once, by PyScript's hook."""

import builtins
import json
import sys
import time

import _sabir
import pyscript
from pyscript import sync


def _flush():
    # An unfinished line has to be seen before the program waits. MicroPython's lines leave as they are written.
    flush = getattr(sys.stdout, "flush", None)
    if flush:
        flush()
    _sabir.flush()


def _sleep(seconds):
    """Blocks this worker only; an interrupt ends it."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    _flush()
    _sabir.sleep(seconds * 1000)


def _input(prompt=""):
    """Asks in the page; in a terminal, the terminal."""
    _flush()
    _sabir.checkBlocking("input()")
    return str(sync.pyterminal_read(str(prompt)))


time.sleep = _sleep
builtins.input = _input


class _Workers:
    """The page's named workers, as PyScript's `workers` is on the page: `await workers["name"]`."""

    def __getitem__(self, name):
        return _sabir.findWorker(name)

    def __getattr__(self, name):
        if name[:1] == "_":
            raise AttributeError(name)
        return _sabir.findWorker(name)


async def _create_named_worker(src, name, config=None, type="py"):
    """Starts a worker that others find by its name; gives it when its code has run."""
    text = config if config is None or isinstance(config, str) else json.dumps(config)
    await _sabir.createWorker(src, name, text, type)
    return await pyscript.workers[name]


pyscript.workers = _Workers()
pyscript.create_named_worker = _create_named_worker

# The interpreter does not load what the configuration does not use.
if "imports" in _sabir.config():
    import __main__
    from sabir._config import listed

    for _name, _value in listed("imports").items():
        setattr(__main__, _name, _value)

if "exports" in _sabir.config():
    from sabir._calls import export
    from sabir._config import listed

    for _name, _function in listed("exports").items():
        export(_name, _function)
