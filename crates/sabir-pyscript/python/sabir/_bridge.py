"""The interpreter's own half: `_bridge_pyodide` or `_bridge_micropython`."""

import sys

if sys.implementation.name == "micropython":
    from ._bridge_micropython import *
else:
    from ._bridge_pyodide import *
