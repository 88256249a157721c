"""`fetch`, whose answers are Python's values."""

import json

import js

import _sabir

from . import _bridge as bridge


class _Response:
    """An answer; its other attributes are those of the platform's `Response`."""

    def __init__(self, response):
        self._response = response

    def __getattr__(self, name):
        return getattr(self._response, name)

    async def text(self):
        return await self._response.text()

    async def json(self):
        return json.loads(await self.text())

    async def bytearray(self):
        return bridge.to_bytearray(js.Uint8Array.new(await self._response.arrayBuffer()))

    async def arrayBuffer(self):
        return memoryview(await self.bytearray())

    async def blob(self):
        return await self._response.blob()


class _Fetching:
    """An answer to come: await it, or use its future attributes at once."""

    def __init__(self, promise):
        self._promise = promise
        self._response = None

    async def _answer(self):
        if self._response is None:
            self._response = _Response(await self._promise)
        return self._response

    def __await__(self):
        answer = self._answer()
        return answer.__await__() if hasattr(answer, "__await__") else answer

    # MicroPython awaits what it can iterate.
    __iter__ = __await__

    async def text(self):
        return await (await self._answer()).text()

    async def json(self):
        return await (await self._answer()).json()

    async def bytearray(self):
        return await (await self._answer()).bytearray()

    async def arrayBuffer(self):
        return await (await self._answer()).arrayBuffer()

    async def blob(self):
        return await (await self._answer()).blob()


def fetch(url, **options):
    """Fetches a URL, relative to the page; options are those of the platform's `fetch`.

    `await fetch(url)` gives the response, `await fetch(url).text()` what it has; so do `json`, `bytearray`,
    `arrayBuffer` (a memoryview) and `blob`.
    """
    return _Fetching(js.fetch(_sabir.resolve(url), js.JSON.parse(json.dumps(options))))
