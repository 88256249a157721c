"""What differs between the two interpreters."""

import sys

if sys.implementation.name == "micropython":
    from ._micropython import *
else:
    from ._pyodide import *
