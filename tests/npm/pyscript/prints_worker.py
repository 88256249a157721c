import sys
import time

import js


def unfinished():
    print("Name:", end=" ")
    time.sleep(1)
    print()
    return "slept"


def flood():
    try:
        while True:
            print("x" * 40)
    except KeyboardInterrupt:
        return "KeyboardInterrupt"


def counts(lines):
    for number in range(lines):
        print(number)
    print("an error", file=sys.stderr)
    for number in range(lines):
        print(number)
    print("then a pause")
    time.sleep(0.1)
    return list_kept()


def list_kept():
    kept = js.kept.join("\n")
    pieces = js.kept.length
    js.kept.length = 0
    return f"{pieces}\n{kept}"


__export__ = ["unfinished", "flood", "counts", "list_kept"]
