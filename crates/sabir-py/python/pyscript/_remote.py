"""Calls between Pythons: this side's exports, and calls of the other side's."""

import json

import _sabir

from . import _bridge as bridge
from ._errors import BESIDE, MARKS, failure
from ._payloads import are_plain, pack, pack_call, unpack, unpack_call

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

_exports = {}


def export(name, function):
    """Lets the other side call `function` by `name`."""
    if not callable(function):
        raise TypeError("`" + name + "` cannot be exported: a `" + type(function).__name__ + "` is not callable")
    _exports[name] = function
    if _sabir.inWorker:
        _sabir.exported(name)


def export_named(namespace):
    """Exports what `__export__` of the program lists."""
    names = namespace.get("__export__", [])
    if isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise TypeError("`__export__` has to be a list of names, not " + repr(names))
    for name in names:
        if name not in namespace:
            raise AttributeError("`__export__` lists `" + name + "`, which the code does not define")
        export(name, namespace[name])


def _exported(name):
    function = _exports.get(name)
    if function is None:
        known = ", ".join("`" + known + "`" for known in sorted(_exports) if " " not in known) or "nothing"
        raise AttributeError("`" + name.rpartition(" ")[2] + "` is not exported there; the exports are: " + known)
    return function


def _served(token, name, payload):
    """Answers a call; a generator, which yields awaitables."""
    try:
        function = _exported(name)
        args, kwargs = yield from unpack_call(payload)
        result = function(*args, **kwargs)
        if bridge.is_awaitable(result):
            result = yield result
        answer = yield from pack(result)
    except BaseException as error:
        return failure(error)
    if len(answer) == 1:
        return answer[0]
    # Several values are one answer: JavaScript takes them by the call's token.
    _sabir.settle(token, *answer)
    return BESIDE


def dispatch(token, name, *payload):
    """Serves a call of the other side; gives its payload, or a coroutine of that."""
    steps = _served(token, name, payload)
    try:
        awaited = next(steps)
    except StopIteration as stop:
        return stop.value
    return in_time(steps, awaited)


# ---- calling ----

_ATOMS = (int, float, bool, type(None))


def _blocking(name):
    """A function of the page, as a worker calls it; a closure, which both Pythons call faster than an object."""
    call = _sabir.caller(name)

    def function(*args, **kwargs):
        if kwargs or not are_plain(args):
            args = at_once(pack_call(args, kwargs))
        return read(call(*args))

    def read(answer):
        kind = type(answer)
        if kind in _ATOMS or (kind is str and answer[:1] not in MARKS):
            return answer
        return at_once(unpack(answer))

    return bridge.shortened(call, function, read)


async def _answered(promise):
    return await in_time(unpack(await promise))


class _Awaited:
    """A function of another realm, each of whose calls is awaited."""

    def __init__(self, ask, name):
        self.ask = ask
        self.name = name

    def __call__(self, *args, **kwargs):
        if kwargs or not are_plain(args):
            steps = pack_call(args, kwargs)
            try:
                awaited = next(steps)
            except StopIteration as stop:
                args = stop.value
            else:
                return bridge.eager(self._later(steps, awaited))
        return bridge.eager(_answered(self.ask(self.name, *args)))

    async def _later(self, steps, awaited):
        args = await in_time(steps, awaited)
        return await _answered(self.ask(self.name, *args))

    def __repr__(self):
        return "<function " + self.name + " of another realm>"


def _is_probe(name):
    # Interpreters look for these on whatever they show or compare.
    return name[:2] == "__" or name in ("then", "constructor", "to_py", "typeof")


class Sync:
    """`sync` in a worker: calls reach the page's functions, assigned functions are exported to the page."""

    def __getattr__(self, name):
        if _is_probe(name):
            raise AttributeError(name)
        function = _blocking(name) if _sabir.blocking else _Awaited(_sabir.callLater, name)
        object.__setattr__(self, name, function)
        return function

    def __setattr__(self, name, function):
        export(name, function)


class Functions:
    """The exported functions of another realm, by name; each call is awaited."""

    def __init__(self, realm):
        object.__setattr__(self, "_realm", realm)

    def _ask(self, name, *payload):
        return _sabir.ask(self._realm, name, *payload)

    def __getattr__(self, name):
        if _is_probe(name):
            raise AttributeError(name)
        why = _sabir.missing(self._realm, name)
        if why:
            raise AttributeError(why)
        return _Awaited(self._ask, name)


class _Controls:
    """The operations on any worker."""

    def terminate(self):
        """Ends it; its calls in flight fail."""
        _sabir.terminate(self._realm)

    def interrupt(self):
        """Raises `KeyboardInterrupt` in what it runs."""
        _sabir.interrupt(self._realm)


class Worker(Functions, _Controls):
    """Another worker, by its exported functions."""


class _WorkerSync(Functions):
    """`sync` of a worker that the page started: assigned functions are exported to it, calls reach its own."""

    def __setattr__(self, name, function):
        export(str(self._realm) + " " + name, function)
        _sabir.expose(self._realm, name)


class PyWorker(_Controls):
    """A worker that runs Python code from a URL, and belongs to its maker.

    `type` is "pyodide" (or "py") or "micropython" (or "mpy"). Functions that are assigned to `sync` can be called by the
    worker, also before it is ready; functions of the worker are awaited. `await worker.ready` returns once its code
    has run, and raises why it failed.
    """

    def __init__(self, src, type="pyodide", config=None, name=None, **options):
        self._realm = _sabir.spawn(src, type, _config_text(config), json.dumps(options), name)
        self.sync = _WorkerSync(self._realm)

    @property
    def ready(self):
        return bridge.eager(self._ready())

    async def _ready(self):
        await _answered(_sabir.ready(self._realm))
        return self

    def postMessage(self, value):
        """Sends a message of the platform's own, which JavaScript values suit."""
        _sabir.postMessage(self._realm, bridge.to_js(value))

    @property
    def onmessage(self):
        return self._onmessage

    @onmessage.setter
    def onmessage(self, listener):
        self._onmessage = listener
        _sabir.onMessage(self._realm, bridge.create_proxy(listener))

    _onmessage = None


def _config_text(config):
    if config is None or isinstance(config, str):
        return config
    return json.dumps(config)


class _Workers:
    """The named workers of the page: `await workers["name"]`."""

    def __getitem__(self, name):
        return bridge.eager(_found(name))

    def __getattr__(self, name):
        if _is_probe(name):
            raise AttributeError(name)
        return self[name]


async def _found(name):
    return Worker(await _answered(_sabir.find(name)))


workers = _Workers()


async def create_named_worker(src, name, config=None, type="py"):
    """Starts a worker that others find by its name; gives it when its code has run.

    `type` is "py" for Pyodide or "mpy" for MicroPython; `config` is a dict, JSON, or the URL of a JSON or TOML file.
    """
    return Worker(await _answered(_sabir.createNamed(src, name, _config_text(config), type)))
