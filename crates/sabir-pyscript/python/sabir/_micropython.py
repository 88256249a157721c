"""MicroPython's half: errors of JavaScript, and interrupts of a program that awaits."""

import _sabir
import jsffi

from . import raise_error


class Raise:
    """Raises JavaScript's error when asked for `__iter__`: otherwise MicroPython's FFI lets it pass through Python."""

    def __iter__(self):
        thrown = _sabir.thrown()
        raise_error(thrown.name, thrown.message)
        raise jsffi.JsException(thrown, thrown.name, thrown.message)


raiser = Raise()


def interruption(is_loop):
    """The exception for what awaits. A coroutine that the event loop has put into a queue is taken out of it."""
    if is_loop:
        from asyncio import core

        task = core._top_level_task
        queue = task.data
        if isinstance(queue, core.Task):
            queue = queue.state
        (queue if hasattr(queue, "remove") else core._task_queue).remove(task)
        task.data = None
    return KeyboardInterrupt()
