"""How Python values travel between two Pythons, and to JavaScript.

A payload is what the interpreters' FFIs pass quickly: numbers, booleans, texts and None go as they are, anything else as
a text that begins with a mark, and beside it the buffers that it mentions. The text is JSON: lists, texts and numbers
stand for themselves, an object with the key "$" for anything else. `values.js` reads and writes the same for functions
of JavaScript.

The module runs in CPython and in MicroPython, so it keeps to what both have.
"""

import json
import sys

from . import _bridge as bridge

FAILED = "\1"
CALL = "\2"
BESIDE = "\3"
PACKED = "\4"
MARKS = (FAILED, CALL, BESIDE, PACKED)

IS_MICROPYTHON = sys.implementation.name == "micropython"
# MicroPython's FFI passes integers of 32 bits; JavaScript's numbers hold integers of 53.
_PLAIN_LIMIT = 1 << (30 if IS_MICROPYTHON else 53)
_JSON_LIMIT = 1 << 53

_NoneType = type(None)


class Unserialisable(TypeError):
    """A value that cannot travel; the message says where it stands: `args[0]["x"]`."""

    def __init__(self, why, path=""):
        super().__init__(why, path)
        self.why = why
        self.path = path

    def within(self, step):
        return Unserialisable(self.why, step + self.path)

    def __str__(self):
        return "cannot send " + (self.path or "the value") + ": " + self.why


class Adapter:
    """How instances of a class that nobody here knows travel."""

    def __init__(self, cls, encoder, decoder, name=None):
        self.cls = cls
        self.encoder = encoder
        self.decoder = decoder or cls
        self.name = name or _name_of(cls)


_adapters = []


def add_adapter(cls, encoder=None, decoder=None, name=None):
    """Has instances of `cls` travel as what `encoder` makes of them; `decoder` makes one of that on the other side.

    Both may be async. Without an encoder the value itself is sent (of an Enum: its value), without a decoder the class is
    called with it. Adapters are asked in the order in which they were added; the receiver builds the class of the
    adapter, not a subclass of it.
    """
    if not isinstance(cls, type):
        raise TypeError("an adapter is for a class, not for " + repr(cls))
    for role, function in (("encoder", encoder), ("decoder", decoder)):
        if function is not None and not callable(function):
            raise TypeError("the " + role + " of an adapter is a function or None, not " + repr(function))
    _adapters.append(Adapter(cls, encoder, decoder, name))
    _exact.pop(cls, None)


def _name_of(cls):
    return getattr(cls, "__module__", "builtins") + "." + getattr(cls, "__qualname__", cls.__name__)


# ---- writing ----


def is_plain(value):
    """Whether the FFIs pass it as it is, and give it back as the same."""
    kind = type(value)
    if kind is int:
        return -_PLAIN_LIMIT < value < _PLAIN_LIMIT
    if kind is str:
        # MicroPython's FFI ends texts at a zero.
        return value[:1] not in MARKS and not (IS_MICROPYTHON and "\0" in value)
    if kind is float:
        # What is whole would come back as an int.
        return value != value // 1
    return kind is bool or value is None


def are_plain(values):
    for value in values:
        if not is_plain(value):
            return False
    return True


class _Encoder:
    def __init__(self):
        self.buffers = []
        self.adapted = []
        self.queue = []
        self.open = set()

    def node(self, value):
        kind = type(value)
        if kind is str or kind is bool or value is None:
            return value
        encode = _exact.get(kind)
        if encode is None:
            for adapter in _adapters:
                if isinstance(value, adapter.cls):
                    return self.adapt(adapter, value)
            encode = _others.get(kind) or _of_base(value)
        return encode(self, value)

    def adapt(self, adapter, value):
        # Its encoder may have to be awaited, which is done once the rest is written.
        self.adapted.append(None)
        self.queue.append((len(self.adapted) - 1, adapter, value))
        return {"$": "a", "v": len(self.adapted) - 1}

    def items(self, values):
        nodes = []
        for index, value in enumerate(values):
            kind = type(value)
            if kind is not str and kind is not bool and value is not None:
                try:
                    value = self.node(value)
                except Unserialisable as error:
                    raise error.within("[" + str(index) + "]") from None
            nodes.append(value)
        return nodes

    def within(self, value, write):
        """Writes what a container has; one that contains itself has no end."""
        if id(value) in self.open:
            raise Unserialisable("it contains itself")
        self.open.add(id(value))
        try:
            return write(self, value)
        finally:
            self.open.discard(id(value))

    def buffer(self, value):
        self.buffers.append(bridge.take_buffer(value))
        return len(self.buffers) - 1


def _tagged(tag, write):
    return lambda encoder, value: {"$": tag, "v": write(encoder, value)}


def _int(_, value):
    return value if -_JSON_LIMIT < value < _JSON_LIMIT else {"$": "i", "v": str(value)}


def _float(_, value):
    if value - value == 0:
        return value
    return {"$": "f", "v": "nan" if value != value else "inf" if value > 0 else "-inf"}


def _list(encoder, value):
    return encoder.within(value, _Encoder.items)


def _dict(encoder, value):
    return encoder.within(value, _pairs)


def _pairs(encoder, value):
    nodes = {}
    for key, item in value.items():
        if type(key) is not str or key == "$":
            return {"$": "d", "v": [encoder.items(pair) for pair in value.items()]}
        kind = type(item)
        if kind is not str and kind is not bool and item is not None:
            try:
                item = encoder.node(item)
            except Unserialisable as error:
                raise error.within("[" + repr(key) + "]") from None
        nodes[key] = item
    return nodes


_sequence = _tagged("l", _list)

_exact = {
    int: _int,
    float: _float,
    list: _list,
    dict: _dict,
}

_others = {
    int: _int,
    float: _float,
    str: lambda _, value: value,
    bool: lambda _, value: value,
    list: _list,
    dict: _dict,
    tuple: _tagged("t", _list),
    set: _tagged("s", lambda encoder, value: encoder.items(value)),
    frozenset: _tagged("z", lambda encoder, value: encoder.items(value)),
    bytes: _tagged("b", _Encoder.buffer),
    bytearray: _tagged("B", _Encoder.buffer),
    memoryview: _tagged("m", _Encoder.buffer),
    complex: _tagged("c", lambda encoder, value: [_float(encoder, value.real), _float(encoder, value.imag)]),
    range: _tagged("r", lambda _, value: [value.start, value.stop, value.step]),
}
for _kind in (tuple, bytes, bytearray, memoryview, set, frozenset):
    _exact[_kind] = _others[_kind]

# Classes whose subclasses travel too, as the class.
_bases = [
    (dict, _dict),
    (tuple, _others[tuple]),
    (list, _list),
    (str, lambda _, value: str(value)),
    (int, lambda encoder, value: _int(encoder, int(value))),
    (float, lambda encoder, value: _float(encoder, float(value))),
    (set, _others[set]),
    (frozenset, _others[frozenset]),
    (bytes, _others[bytes]),
    (bytearray, _others[bytearray]),
]


def _of_base(value):
    for claims, encode in _tests:
        if claims(value):
            return encode
    for base, encode in _bases:
        if isinstance(value, base):
            return encode
    if isinstance(value, bridge.JsProxy):
        return _js
    kind = type(value)
    raise Unserialisable(
        "a `" + kind.__name__ + "` is no value that Python sends; give it an adapter, or send what it is made of"
    )


def _js(encoder, value):
    encoder.buffers.append(value)
    return {"$": "j", "v": len(encoder.buffers) - 1}


# Further kinds, by a test.
_tests = []


def _pack(encoder, mark, node):
    """The payload of a node; a generator, which yields what has to be awaited."""
    while encoder.queue:
        slot, adapter, value = encoder.queue.pop(0)
        if adapter.encoder is not None:
            value = adapter.encoder(value)
            if bridge.is_awaitable(value):
                value = yield value
            inner = encoder.node(value)
        else:
            kind = type(value)
            inner = encoder.node(value.value) if _is_enum(value) else (_others.get(kind) or _of_base(value))(encoder, value)
        encoder.adapted[slot] = [adapter.name, inner]
    if encoder.adapted:
        node = {"$": "A", "v": [encoder.adapted, node]}
    return [mark + _dumps(node)] + encoder.buffers


def pack(value):
    """The payload of a value, as a list; a generator."""
    if is_plain(value):
        return [value]
    encoder = _Encoder()
    return (yield from _pack(encoder, PACKED, encoder.node(value)))


def pack_call(args, kwargs):
    """The payload of a call's arguments; a generator."""
    if not kwargs and are_plain(args):
        return args
    encoder = _Encoder()
    try:
        node = [encoder.items(args)]
    except Unserialisable as error:
        raise error.within("args") from None
    try:
        node.append(_pairs(encoder, kwargs))
    except Unserialisable as error:
        raise error.within("kwargs") from None
    return (yield from _pack(encoder, CALL, node))


if IS_MICROPYTHON:

    def _dumps(node):
        return json.dumps(node, separators=(",", ":"))

else:
    _dumps = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


# ---- reading ----


class _Decoder:
    def __init__(self, buffers):
        self.buffers = buffers
        self.adapted = []

    def value(self, node):
        kind = type(node)
        if kind is list:
            return self.items(node)
        if kind is dict:
            if "$" in node:
                return _read[node["$"]](self, node["v"])
            return {key: self.value(item) for key, item in node.items()}
        return node

    def items(self, nodes):
        return [self.value(node) if type(node) in (list, dict) else node for node in nodes]


def _unknown_class(module, name):
    return TypeError(
        "the class `" + module + "." + name + "` does not exist here; put its module in `files` of this side's "
        "configuration too, or give it an adapter"
    )


def _find(module, name):
    """A class of the other side, if it exists here by the same name."""
    try:
        found = sys.modules.get(module) or __import__(module, None, None, ["*"])
        for part in name.split("."):
            found = getattr(found, part)
        return found
    except (ImportError, AttributeError):
        raise _unknown_class(module, name) from None


_read = {
    "i": lambda _, node: int(node),
    "f": lambda _, node: float(node),
    "d": lambda decoder, node: {decoder.value(key): decoder.value(item) for key, item in node},
    "t": lambda decoder, node: tuple(decoder.items(node)),
    "s": lambda decoder, node: set(decoder.items(node)),
    "z": lambda decoder, node: frozenset(decoder.items(node)),
    "b": lambda decoder, node: bridge.to_bytes(decoder.buffers[node]),
    "B": lambda decoder, node: bridge.to_bytearray(decoder.buffers[node]),
    "m": lambda decoder, node: memoryview(bridge.to_bytearray(decoder.buffers[node])),
    "c": lambda decoder, node: complex(decoder.value(node[0]), decoder.value(node[1])),
    "r": lambda _, node: range(node[0], node[1], node[2]),
    "a": lambda decoder, node: decoder.adapted[node],
    "j": lambda decoder, node: decoder.buffers[node],
}


def _adapter_named(name):
    for adapter in _adapters:
        if adapter.name == name:
            return adapter
    raise TypeError("no adapter here decodes `" + name + "`; list it in `[adapters]` of both sides' configurations")


def _unpack(text, buffers):
    """The value of a payload's text; a generator, which yields what has to be awaited."""
    node = json.loads(text)
    decoder = _Decoder(buffers)
    if type(node) is dict and node.get("$") == "A":
        adapted, node = node["v"]
        decoder.adapted = [None] * len(adapted)
        # One mentions those that were written after it.
        for slot in range(len(adapted) - 1, -1, -1):
            name, inner = adapted[slot]
            value = _adapter_named(name).decoder(decoder.value(inner))
            if bridge.is_awaitable(value):
                value = yield value
            decoder.adapted[slot] = value
    return decoder.value(node)


def _parts(payload):
    """Text and buffers of what JavaScript gave as one: a text, or an array of it and of buffers."""
    if type(payload) is str:
        return payload, ()
    return payload[0], [payload[index] for index in range(1, payload.length)]


def unpack(payload):
    """The value of an answer, or raises what was raised over there; a generator."""
    if not isinstance(payload, (str, bridge.JsProxy)):
        return payload
    text, buffers = _parts(payload)
    if text[:1] == FAILED:
        raise_failure(text[1:])
    if text[:1] != PACKED:
        return text
    return (yield from _unpack(text[1:], buffers))


def unpack_call(payload):
    """Arguments and keyword arguments of a call; a generator."""
    if payload and type(payload[0]) is str and payload[0][:1] == CALL:
        args, kwargs = yield from _unpack(payload[0][1:], payload[1:])
        return args, kwargs
    if IS_MICROPYTHON:
        # An integer that its FFI cannot pass came as a text.
        payload = [int(value[1:]) if type(value) is str and value[:1] == PACKED else value for value in payload]
    return payload, {}


# ---- errors ----


def failure(error):
    """An exception as a payload."""
    encoder = _Encoder()
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
    return FAILED + _dumps(told)


class RemoteError(Exception):
    """An exception of the other side whose class does not exist here; `kind` is the class's name."""

    kind = "Exception"


class JsError(RemoteError):
    """An error that JavaScript threw on the other side."""


def _error_class(module, name):
    if module == "js":
        return _of_sabir.get(name, JsError)
    if module == __name__:
        return Unserialisable
    try:
        found = getattr(_builtins, name, None) if module == "builtins" else _find(module, name)
    except TypeError:
        found = None
    return found if isinstance(found, type) and issubclass(found, BaseException) else RemoteError


def raise_failure(text):
    """Raises what `failure` made a text of, here."""
    told = json.loads(text)
    cls = _error_class(told["module"], told["name"])
    args = told["args"]
    args = (told["text"],) if args is None else _Decoder(()).items(args)
    if cls in (RemoteError, JsError):
        error = cls(told["name"] + ": " + told["text"])
        error.kind = told["name"]
    else:
        error = bridge.make_error(cls, args)
    raise bridge.with_traceback(error, told["traceback"])


import builtins as _builtins


def _builtin(name, otherwise):
    return getattr(_builtins, name, otherwise)


# What Sabir's own errors are in Python.
_of_sabir = {
    "Interrupted": KeyboardInterrupt,
    "TimedOut": _builtin("TimeoutError", OSError),
    "Closed": _builtin("ConnectionError", OSError),
    "Deadlock": RuntimeError,
    "TooDeep": _builtin("RecursionError", RuntimeError),
    "NotExported": AttributeError,
    "Unserialisable": TypeError,
    "Refused": _builtin("PermissionError", OSError),
    "CannotBlock": RuntimeError,
}


# ---- kinds that not every Python has ----


def _is_enum(_):
    return False


def _has_iso(name, cls, parse):
    # Subclasses arrive as the class, as of every other kind.
    _others[cls] = _tagged(name, lambda _, value: value.isoformat())
    _bases.append((cls, _others[cls]))
    _read[name] = lambda _, node: parse(node)


try:
    import datetime as _datetime

    # A datetime is a date.
    _has_iso("datetime", _datetime.datetime, _datetime.datetime.fromisoformat)
    _has_iso("date", _datetime.date, _datetime.date.fromisoformat)
    _has_iso("time", _datetime.time, _datetime.time.fromisoformat)
    _microsecond = _datetime.timedelta(microseconds=1)
    _others[_datetime.timedelta] = _tagged("timedelta", lambda _, value: str(value // _microsecond))
    _read["timedelta"] = lambda _, node: int(node) * _microsecond
except ImportError:
    pass

try:
    import decimal as _decimal

    _others[_decimal.Decimal] = _tagged("decimal", lambda _, value: str(value))
    _read["decimal"] = lambda _, node: _decimal.Decimal(node)
except ImportError:
    pass

try:
    import uuid as _uuid

    _others[_uuid.UUID] = _tagged("uuid", lambda _, value: value.hex)
    _read["uuid"] = lambda _, node: _uuid.UUID(node)
except ImportError:
    pass

try:
    import enum as _enum

    def _is_enum(value):
        return isinstance(value, _enum.Enum)

    def _write_enum(encoder, value):
        cls = type(value)
        return {"$": "E", "v": [cls.__module__, cls.__qualname__, encoder.node(value.value)]}

    def _read_enum(decoder, node):
        module, name, value = node
        value = decoder.value(value)
        try:
            cls = _find(module, name)
        except TypeError:
            # As PyScript has it: where its class is unknown, an Enum is its value.
            return value
        if not (isinstance(cls, type) and issubclass(cls, _enum.Enum)):
            raise _unknown_class(module, name)
        return cls(value)

    _tests.append((_is_enum, _write_enum))
except ImportError:

    def _read_enum(decoder, node):
        return decoder.value(node[2])


_read["E"] = _read_enum

try:
    import dataclasses as _dataclasses

    def _is_dataclass(value):
        return _dataclasses.is_dataclass(value) and not isinstance(value, type)

    def _write_dataclass(encoder, value):
        cls = type(value)
        fields = {field.name: getattr(value, field.name) for field in _dataclasses.fields(value)}
        return {"$": "D", "v": [cls.__module__, cls.__qualname__, encoder.within(value, lambda e, _: _fields(e, fields))]}

    def _fields(encoder, fields):
        nodes = {}
        for name, value in fields.items():
            try:
                nodes[name] = encoder.node(value)
            except Unserialisable as error:
                raise error.within("." + name) from None
        return nodes

    def _read_dataclass(decoder, node):
        module, name, fields = node
        cls = _find(module, name)
        if not _dataclasses.is_dataclass(cls):
            raise _unknown_class(module, name)
        # The fields as they were: no `__init__`, which may want others or do more.
        made = cls.__new__(cls)
        for name, value in fields.items():
            object.__setattr__(made, name, decoder.value(value))
        return made

    _tests.append((_is_dataclass, _write_dataclass))
    _read["D"] = _read_dataclass
except ImportError:

    def _read_dataclass(_, node):
        raise TypeError("MicroPython has no dataclasses: `" + node[0] + "." + node[1] + "` needs an adapter")

    _read["D"] = _read_dataclass

for _kind in ("datetime", "date", "time", "timedelta", "decimal", "uuid"):
    if _kind not in _read:

        def _read_missing(_, node, kind=_kind):
            raise TypeError("this Python has no `" + kind + "`: send its text, or give it an adapter")

        _read[_kind] = _read_missing


def _array_module(value):
    """numpy, if it is loaded: what is not loaded has no arrays."""
    numpy = sys.modules.get("numpy")
    return numpy if hasattr(numpy, "ndarray") else None


def _is_array(value):
    numpy = _array_module(value)
    return numpy is not None and isinstance(value, numpy.ndarray)


def _write_array(encoder, value):
    if value.dtype.hasobject:
        raise Unserialisable("an array of objects is no value that Python sends")
    whole = _array_module(value).ascontiguousarray(value)
    return {"$": "n", "v": [value.dtype.str, list(value.shape), encoder.buffer(memoryview(whole).cast("B"))]}


def _read_array(decoder, node):
    numpy = _array_module(None)
    if numpy is None:
        raise TypeError("numpy is not loaded here: add it to `packages`, or send `.tolist()`")
    dtype, shape, index = node
    return numpy.frombuffer(bridge.to_bytearray(decoder.buffers[index]), dtype=dtype).reshape(shape)


def _is_array_scalar(value):
    numpy = _array_module(value)
    return numpy is not None and isinstance(value, numpy.generic)


_tests.append((_is_array, _write_array))
_tests.append((_is_array_scalar, lambda encoder, value: encoder.node(value.item())))
_read["n"] = _read_array

if not IS_MICROPYTHON:
    from collections.abc import Iterator, KeysView, Mapping, ValuesView, ItemsView

    _tests.append((lambda value: isinstance(value, (Iterator, KeysView, ValuesView, ItemsView)), _list))
    _tests.append((lambda value: isinstance(value, Mapping) and not isinstance(value, dict), _dict))
