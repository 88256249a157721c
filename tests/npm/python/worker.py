"""The worker of the tests; it runs in both Pythons."""

import sys
import time

from pyscript import document, ffi, sync, window, workers

is_cpython = sys.implementation.name == "cpython"


class Mine(Exception):
    pass


def echo(value):
    return value


def described(*args, **kwargs):
    return repr(args), repr(sorted(kwargs.items()))


def with_defaults(a, b=2, *rest, c=3):
    return [a, b, list(rest), c]


async def later(value, ms=5):
    import asyncio

    await asyncio.sleep(ms / 1000)
    return value


def fail(name, *args):
    raise {"ValueError": ValueError, "KeyError": KeyError, "Mine": Mine}[name](*args)


async def fail_later():
    await later(0)
    raise LookupError("later")


def ask(name, *args, **kwargs):
    """Calls the page by `sync`."""
    return getattr(sync, name)(*args, **kwargs)


def caught(name, *args):
    """The outcome of a failing call of the page."""
    try:
        getattr(sync, name)(*args)
    except BaseException as error:
        return [type(error).__name__, str(error), getattr(error, "remote_traceback", "")]


def unserialisable():
    return {"a": [1, object()]}


def titled(title):
    document.title = title
    return window.document.title


def read_attribute(name):
    try:
        return getattr(document, name)
    except Exception as error:
        return type(error).__name__ + ": " + str(error)


def raised_by_the_page():
    try:
        document.querySelector("::")
    except Exception as error:
        return type(error).__name__


def interrupted(how):
    """Runs what ends by an interrupt only; says what it ended by."""
    try:
        if how == "loop":
            while True:
                pass
        if how == "busy":
            count = 0
            while True:
                count += 1
        if how == "sleep":
            time.sleep(60)
        if how == "input":
            input("never answered")
        if how == "call":
            sync.slow()
        if how == "dom":
            while True:
                document.title
    except KeyboardInterrupt:
        return "KeyboardInterrupt"


def asked(prompt):
    return input(prompt)


def slept(seconds):
    start = time.time()
    time.sleep(seconds)
    return (time.time() - start) * 1000


def read(url, mode="r"):
    with open(url, mode) as file:
        return file.read()


def from_the_page(name):
    """A call of the page that calls back while this one blocks."""
    return sync.back(name)


log = []


def asks(value):
    """A call of a burst: notes its start and its end, and asks the page between."""
    log.append(value)
    answer = sync.one(value)
    log.append(answer)
    return answer


async def asks_later(value):
    return asks(value)


def listen(kind):
    """Hears events, each of which it reads on the page."""

    def heard(event):
        value = event.detail
        log.append(value)
        document.title
        log.append(value)

    document.addEventListener(kind, ffi.create_proxy(heard))


def logged():
    return len(log)


def take_log():
    taken = list(log)
    log.clear()
    return taken


async def of_another(name, a, b):
    other = await workers[name]
    return await other.with_defaults(a, b)


__export__ = [
    "asked",
    "ask",
    "asks",
    "asks_later",
    "caught",
    "described",
    "echo",
    "fail",
    "fail_later",
    "from_the_page",
    "interrupted",
    "later",
    "listen",
    "logged",
    "of_another",
    "raised_by_the_page",
    "read",
    "read_attribute",
    "slept",
    "take_log",
    "titled",
    "unserialisable",
    "with_defaults",
]

if is_cpython:
    import dataclasses
    import enum

    @dataclasses.dataclass
    class Point:
        x: int
        y: list

    class Colour(enum.Enum):
        RED = 1

    def point():
        return Point(1, [2.0, (3,)])

    def class_of(value):
        return f"{type(value).__module__}.{type(value).__qualname__} {value!r}"

    __export__ += ["class_of", "point"]
