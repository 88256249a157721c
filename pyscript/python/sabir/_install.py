"""Replaces Python's blocking functions in a worker by ones that serve the page meanwhile. Run once, by PyScript's hook."""

import builtins
import sys
import time

import _sabir
from pyscript import sync


def _flush():
    # An unfinished line has to be seen before the program waits. MicroPython's lines leave as they are written.
    flush = getattr(sys.stdout, "flush", None)
    if flush:
        flush()


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
