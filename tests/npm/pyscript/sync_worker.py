from pyscript import sync

greeting = sync.greet("PyScript")
sync.answer = lambda: greeting + "|42"
