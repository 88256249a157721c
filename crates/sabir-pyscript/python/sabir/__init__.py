"""What Sabir adds to PyScript's workers: errors of calls, and functions that block without holding the page.

`KeyboardInterrupt` is raised when the page calls `interrupt()` of the worker: in a computation, a sleep, a question, a call of
the page, or where the program awaits.
"""

import builtins


def _builtin(name, otherwise):
    # MicroPython has few of them.
    return getattr(builtins, name, otherwise)


class TimedOut(_builtin("TimeoutError", OSError)):
    """No answer came within the time limit of `sync.timeout(ms)`."""


class Closed(_builtin("ConnectionError", OSError)):
    """The other side's worker or page has ended."""


class Deadlock(RuntimeError):
    """Two sides wait for each other; the message names both functions."""


class TooDeep(_builtin("RecursionError", RuntimeError)):
    """Calls that serve calls went too deep."""


class TooMany(RuntimeError):
    """More calls wait than the limit in the message."""


class Cancelled(RuntimeError):
    """The other side gave the call up."""


class CannotBlock(RuntimeError):
    """This worker has no transport that blocks; the message says why."""


_classes = {
    "Interrupted": KeyboardInterrupt,
    "TimedOut": TimedOut,
    "Closed": Closed,
    "Deadlock": Deadlock,
    "TooDeep": TooDeep,
    "TooMany": TooMany,
    "Cancelled": Cancelled,
    "CannotBlock": CannotBlock,
}


def raise_error(name, message):
    """Raises an error of JavaScript's by its name, if it is one of Sabir's."""
    kind = _classes.get(name)
    if kind is KeyboardInterrupt:
        # As the interpreters raise it.
        raise KeyboardInterrupt
    if kind is not None:
        raise kind(message)
