"""The realm of this code, and its access to the page."""

import json
import sys

import _sabir

from ._remote import Sync

RUNNING_IN_WORKER = _sabir.inWorker
version = _sabir.version

config = json.loads(_sabir.config)
config["type"] = _sabir.type


class NotHere:
    """Stands for a missing object: every use of it raises the reason."""

    def __init__(self, why):
        object.__setattr__(self, "_why", why)

    def __getattr__(self, name):
        if name[:2] == "__":
            raise AttributeError(name)
        raise RuntimeError(self._why)

    def __setattr__(self, name, value):
        raise RuntimeError(self._why)

    def __call__(self, *_, **__):
        raise RuntimeError(self._why)


if _sabir.noWindow:
    window = NotHere(_sabir.noWindow)
    document = NotHere(_sabir.noWindow)
else:
    window = _sabir.window
    document = _sabir.document

if RUNNING_IN_WORKER:
    sync = Sync()
else:
    sync = NotHere(
        "`sync` calls the page, and is for workers; on the page, `PyWorker(…).sync` has a worker's functions"
    )

js_modules = _sabir.jsModules


async def js_import(*urls):
    """Imports modules of JavaScript on the page; gives their namespaces."""
    modules = []
    for url in urls:
        modules.append(await _sabir.importOnPage(url))
    return modules


def current_target():
    """Id of the element that `display` writes to."""
    return _sabir.target()


class _JsModule:
    """A module of JavaScript, from which Python's `import` takes names."""

    def __init__(self, name):
        self._module = getattr(js_modules, name)

    def __getattr__(self, name):
        return getattr(self._module, name)


for _name in json.loads(_sabir.jsModuleNames):
    sys.modules["pyscript.js_modules." + _name] = _JsModule(_name)
sys.modules["pyscript.js_modules"] = js_modules
