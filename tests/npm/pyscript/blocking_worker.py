import asyncio
import time

from pyscript import sync, window


def slept(seconds):
    start = time.time()
    time.sleep(seconds)
    return time.time() - start >= seconds * 0.9


def endless():
    n = 0
    while True:
        n += 1


def idle():
    while True:
        pass


def asked():
    return "Hello " + input("name?")


def calls():
    return sync.never()


def limited():
    from sabir import TimedOut

    try:
        sync.timeout(100).never()
    except TimedOut as error:
        return "TimedOut: " + str(error)


def caught(name):
    try:
        globals()[name](*[60][: name == "slept"])
    except KeyboardInterrupt:
        return "KeyboardInterrupt"


async def awaits():
    try:
        await asyncio.sleep(60)
    except KeyboardInterrupt:
        return "KeyboardInterrupt"


async def uncaught():
    await asyncio.sleep(60)


async def gathers():
    try:
        await asyncio.gather(uncaught(), uncaught())
    except KeyboardInterrupt:
        return "KeyboardInterrupt"


async def wakes():
    await asyncio.sleep(0.05)
    return "awake"


def echo(value):
    return value


__export__ = [
    "slept",
    "asked",
    "endless",
    "calls",
    "limited",
    "caught",
    "awaits",
    "uncaught",
    "gathers",
    "wakes",
    "echo",
]
