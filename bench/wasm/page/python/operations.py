"""The statements in the worker of every contender, and their timing."""

import time

import js
from pyscript import document, sync, window
from rows import rows

# Statements between two looks at the clock.
BETWEEN = 100


class Namespace:
    pass


def of_the_worker():
    """Stand-ins for statements that do not leave the worker: their cost is the interpreter's own."""
    document, window, body, sync = js.Object.new(), js.Object.new(), js.Object.new(), Namespace()
    document.title = "Sabir: benchmark of Python"
    window.document = document
    body.dataset = js.Object.new()
    sync.f = js.Math.abs
    return {"document": document, "window": window, "body": body, "sync": sync}


PLACES = {
    "page": {"document": document, "window": window, "body": document.body, "sync": sync},
    "worker": of_the_worker(),
}


def run(statement, place, seconds):
    """How often a second a statement runs."""
    scope = dict(PLACES[place])
    exec("def loop(times):\n    for _ in range(times):\n        " + statement, scope)
    loop, times, start = scope["loop"], 0, time.time()
    while time.time() - start < seconds:
        loop(BETWEEN)
        times += BETWEEN
    return times / (time.time() - start)


def check(title):
    """Raises if what is measured does something else here."""
    assert document.title == window.document.title == title
    document.body.dataset.x = title
    assert sync.f(1) == 1


def sieve(seconds):
    """Computes for so long, and calls nobody."""
    end = time.time() + seconds
    while time.time() < end:
        is_prime = [True] * 100_000
        for number in range(2, 317):
            if is_prime[number]:
                for multiple in range(number * number, 100_000, number):
                    is_prime[multiple] = False


def endless(how):
    """Ends by an interrupt."""
    try:
        if how == "while True: pass":
            while True:
                pass
        elif how == "time.sleep(60)":
            time.sleep(60)
        elif how == "input()":
            input()
        else:
            sync.slow()
    except KeyboardInterrupt:
        return how


sync.run = run
sync.sieve = sieve
sync.endless = endless
sync.check = check
sync.rows = rows
