"""Payloads: values that the interpreters' FFIs pass quickly.

Numbers, booleans, texts and None go unchanged. Any other value is a text that begins with a mark, with its buffers beside
it.
"""

import json

from . import _arrays, _bridge as bridge
from ._errors import CALL, FAILED, MARKS, PACKED, dumps, raise_failure
from ._kinds import is_enum
from ._values import IS_MICROPYTHON, Decoder, Encoder, Unserialisable, adapter_named, of_base, write_pairs, written

# MicroPython's FFI passes integers of 32 bits; JavaScript's numbers hold integers of 53.
_PLAIN_BITS = 30 if IS_MICROPYTHON else 53


def are_plain(values):
    """True if the FFIs pass the values unchanged in both directions."""
    for value in values:
        kind = type(value)
        if kind is int:
            # One operation where two comparisons would do: this runs for each argument of each call.
            if value >> _PLAIN_BITS and value >> _PLAIN_BITS != -1:
                return False
        elif kind is str:
            # MicroPython's FFI ends texts at a zero.
            if value[:1] in MARKS or (IS_MICROPYTHON and "\0" in value):
                return False
        elif kind is float:
            # A whole number would come back as an int.
            if value == value // 1:
                return False
        elif kind is not bool and value is not None:
            return False
    return True


def _pack(encoder, mark, node):
    """The payload of a node; a generator, which yields awaitables."""
    while encoder.queue:
        slot, adapter, value = encoder.queue.pop(0)
        if adapter.encoder is not None:
            value = adapter.encoder(value)
            if bridge.is_awaitable(value):
                value = yield value
            inner = encoder.node(value)
        else:
            kind = type(value)
            inner = (
                encoder.node(value.value) if is_enum(value) else (written.get(kind) or of_base(value))(encoder, value)
            )
        encoder.adapted[slot] = [adapter.name, inner]
    if encoder.adapted:
        node = {"$": "A", "v": [encoder.adapted, node]}
    return [mark + dumps(node)] + encoder.buffers


def pack(value):
    """The payload of a value, as a list; a generator."""
    if are_plain((value,)):
        return [value]
    encoder = Encoder()
    return (yield from _pack(encoder, PACKED, encoder.node(value)))


def pack_call(args, kwargs):
    """The payload of a call's arguments; a generator."""
    if not kwargs and are_plain(args):
        return args
    encoder = Encoder()
    try:
        node = [encoder.items(args)]
    except Unserialisable as error:
        raise error.within("args") from None
    try:
        node.append(write_pairs(encoder, kwargs))
    except Unserialisable as error:
        raise error.within("kwargs") from None
    return (yield from _pack(encoder, CALL, node))


def _unpack(text, buffers):
    """The value of a payload's text; a generator, which yields awaitables."""
    node = json.loads(text)
    decoder = Decoder(buffers)
    if type(node) is dict and node.get("$") == "A":
        adapted, node = node["v"]
        decoder.adapted = [None] * len(adapted)
        # One mentions those that were written after it.
        for slot in range(len(adapted) - 1, -1, -1):
            name, inner = adapted[slot]
            value = adapter_named(name).decoder(decoder.value(inner))
            if bridge.is_awaitable(value):
                value = yield value
            decoder.adapted[slot] = value
    return decoder.value(node)


def _parts(payload):
    """Text and buffers of a payload from JavaScript: a text, or an array of it and of buffers."""
    if type(payload) is str:
        return payload, ()
    return payload[0], [payload[index] for index in range(1, payload.length)]


def unpack(payload):
    """The value of an answer, or raises the other side's exception; a generator."""
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
