from pyscript import sync, window


class Plain:
    pass


def gives():
    return Plain()


def tells(how):
    try:
        if how == "window":
            window.report(Plain())
        elif how == "nested":
            window.report([{"a": Plain()}])
        else:
            sync.take(Plain())
    except Exception as error:
        return str(error)


NUMBERED = {0: "a", 1: "b", 2: "c", 3: ({0: "d"},), 4: "e", "x": "f"}


def numbered():
    return NUMBERED


def sends_numbered():
    sync.take(NUMBERED)


__export__ = ["gives", "tells", "numbered", "sends_numbered"]
