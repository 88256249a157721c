"""CPython's half of the interpreters' differences."""

import asyncio
import inspect
import traceback as _traceback

from pyodide.ffi import JsException, JsProxy, create_proxy, jsnull, to_js as _to_js

import js

is_awaitable = inspect.isawaitable
_PACKAGE = __name__.rpartition(".")[0]


def to_js(value, **options):
    options.setdefault("dict_converter", js.Object.fromEntries)
    return _to_js(value, **options)


def is_none(value):
    return value is None or value is jsnull


def take_buffer(value):
    """A copy of the bytes, as a Uint8Array."""
    view = memoryview(value)
    return _to_js(view.cast("B") if view.c_contiguous else view.tobytes())


def to_bytes(buffer):
    return buffer.to_bytes()


def to_bytearray(buffer):
    copy = bytearray(buffer.byteLength)
    buffer.assign_to(copy)
    return copy


def eager(coroutine):
    """Runs from now on, whether it is awaited or not."""
    return asyncio.ensure_future(coroutine)


def traceback(error):
    """The traceback's text, from where the program's own code begins."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_globals.get("__package__") == _PACKAGE:
        frames = frames.tb_next
    return "".join(_traceback.format_exception(type(error), error, frames))


def js_error(error):
    """Name and message of an error that JavaScript threw."""
    if isinstance(error, JsException):
        return str(error.name), str(error.message)
    return None


def make_error(cls, args):
    try:
        return cls(*args)
    except Exception:
        # The arguments of its `__init__` are not the attributes that it keeps.
        made = cls.__new__(cls, *args)
        made.args = tuple(args)
        return made


def with_traceback(error, text):
    error.add_note("\nThe other side's traceback:\n" + text)
    error.remote_traceback = text
    return error


def with_class_name(decoder, name):
    """A decoder with a second parameter is given the class's name."""
    if decoder is None or isinstance(decoder, type):
        return decoder
    try:
        wanted = len(inspect.signature(decoder).parameters)
    except ValueError:
        return decoder
    return (lambda data: decoder(data, name)) if wanted == 2 else decoder
