"""What JavaScript asks of an interpreter that runs a program: to be ready for one, and to look at it afterwards."""

import builtins
import sys

import _sabir

from ._remote import at_once, dispatch, export, export_named
from ._errors import failure
from ._payloads import unpack
from ._values import add_adapter


def _value(payload):
    return at_once(unpack(payload))


def _sleep(seconds):
    """Blocks this worker only; what the page asks is served meanwhile, and an interrupt ends it."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    _value(_sabir.sleep(seconds * 1000))


def _input(prompt=""):
    return _value(_sabir.input(str(prompt)))


def _open_url(url):
    """Fetches a URL through the page, and blocks: an open file of its text's bytes."""
    import io

    return io.BytesIO(_value(_sabir.fetchNow(url)))


_open = builtins.open


def _open_file_or_url(file, mode="r", *args, **kwargs):
    if not isinstance(file, str) or file.split(":")[0] not in ("http", "https"):
        return _open(file, mode, *args, **kwargs)
    if mode not in ("r", "rt", "rb"):
        raise ValueError("a URL can be read only, by the modes `r` and `rb`, not " + repr(mode))
    content = _open_url(file)
    if mode == "rb":
        return content
    import io

    return io.StringIO(content.read().decode(kwargs.get("encoding") or "utf-8"))


def install():
    """Has what blocks in Python block properly here."""
    builtins.input = _input
    builtins.open = _open_file_or_url
    if _sabir.inWorker:
        import time

        time.sleep = _sleep


def adapt(adapters):
    """Adds the adapters of a configuration: modules, and what they hold by name."""
    for module, triples in adapters.items():
        for triple in [triples] if isinstance(triples[0], str) else triples:
            add_adapter(*[_named(module, name) for name in triple])


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


def export_configured(exports):
    """Exports functions of modules that the configuration lists."""
    for module, names in exports.items():
        for name in names:
            export(name, _named(module, name))


def configure(config):
    """Does what a configuration says of this side's Python."""
    adapt(config.get("adapters", {}))
    export_configured(config.get("exports", {}))


def guarded(function):
    """`function`, whose exceptions are payloads: JavaScript has no others to tell apart."""

    def call(*args):
        try:
            return function(*args)
        except BaseException as error:
            return failure(error)

    return call


def configure_json(config):
    import json

    configure(json.loads(config))


def export_program():
    """Exports what `__export__` of the program's own namespace lists."""
    import __main__

    export_named(__main__.__dict__)
