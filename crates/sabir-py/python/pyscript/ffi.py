"""JavaScript's values, the same way in both interpreters."""

import _sabir

from ._bridge import create_proxy, is_none, to_js


def assign(target, *sources):
    """Assigns the sources' attributes to `target`, in one trip."""
    return _sabir.ffi.assign(target, *[to_js(source) for source in sources])


def gather(target, *names):
    """Several attributes in one trip."""
    return _sabir.ffi.gather(target, *names)


def query(target, path):
    """The value at a path such as `a.b[0].c`, in one trip."""
    return _sabir.ffi.query(target, path)


def direct(value):
    """Has an object of JavaScript travel by value."""
    return _sabir.ffi.direct(value)
