"""The names that programs import: the page, other workers, and the display of values.

The names are PyScript's, and do what they do there: https://docs.pyscript.net.
"""

from ._context import (
    RUNNING_IN_WORKER,
    config,
    current_target,
    document,
    js_import,
    js_modules,
    sync,
    version,
    window,
)
from ._display import HTML, display
from ._events import Event, when
from ._fetch import fetch
from ._remote import PyWorker as _PyWorker
from ._remote import create_named_worker, workers
from ._errors import JsError, RemoteError
from ._values import Unserialisable, add_adapter
from . import ffi

if RUNNING_IN_WORKER:
    from ._context import NotHere as _NotHere

    PyWorker = _NotHere("`PyWorker` belongs to the page; in a worker, `create_named_worker` starts another")
else:
    PyWorker = _PyWorker
