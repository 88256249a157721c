"""MicroPython's half of the interpreters' differences."""

import io
import sys

import _sabir
import jsffi
import uctypes
from jsffi import JsProxy, create_proxy, to_js as _to_js


async def _coroutine():
    pass


_Coroutine = type(_coroutine())


def is_awaitable(value):
    kind = type(value)
    return kind is _Coroutine or (kind is JsProxy and hasattr(value, "then"))


def to_js(value, **_):
    return _to_js(value)


def is_none(value):
    return value is None


def take_buffer(value):
    """A copy of the bytes, as a Uint8Array."""
    length = len(value) * getattr(value, "itemsize", 1)
    return _sabir.copyOut(uctypes.addressof(value) if length else 0, length)


def to_bytes(buffer):
    return bytes(to_bytearray(buffer))


def to_bytearray(buffer):
    copy = bytearray(buffer.length)
    if copy:
        _sabir.copyIn(buffer, uctypes.addressof(copy))
    return copy


def eager(coroutine):
    return coroutine


def traceback(error):
    text = io.StringIO()
    sys.print_exception(error, text)
    remote = getattr(error, "remote_traceback", None)
    return text.getvalue() + ("\nThe other side's traceback:\n" + remote if remote else "")


def js_error(error):
    """Name and message of an error that JavaScript threw."""
    if isinstance(error, jsffi.JsException):
        return str(error.args[1]), str(error.args[2])
    return None


def make_error(cls, args):
    # An instance of a class of Python's own can hold a traceback, one of a built-in class cannot.
    return type(cls.__name__, (cls,), {})(*args)


def with_traceback(error, text):
    error.remote_traceback = text
    return error


def with_class_name(decoder, _):
    """MicroPython does not tell how many parameters a function has."""
    return decoder
