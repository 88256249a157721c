"""A worker that answers messages of the platform's own."""

import js
from pyscript import ffi


def answer(event):
    js.postMessage(ffi.to_js({"doubled": 2 * event.data.number}))


js.addEventListener("message", ffi.create_proxy(answer))
