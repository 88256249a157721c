import time


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


__export__ = ["unfinished", "flood"]
