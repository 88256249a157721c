"""Exceptions as texts: each is raised on the other side, as its class if that exists there."""

import builtins
import json

from . import _bridge as bridge, _classes
from ._values import IS_MICROPYTHON, Decoder, Encoder, Unserialisable, find

# Marks at the beginning of texts: a failure, a call's arguments, a value.
FAILED = "\1"
CALL = "\2"
PACKED = "\4"

if IS_MICROPYTHON:

    def dumps(node):
        return json.dumps(node, separators=(",", ":"))

else:
    dumps = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def failure(error):
    """An exception as a payload."""
    encoder = Encoder()
    try:
        args = encoder.items(error.args)
        if encoder.buffers or encoder.queue:
            args = None
    except (Unserialisable, AttributeError):
        args = None
    kind = type(error)
    told = {
        "module": getattr(kind, "__module__", "builtins"),
        "name": getattr(kind, "__qualname__", kind.__name__),
        "args": args,
        "text": str(error),
        "traceback": bridge.traceback(error),
    }
    thrown = bridge.js_error(error)
    if thrown is not None:
        told["module"], told["args"] = "js", None
        told["name"], told["text"] = thrown
    return FAILED + dumps(told)


class RemoteError(Exception):
    """An exception of the other side whose class does not exist here; `kind` is the class's name."""

    kind = "Exception"


class JsError(RemoteError):
    """An error that JavaScript threw on the other side."""


def _error_class(module, name):
    if module == "js":
        return _classes.get(name) or _of_javascript.get(name, JsError)
    if name == "Unserialisable":
        return Unserialisable
    try:
        found = getattr(builtins, name, None) if module == "builtins" else find(module, name)
    except TypeError:
        found = None
    return found if isinstance(found, type) and issubclass(found, BaseException) else RemoteError


def raise_failure(text):
    """Raises the exception of a text that `failure` made."""
    told = json.loads(text)
    cls = _error_class(told["module"], told["name"])
    args = told["args"]
    args = (told["text"],) if args is None else Decoder(()).items(args)
    if cls in (RemoteError, JsError):
        error = cls(told["name"] + ": " + told["text"])
        error.kind = told["name"]
    else:
        error = bridge.make_error(cls, args)
    raise bridge.with_traceback(error, told["traceback"])


# Python's classes for errors that are no exceptions of the module `sabir`.
_of_javascript = {"NotExported": AttributeError, "Unserialisable": TypeError}


def raise_thrown(error):
    """Raises an error that JavaScript threw as Python's, if there is a class for it."""
    thrown = bridge.js_error(error)
    if thrown is not None and thrown[0] in _of_javascript:
        raise _of_javascript[thrown[0]](thrown[1])
    raise error
