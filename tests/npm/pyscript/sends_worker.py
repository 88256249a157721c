import js
from pyscript import fetch, sync, window


class Plain:
    pass


async def waits():
    pass


def gives():
    return Plain()


def tells(how):
    try:
        if how == "window":
            window.report(Plain())
        elif how == "nested":
            window.report([{"a": Plain()}])
        elif how == "generator":
            window.report([number for number in range(3)])
            window.report(number for number in range(3))
        elif how == "coroutine":
            window.report(waits())
        else:
            sync.take(Plain())
    except Exception as error:
        return str(error)


NUMBERED = {0: "a", 1: "b", 2: "c", 3: ({0: "d"},), 4: "e", "x": "f"}


def numbered():
    return NUMBERED


def sends_numbered():
    sync.take(NUMBERED)


async def loads(url):
    request = js.XMLHttpRequest.new()
    request.open("GET", url, False)
    request.send()
    text = await fetch(url).text()
    return text if text == request.responseText else None


__export__ = ["loads", "gives", "tells", "numbered", "sends_numbered"]
