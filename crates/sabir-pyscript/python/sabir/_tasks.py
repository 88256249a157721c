"""Shows exceptions of tasks for which no code waits: their event loop only prints them, line by line."""

import asyncio

import _sabir


def _tell(loop, context):
    error = context.get("exception")
    if error is None:
        _sabir.report(context["message"])
    # The page, which has interrupted a task, has no use for it.
    elif not isinstance(error, KeyboardInterrupt):
        # Not before: most programs have none.
        from ._bridge import traceback

        _sabir.report(traceback(error))


asyncio.get_event_loop().set_exception_handler(_tell)
