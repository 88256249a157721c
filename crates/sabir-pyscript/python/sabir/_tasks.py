"""Shows exceptions of tasks for which no code waits: their event loop only prints them, line by line."""

import asyncio
import sys

import _sabir


def _traceback(error):
    # MicroPython has its own way.
    if hasattr(sys, "print_exception"):
        import io

        text = io.StringIO()
        sys.print_exception(error, text)
        return text.getvalue()
    import traceback

    return "".join(traceback.format_exception(error))


def _tell(loop, context):
    error = context.get("exception")
    if error is None:
        _sabir.report(context["message"])
    # The page, which has interrupted a task, has no use for it.
    elif not isinstance(error, KeyboardInterrupt):
        _sabir.report(_traceback(error))


asyncio.get_event_loop().set_exception_handler(_tell)
