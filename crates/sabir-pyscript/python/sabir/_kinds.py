"""Kinds that not every Python has: they travel between those that do."""

from ._values import (
    IS_MICROPYTHON,
    Unserialisable,
    bases,
    find,
    read,
    tagged,
    tests,
    unknown_class,
    write_dict,
    write_list,
    written,
)


def is_enum(_):
    return False


def _has_iso(name, cls, parse):
    # Subclasses arrive as the class, as of every other kind.
    written[cls] = tagged(name, lambda _, value: value.isoformat())
    bases.append((cls, written[cls]))
    read[name] = lambda _, node: parse(node)


try:
    import datetime as _datetime

    # A datetime is a date.
    _has_iso("datetime", _datetime.datetime, _datetime.datetime.fromisoformat)
    _has_iso("date", _datetime.date, _datetime.date.fromisoformat)
    _has_iso("time", _datetime.time, _datetime.time.fromisoformat)
    _microsecond = _datetime.timedelta(microseconds=1)
    written[_datetime.timedelta] = tagged("timedelta", lambda _, value: str(value // _microsecond))
    read["timedelta"] = lambda _, node: int(node) * _microsecond
except ImportError:
    pass

try:
    import decimal as _decimal

    written[_decimal.Decimal] = tagged("decimal", lambda _, value: str(value))
    read["decimal"] = lambda _, node: _decimal.Decimal(node)
except ImportError:
    pass

try:
    import uuid as _uuid

    written[_uuid.UUID] = tagged("uuid", lambda _, value: value.hex)
    read["uuid"] = lambda _, node: _uuid.UUID(node)
except ImportError:
    pass

try:
    import enum as _enum

    def is_enum(value):
        return isinstance(value, _enum.Enum)

    def _write_enum(encoder, value):
        cls = type(value)
        return {"$": "E", "v": [cls.__module__, cls.__qualname__, encoder.node(value.value)]}

    def _read_enum(decoder, node):
        module, name, value = node
        value = decoder.value(value)
        try:
            cls = find(module, name)
        except TypeError:
            # As in PyScript: an Enum of an unknown class is its value.
            return value
        if not (isinstance(cls, type) and issubclass(cls, _enum.Enum)):
            raise unknown_class(module, name)
        return cls(value)

    tests.append((is_enum, _write_enum))
except ImportError:

    def _read_enum(decoder, node):
        return decoder.value(node[2])


read["E"] = _read_enum

try:
    import dataclasses as _dataclasses

    def _is_dataclass(value):
        return _dataclasses.is_dataclass(value) and not isinstance(value, type)

    def _write_dataclass(encoder, value):
        cls = type(value)
        fields = {field.name: getattr(value, field.name) for field in _dataclasses.fields(value)}
        return {
            "$": "D",
            "v": [cls.__module__, cls.__qualname__, encoder.within(value, lambda e, _: _fields(e, fields))],
        }

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
        cls = find(module, name)
        if not _dataclasses.is_dataclass(cls):
            raise unknown_class(module, name)
        # The fields as they were: no `__init__`, which may want others or do more.
        made = cls.__new__(cls)
        for name, value in fields.items():
            object.__setattr__(made, name, decoder.value(value))
        return made

    tests.append((_is_dataclass, _write_dataclass))
    read["D"] = _read_dataclass
except ImportError:

    def _read_dataclass(_, node):
        raise TypeError("MicroPython has no dataclasses: `" + node[0] + "." + node[1] + "` needs an adapter")

    read["D"] = _read_dataclass

for _kind in ("datetime", "date", "time", "timedelta", "decimal", "uuid"):
    if _kind not in read:

        def _read_missing(_, node, kind=_kind):
            raise TypeError("this Python has no `" + kind + "`: send its text, or give it an adapter")

        read[_kind] = _read_missing

if not IS_MICROPYTHON:
    from collections.abc import Iterator, KeysView, Mapping, ValuesView, ItemsView

    tests.append((lambda value: isinstance(value, (Iterator, KeysView, ValuesView, ItemsView)), write_list))
    tests.append((lambda value: isinstance(value, Mapping) and not isinstance(value, dict), write_dict))
