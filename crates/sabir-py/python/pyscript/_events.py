"""`when`: functions that run when something happens."""

import inspect

import _sabir

from . import _bridge as bridge
from ._context import document


class Event:
    """Something that happens in Python, of which listeners are told."""

    def __init__(self):
        self._listeners = []

    def trigger(self, result=None):
        """Tells all listeners."""
        for listener in list(self._listeners):
            answer = listener(result)
            if bridge.is_awaitable(answer):
                _task(_reported(answer))

    def add_listener(self, listener):
        """Adds a function, which may be async; one that is there is not added again."""
        if not callable(listener):
            raise ValueError("a listener is a function, not " + repr(listener))
        if listener not in self._listeners:
            self._listeners.append(listener)

    def remove_listener(self, *listeners):
        """Removes listeners; all of them, if none is named."""
        gone = listeners or tuple(self._listeners)
        self._listeners = [listener for listener in self._listeners if listener not in gone]


def _task(coroutine):
    import asyncio

    return asyncio.create_task(coroutine)


def when(what, selector=None, **options):
    """Has the decorated function run on an event of elements, or on an `Event`, or on each of a list of those.

    `selector` is a CSS selector, an element, or a list of elements; `options` are those of `addEventListener`. The
    function may be async, and may take the event or nothing.
    """
    if not isinstance(what, str):
        events = what if isinstance(what, (list, tuple)) else [what]
        if not all(isinstance(event, Event) for event in events):
            raise ValueError("`when` takes the name of a DOM event, an `Event`, or a list of those, not " + repr(what))
    elif selector is None:
        raise ValueError("`when(" + repr(what) + ")` needs a selector: of which elements?")
    else:
        elements = _elements(selector)
        if not elements:
            raise ValueError("`when`: no element matches " + repr(selector))

    def decorate(function):
        listener = _listener(function)
        if not isinstance(what, str):
            for event in events:
                event.add_listener(listener)
            return function
        proxy = bridge.create_proxy(listener)
        for element in elements:
            element.addEventListener(what, proxy, bridge.to_js(options) if options else False)
        return function

    return decorate


def _elements(selector):
    if isinstance(selector, str):
        found = document.querySelectorAll(selector)
        return [found[index] for index in range(found.length)]
    many = selector if isinstance(selector, (list, tuple)) else [selector]
    return [getattr(element, "_dom_element", element) for element in many]


def _listener(function):
    takes_event = bool(inspect.signature(function).parameters)

    def listener(event=None, *_):
        try:
            answer = function(event) if takes_event else function()
        except BaseException as error:
            _sabir.report(bridge.traceback(error))
            return None
        return bridge.eager(_reported(answer)) if bridge.is_awaitable(answer) else answer

    return listener


async def _reported(awaitable):
    try:
        return await awaitable
    except BaseException as error:
        _sabir.report(bridge.traceback(error))
