"""A worker of which no call can block."""

import time

from pyscript import document, sync, window


async def relay(name, value):
    try:
        return await getattr(sync, name)(value)
    except AttributeError as error:
        return type(error).__name__


def _told(use):
    try:
        use()
    except Exception as error:
        return type(error).__name__ + ": " + str(error)


def blocked():
    return [_told(lambda: window.document), _told(lambda: document.title), _told(lambda: input("?"))]


def slept(seconds):
    start = time.time()
    time.sleep(seconds)
    return (time.time() - start) * 1000


__export__ = ["blocked", "relay", "slept"]
