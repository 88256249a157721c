from pyscript import sync

sync.greetings()
sync.compute = lambda: 6 * 7
