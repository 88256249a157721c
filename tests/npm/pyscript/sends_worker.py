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


__export__ = ["gives", "tells"]
