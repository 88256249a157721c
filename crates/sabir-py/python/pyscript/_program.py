"""Functions that JavaScript calls before and after a program runs."""

import builtins
import json
import sys

import _sabir

from ._remote import at_once, dispatch, export, export_named
from ._errors import failure
from ._payloads import unpack
from ._values import add_adapter


def _value(payload):
    return at_once(unpack(payload))


def _sleep(seconds):
    """Blocks this worker only. It serves the page's calls meanwhile; an interrupt ends it."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    _value(_sabir.sleep(seconds * 1000))


def _input(prompt=""):
    return _value(_sabir.input(str(prompt)))


_open = builtins.open


def _open_file_or_url(file, mode="r", *args, **kwargs):
    """As `open`; a URL is fetched through the page, and blocks."""
    if not isinstance(file, str) or file.split(":")[0] not in ("http", "https"):
        return _open(file, mode, *args, **kwargs)
    if mode not in ("r", "rt", "rb"):
        raise ValueError("a URL can be read only, by the modes `r` and `rb`, not " + repr(mode))
    import io

    content = bytes(_value(_sabir.fetchNow(file)))
    if mode == "rb":
        return io.BytesIO(content)
    return io.StringIO(content.decode(kwargs.get("encoding") or "utf-8"))


def install():
    """Replaces Python's blocking functions by ones that block properly here."""
    builtins.input = _input
    builtins.open = _open_file_or_url
    if _sabir.inWorker:
        import time

        time.sleep = _sleep


def configure(text):
    """Adds the adapters and exports the functions that a configuration lists, both by their modules."""
    config = json.loads(text)
    for module, triples in config.get("adapters", {}).items():
        for triple in [triples] if isinstance(triples[0], str) else triples:
            add_adapter(*[_named(module, name) for name in triple])
    for module, names in config.get("exports", {}).items():
        for name in names:
            export(name, _named(module, name))


def _named(module, name):
    if name == "None":
        return None
    found = sys.modules.get(module) or __import__(module, None, None, ["*"])
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise AttributeError(
                "the configuration names `" + module + "." + name + "`, which does not exist"
            ) from None
    return found


def guarded(function):
    """`function`, whose exceptions are payloads: JavaScript has no others to tell apart."""

    def call(*args):
        try:
            return function(*args)
        except BaseException as error:
            return failure(error)

    return call


def export_program():
    """Exports what `__export__` of the program's own namespace lists."""
    import __main__

    export_named(__main__.__dict__)
