"""Python's values as JSON and buffers. Lists, texts and numbers are themselves; others are objects with the key "$".
`values.js` reads and writes the same for functions of JavaScript.

Here are the kinds that both Pythons have, and adapters; `_kinds.py` has those that only CPython has, `_arrays.py` numpy's.
"""

import sys

from . import _bridge as bridge

IS_MICROPYTHON = sys.implementation.name == "micropython"
# JavaScript's numbers hold integers of 53 bits.
_JSON_LIMIT = 1 << 53


class Unserialisable(TypeError):
    """A value that cannot travel; the message has its position: `args[0]["x"]`."""

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


adapters = []


def add_adapter(cls, encoder=None, decoder=None, name=None):
    """Sends instances of `cls` as the result of `encoder`; on the other side `decoder` makes an instance of it.

    Both may be async. Without an encoder the value itself is sent (of an Enum: its value), without a decoder the class is
    called with it. Adapters are asked in the order in which they were added; the receiver builds the class of the
    adapter, not a subclass of it.
    """
    if not isinstance(cls, type):
        raise TypeError("an adapter is for a class, not for " + repr(cls))
    for role, function in (("encoder", encoder), ("decoder", decoder)):
        if function is not None and not callable(function):
            raise TypeError("the " + role + " of an adapter is a function or None, not " + repr(function))
    adapters.append(Adapter(cls, encoder, decoder, name))
    first.pop(cls, None)


def _name_of(cls):
    return getattr(cls, "__module__", "builtins") + "." + getattr(cls, "__qualname__", cls.__name__)


class Encoder:
    def __init__(self):
        self.buffers = []
        self.adapted = []
        self.queue = []
        self.open = set()

    def node(self, value):
        kind = type(value)
        if kind is str or kind is bool or value is None:
            return value
        encode = first.get(kind)
        if encode is None:
            for adapter in adapters:
                if isinstance(value, adapter.cls):
                    return self.adapt(adapter, value)
            encode = written.get(kind) or of_base(value)
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
        """Writes the items of a container; one that contains itself has no end."""
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


def tagged(tag, write):
    return lambda encoder, value: {"$": tag, "v": write(encoder, value)}


def _int(_, value):
    return value if -_JSON_LIMIT < value < _JSON_LIMIT else {"$": "i", "v": str(value)}


def _float(_, value):
    if value - value == 0:
        return value
    return {"$": "f", "v": "nan" if value != value else "inf" if value > 0 else "-inf"}


def write_list(encoder, value):
    return encoder.within(value, Encoder.items)


def write_dict(encoder, value):
    return encoder.within(value, write_pairs)


def write_pairs(encoder, value):
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


# How each kind is written.
written = {
    int: _int,
    float: _float,
    str: lambda _, value: value,
    bool: lambda _, value: value,
    list: write_list,
    dict: write_dict,
    tuple: tagged("t", write_list),
    set: tagged("s", lambda encoder, value: encoder.items(value)),
    frozenset: tagged("z", lambda encoder, value: encoder.items(value)),
    bytes: tagged("b", Encoder.buffer),
    bytearray: tagged("B", Encoder.buffer),
    memoryview: tagged("m", Encoder.buffer),
    complex: tagged("c", lambda encoder, value: [_float(encoder, value.real), _float(encoder, value.imag)]),
    range: tagged("r", lambda _, value: [value.start, value.stop, value.step]),
}
# Those that no adapter is asked about, unless it is for the very class.
first = dict(written)

# Classes whose subclasses travel too, as the class.
bases = [
    (dict, write_dict),
    (tuple, written[tuple]),
    (list, write_list),
    (str, lambda _, value: str(value)),
    (int, lambda encoder, value: _int(encoder, int(value))),
    (float, lambda encoder, value: _float(encoder, float(value))),
    (set, written[set]),
    (frozenset, written[frozenset]),
    (bytes, written[bytes]),
    (bytearray, written[bytearray]),
]


def of_base(value):
    for claims, encode in tests:
        if claims(value):
            return encode
    for base, encode in bases:
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


# Further kinds, by a test; what is tested last is asked last.
tests = []


class Decoder:
    def __init__(self, buffers):
        self.buffers = buffers
        self.adapted = []

    def value(self, node):
        kind = type(node)
        if kind is list:
            return self.items(node)
        if kind is dict:
            if "$" in node:
                return read[node["$"]](self, node["v"])
            return {key: self.value(item) for key, item in node.items()}
        return node

    def items(self, nodes):
        return [self.value(node) if type(node) in (list, dict) else node for node in nodes]


def unknown_class(module, name):
    return TypeError(
        "the class `" + module + "." + name + "` is not known here; import its module on this side too, or give it an "
        "adapter"
    )


def find(module, name):
    """A class of the other side, if it exists here by the same name. Nothing is imported: a sender must not run code."""
    found = sys.modules.get(module)
    try:
        for part in name.split("."):
            found = getattr(found, part)
    except AttributeError:
        raise unknown_class(module, name) from None
    return found


read = {
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


def adapter_named(name):
    for adapter in adapters:
        if adapter.name == name:
            return adapter
    raise TypeError("no adapter here decodes `" + name + "`; list it in `[adapters]` of both sides' configurations")
