"""numpy's arrays and scalars, where numpy is loaded."""

import sys

from . import _bridge as bridge
from ._values import Unserialisable, read, tests


def _numpy():
    """numpy, if it is loaded: without it there are no arrays."""
    numpy = sys.modules.get("numpy")
    return numpy if hasattr(numpy, "ndarray") else None


def _is_array(value):
    numpy = _numpy()
    return numpy is not None and isinstance(value, numpy.ndarray)


def _is_masked(value):
    masked = sys.modules.get("numpy.ma")
    return masked is not None and isinstance(value, masked.MaskedArray)


def _dtype_node(dtype):
    """A text; of an array within an element a list, of one with fields a dict."""
    if dtype.subdtype is not None:
        return [_dtype_node(dtype.subdtype[0]), list(dtype.subdtype[1])]
    if dtype.fields is None:
        return dtype.str
    fields = [dtype.fields[name] for name in dtype.names]
    return {
        "names": list(dtype.names),
        "formats": [_dtype_node(field[0]) for field in fields],
        "offsets": [field[1] for field in fields],
        "itemsize": dtype.itemsize,
    }


def _dtype(numpy, node):
    if type(node) is list:
        return numpy.dtype((_dtype(numpy, node[0]), tuple(node[1])))
    if type(node) is dict:
        return numpy.dtype(dict(node, formats=[_dtype(numpy, field) for field in node["formats"]]))
    return numpy.dtype(node)


def _array_parts(encoder, value):
    items = _numpy().ascontiguousarray(value).reshape(-1)
    # Of elements that have no bytes there is no view by bytes.
    return [_dtype_node(value.dtype), list(value.shape), encoder.buffer(items.view("u1") if items.nbytes else b"")]


def _write_array(encoder, value):
    if value.dtype.hasobject:
        raise Unserialisable("an array of " + str(value.dtype) + " has no bytes of its own: send `.tolist()`")
    if _is_masked(value):
        raise Unserialisable("an array's mask does not travel: send `.filled()`, or give it an adapter")
    return {"$": "n", "v": _array_parts(encoder, value)}


def _read_array(decoder, node):
    numpy = _numpy()
    if numpy is None:
        raise TypeError("numpy is not loaded here: add it to `packages`, or send `.tolist()`")
    dtype, shape, index = node
    return numpy.ndarray(shape, _dtype(numpy, dtype), bridge.to_bytearray(decoder.buffers[index]))


def _is_scalar(value):
    numpy = _numpy()
    return numpy is not None and isinstance(value, numpy.generic)


def _write_scalar(encoder, value):
    item, dtype = value.item(), value.dtype
    # Python has no kind for fields, a `longdouble`, nanoseconds or a time that is none: numpy gives what loses them.
    is_coarser = dtype.kind == "V" or (dtype.kind in "mM" and (item is None or type(item) is int))
    if (is_coarser or isinstance(item, _numpy().generic)) and not dtype.hasobject:
        return {"$": "ns", "v": _array_parts(encoder, value)}
    return encoder.node(item)


tests.append((_is_array, _write_array))
tests.append((_is_scalar, _write_scalar))
read["n"] = _read_array
read["ns"] = lambda decoder, node: _read_array(decoder, node)[()]
