"""Encoding of numpy's values in CPython, with numpy itself: no package registry has it for Pyodide.

Only the interpreter's FFI is simulated: a buffer is bytes.
"""

import sys
import types
import unittest
from pathlib import Path

import numpy as np

PYTHON = Path(__file__).resolve().parents[2] / "crates/sabir-pyscript/python"


class Buffers(list):
    """An array, as JavaScript gives it."""

    length = property(len)


def _simulate():
    bridge, page = types.ModuleType("sabir._bridge"), types.ModuleType("_sabir")
    bridge.JsProxy = Buffers
    bridge.is_awaitable = lambda value: False
    bridge.take_buffer = bytes
    bridge.to_bytearray = bytearray
    bridge.with_class_name = lambda decoder, _: decoder
    page.config = lambda: "{}"
    sys.modules.update({"sabir._bridge": bridge, "_sabir": page})
    sys.path.append(str(PYTHON))


_simulate()
from sabir import _payloads
from sabir._values import Unserialisable


def _run(generator):
    try:
        while True:
            next(generator)
    except StopIteration as end:
        return end.value


def sent(value):
    """`value`, as it arrives."""
    payload = _run(_payloads.pack(value))
    return _run(_payloads.unpack(payload[0] if len(payload) == 1 else Buffers(payload)))


FIELDS = np.dtype({"names": ["a", "b"], "formats": ["<i4", ("<f8", (2,))], "offsets": [0, 8], "itemsize": 32})
ARRAYS = [
    np.arange(6.0).reshape(2, 3),
    np.array([1, -2, 3], "i1"),
    np.zeros(0),
    np.zeros((0, 3)),
    np.array(5.0),
    np.asfortranarray(np.arange(6).reshape(2, 3)),
    np.arange(10)[::3],
    np.arange(5)[::-1],
    np.broadcast_to(np.arange(3), (2, 3)),
    np.arange(3, dtype=">f8"),
    np.array([True, False]),
    np.array(["ab", "c"]),
    np.array([b"x", b"yy"]),
    np.array([1 + 2j], "c8"),
    np.array(["2020-01-01", "NaT"], "M8[ns]"),
    np.array([1, 2], "m8[s]"),
    np.array([1.5], "f2"),
    np.array([1.5], np.longdouble),
    np.array([(1, (2.5, 3.5)), (3, (4.5, 5.5))], FIELDS),
    np.zeros(2, [("inner", FIELDS), ("flag", "?")]),
]


class Arrays(unittest.TestCase):
    def test_an_array_arrives_as_it_was(self):
        for array in ARRAYS:
            with self.subTest(repr(array)):
                arrived = sent(array)
                self.assertIs(type(arrived), np.ndarray)
                self.assertEqual((arrived.dtype, arrived.shape), (array.dtype, array.shape))
                self.assertEqual(arrived.tobytes(), array.tobytes())
                self.assertTrue(arrived.flags.writeable)

    def test_arrays_travel_within_values(self):
        first, second = sent({"pair": [np.arange(3), np.ones(2)]})["pair"]
        self.assertEqual((first.tolist(), second.tolist()), ([0, 1, 2], [1, 1]))

    def test_what_has_no_bytes_or_more_than_bytes_is_refused(self):
        for array in (np.array([{}], object), np.ma.array([1, 2], mask=[0, 1])):
            with self.subTest(repr(array)), self.assertRaisesRegex(Unserialisable, "`.tolist|`.filled"):
                sent(array)

    def test_a_subclass_arrives_as_an_array(self):
        self.assertIs(type(sent(np.arange(3).view(np.recarray))), np.ndarray)

    def test_a_scalar_arrives_as_what_python_has_for_it(self):
        for scalar in (np.float32(1.5), np.int64(7), np.bool_(True), np.str_("x"), np.complex64(1j)):
            with self.subTest(repr(scalar)):
                arrived = sent(scalar)
                self.assertEqual((type(arrived), arrived), (type(scalar.item()), scalar.item()))
        self.assertEqual(str(sent(np.datetime64("2020-01-01"))), "2020-01-01")
        self.assertEqual(sent(np.array([(1, [2])], [("a", "i4"), ("b", object)])[0]), (1, [2]))

    def test_a_scalar_that_python_has_nothing_for_arrives_as_it_was(self):
        record = np.array([(1, (2.5, 3.5))], FIELDS)[0]
        for scalar in (
            np.longdouble(1.5),
            np.datetime64("2020-01-01T00:00:00.5", "ns"),
            np.timedelta64(5, "ns"),
            record,
        ):
            with self.subTest(repr(scalar)):
                arrived = sent(scalar)
                self.assertEqual((arrived.dtype, arrived), (scalar.dtype, scalar))
        self.assertTrue(np.isnat(sent(np.datetime64("NaT"))))


result = unittest.main(exit=False, argv=sys.argv[:1]).result
# A test that fails in parts fails once.
failed = len({getattr(test, "test_case", test).id() for test, _ in result.failures + result.errors})
print(f"test result: {result.testsRun - failed} passed; {failed} failed")
sys.exit(failed > 0)
