"""The sections of a configuration that are Python's: adapters of classes, exports and imports of modules."""

import json
import sys

import _sabir

from ._bridge import with_class_name
from ._values import add_adapter

config = json.loads(_sabir.config())
_done = []


def add_adapters():
    """Adds the adapters that the configuration lists, at the first call: their modules may import `workerlib`.

    Each has one to three names, or is a list of such.
    """
    if _done:
        return
    _done.append(True)
    for module, lists in config.get("adapters", {}).items():
        for names in [lists] if isinstance(lists[0], str) else lists:
            _add_adapter(module, *names)


def _add_adapter(module, cls, encoder="None", decoder="None"):
    name = module + "." + cls
    if "pickle" in (encoder, decoder):
        import pickle
    encode = pickle.dumps if encoder == "pickle" else _named(module, encoder)
    decode = pickle.loads if decoder == "pickle" else _named(module, decoder)
    add_adapter(_named(module, cls), encode, with_class_name(decode, cls), name)


def listed(section):
    """What a section of the configuration lists, by its names: `exports` or `imports`."""
    found = {}
    for module, names in config.get(section, {}).items():
        for name in names:
            found[name] = _named(module, name)
    return found


def _named(module, name):
    if name in ("None", ""):
        return None
    found = sys.modules.get(module) or __import__(module, None, None, ["*"])
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise AttributeError(
                "the configuration names `" + module + "." + name + "`, which does not exist"
            ) from None
    return found
