"""Values that travel between the page's Python and a worker's, and come back as they were; both Pythons have these."""

import sys

is_cpython = sys.implementation.name == "cpython"

values = [
    None, True, False, 0, -1, 2**31, -(2**31) - 1, 2**53, 2**53 + 1, -(2**70), 10**40,
    0.0, -0.0, 1.0, 0.1, 1e300, 5e-324, float("inf"), float("-inf"), 2.0**60,
    "", "text", "\0zero", "\1", "\2", "\3", "\4marked", "ünïcode \u2028 \U0001f40d", "$",
    [], [1, [2, [3]]], [1.0, 2], (), (1,), (1, (2.0, "3")), {}, {"a": 1}, {"$": 1}, {"$": "t", "v": [1]},
    {1: "int", 2.5: "float", (1, 2): "tuple", None: 0}, {"nested": {"a": [(1, 2)]}},
    set(), {1, 2}, {(1, 2)}, frozenset([1, 2]), b"", b"bytes\0\xff", bytearray(b"array"), range(1, 10, 3),
    complex(1, -2.5), {"both": [b"one", bytearray(b"two")]}, b"x" * 100_000,
]
if is_cpython:
    import datetime
    import decimal
    import uuid

    values += [
        datetime.datetime(2026, 11, 21, 12, 0, 0, 5), datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
        datetime.date(2026, 11, 21), datetime.time(1, 2, 3), datetime.timedelta(days=-1, microseconds=1),
        decimal.Decimal("0.10"), uuid.UUID(int=5), {"when": datetime.date.max},
    ]


def same(one, other):
    """Equal, and of the same classes all through."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all([same(a, b) for a, b in zip(one, other)])
    if isinstance(one, dict):
        # MicroPython's dict has no order.
        return len(one) == len(other) and all([key in other and same(one[key], other[key]) for key in one])
    # Zeros have a sign, and ranges of MicroPython equal nothing.
    return repr(one) == repr(other) if isinstance(one, (float, range)) else one == other


def only_in_cpython():
    """The classes of values that MicroPython does not have."""
    found = {type(value) for value in values}
    return tuple(kind for kind in found if kind.__module__ in ("datetime", "decimal", "uuid")) + (dict,)


async def check(worker, skipped=()):
    """The values that did not come back as they were."""
    wrong = []
    for value in values:
        if type(value) in skipped:
            continue
        back = await worker.echo(value)
        if not same(back, value):
            wrong.append(repr(value)[:40] + " came back as " + repr(back)[:40])
    view = await worker.echo(memoryview(b"view"))
    if type(view) is not memoryview or bytes(view) != b"view":
        wrong.append("a memoryview")
    nan = await worker.echo(float("nan"))
    if nan == nan:
        wrong.append("nan")
    return wrong
