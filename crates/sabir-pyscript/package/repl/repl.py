"""A console: lines are run as they come, in a namespace of their own."""

import ast
import codeop
import inspect
import sys
import traceback

import pyscript
from pyscript import document, sync, window



class _Stream:
    """Writes to the page's screen."""

    def __init__(self, name):
        self._name = name

    def write(self, text):
        if text:
            sync.write(self._name, text)
        return len(text)

    def flush(self):
        pass


sys.stdout, sys.stderr = _Stream("stdout"), _Stream("stderr")
_compile = codeop.CommandCompiler()
_compile.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_names = {"__name__": "__console__", "pyscript": pyscript, "document": document, "window": window, "sync": sync}


async def push(source):
    """Runs source that is whole; gives whether it wants further lines."""
    try:
        code = _compile(source, "<console>", "single")
    except (SyntaxError, ValueError, OverflowError) as error:
        print("".join(traceback.format_exception_only(error)).rstrip(), file=sys.stderr)
        return False
    if code is None:
        return True
    try:
        result = eval(code, _names)
        if inspect.iscoroutine(result):
            await result
    except BaseException as error:
        # Lines above the console's own ones are ours.
        frames = error.__traceback__.tb_next
        print("".join(traceback.format_exception(type(error), error, frames)).rstrip(), file=sys.stderr)
    return False


def complete(prefix):
    """The names that begin so, of the namespace or of an object's attributes."""
    import rlcompleter

    completer = rlcompleter.Completer(_names)
    found = []
    while len(found) < 100 and (name := completer.complete(prefix, len(found))) is not None:
        found.append(name)
    return found


def banner():
    return f"Python {sys.version.split()[0]} in a worker; `document` and `window` are the page's"


__export__ = ["banner", "complete", "push"]
