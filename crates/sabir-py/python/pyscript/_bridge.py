"""The interpreter's own half: `_pyodide` or `_micropython`."""

import sys

if sys.implementation.name == "micropython":
    from ._micropython import *
else:
    from ._pyodide import *
