"""CPython's half: interrupts of a program that awaits."""

import asyncio

from . import raise_error

# The event loop goes on after a KeyboardInterrupt.
asyncio.get_event_loop()._keyboard_interrupt_handler = lambda: None


def interrupt_awaiting():
    """Raises KeyboardInterrupt in each coroutine that awaits and that no other task waits for."""
    tasks = [task for task in asyncio.all_tasks() if not task.done()]
    waited_for = {inner for task in tasks for inner in _inner(task._fut_waiter)}
    for task in tasks:
        if task not in waited_for:
            _interrupt(task)


def _inner(future):
    """The tasks behind a future: itself, or those that it gathers."""
    if isinstance(future, asyncio.Task):
        return [future]
    return getattr(future, "_children", [])


def _interrupt(task):
    future = task._fut_waiter
    while isinstance(future, asyncio.Task):
        future = future._fut_waiter
    if future is None or future.done():
        return
    gathered = _inner(future)
    future.set_exception(KeyboardInterrupt())
    for task in gathered:
        task.cancel()
