from js import JSON

from pyscript import sync

values = [[1, 2.5, "three", True, None, [4]], {"a": {"b": [1]}}]
echoed = "|".join([JSON.stringify(sync.echo(value)) for value in values])
sync.answer = lambda: echoed
