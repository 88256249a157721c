"""Payloads: values as the interpreters' FFIs pass them: one text that begins with a mark, and buffers beside it."""

import json

from . import _arrays, _bridge as bridge
from ._config import add_adapters
from ._errors import CALL, FAILED, PACKED, dumps, raise_failure
from ._kinds import is_enum
from ._values import Decoder, Encoder, Unserialisable, adapter_named, of_base, write_pairs, written

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
    encoder = Encoder()
    return (yield from _pack(encoder, PACKED, encoder.node(value)))


def pack_call(args, kwargs):
    """The payload of a call's arguments; a generator."""
    add_adapters()
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


def is_payload(values):
    """True if they are the arguments of a call between Pythons; other callers send values of JavaScript's."""
    return len(values) > 0 and type(values[0]) is str and values[0][:1] == CALL


def unpack(payload):
    """The value of an answer, or raises the other side's exception; a generator."""
    text, buffers = _parts(payload)
    if text[:1] == FAILED:
        raise_failure(text[1:])
    return (yield from _unpack(text[1:], buffers))


def unpack_call(payload):
    """Arguments and keyword arguments of a call; a generator."""
    add_adapters()
    args, kwargs = yield from _unpack(payload[0][1:], payload[1:])
    return args, kwargs
