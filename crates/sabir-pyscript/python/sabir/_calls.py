"""Calls between Pythons: functions that are served to the other side, and those that call it."""

import _sabir

from . import _bridge as bridge
from ._errors import failure, raise_thrown
from ._payloads import is_payload, pack, pack_call, unpack, unpack_call

# ---- driving generators that yield awaitables ----


def at_once(steps):
    """Runs to the end without an event loop; awaitables run as far as they can without one."""
    try:
        awaited = next(steps)
        while True:
            awaited = steps.send(_complete(awaited))
    except StopIteration as stop:
        return stop.value


def _complete(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise RuntimeError("an async adapter that has to wait cannot serve a call that blocks; make it a plain function")


async def in_time(steps, awaited=None):
    """Runs to the end, and awaits on the way."""
    try:
        if awaited is None:
            awaited = next(steps)
        while True:
            try:
                value = await awaited
            except BaseException as error:
                awaited = steps.throw(error)
            else:
                awaited = steps.send(value)
    except StopIteration as stop:
        return stop.value


# ---- being called ----


def export(name, function):
    """Lets the other side call `function` by `name`."""
    _sabir.export_(name, bridge.create_proxy(_served(function)))


def _served(function):
    """`function` as the other side calls it. Callers that are no Pythons reach it with JavaScript's values."""

    def call(*values):
        if not is_payload(values):
            return function(*values)
        steps = _answer(function, values)
        try:
            awaited = next(steps)
        except StopIteration as stop:
            return stop.value
        return in_time(steps, awaited)

    return call


def _answer(function, values):
    """The payload of a call's answer; a generator, which yields awaitables."""
    try:
        args, kwargs = yield from unpack_call(values)
        result = function(*args, **kwargs)
        if bridge.is_awaitable(result):
            result = yield result
        answer = yield from pack(result)
    except BaseException as error:
        return failure(error)
    return answer[0] if len(answer) == 1 else bridge.to_js(answer)


# ---- calling ----


def is_probe(name):
    """True for the names that interpreters look for on whatever they show or await."""
    return name[:2] == "__" or name in ("then", "constructor", "to_py", "typeof")


class Awaited:
    """Functions of another side, each of whose calls is awaited. `call(name, *payload)` gives a promise."""

    def __init__(self, call):
        self._call = call

    def __getattr__(self, name):
        if is_probe(name):
            raise AttributeError(name)
        return lambda *args, **kwargs: bridge.eager(self._answered(name, args, kwargs))

    async def _answered(self, name, args, kwargs):
        payload = await in_time(pack_call(args, kwargs))
        try:
            answer = await self._call(name, *payload)
        except Exception as error:
            raise_thrown(error)
        return await in_time(unpack(answer))


class Blocking:
    """Functions of the page, each of whose calls blocks this worker. `call(name, *payload)` gives the answer."""

    def __init__(self, call):
        self._call = call

    def __getattr__(self, name):
        if is_probe(name):
            raise AttributeError(name)
        return lambda *args, **kwargs: self._answered(name, args, kwargs)

    def _answered(self, name, args, kwargs):
        payload = at_once(pack_call(args, kwargs))
        try:
            answer = self._call(name, *payload)
        except Exception as error:
            raise_thrown(error)
        return at_once(unpack(answer))
