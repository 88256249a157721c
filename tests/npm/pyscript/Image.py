"""Stands for Pillow's `PIL.Image`, of which no package registry has a build for Pyodide: what its adapter needs."""

from enum import IntEnum


class Transpose(IntEnum):
    FLIP_LEFT_RIGHT = 0
    ROTATE_90 = 2


class Image:
    def __init__(self, mode, size, data):
        self.mode, self.size, self._data = mode, tuple(size), bytes(data)

    def tobytes(self):
        return self._data

    def transpose(self, how):
        width, height = self.size
        rows = [self._data[row * width : (row + 1) * width] for row in range(height)]
        if how == Transpose.ROTATE_90:
            turned = [bytes(row[column] for row in rows) for column in reversed(range(width))]
            return Image(self.mode, (height, width), b"".join(turned))
        return Image(self.mode, self.size, b"".join(row[::-1] for row in rows))


def frombuffer(mode, size, data, decoder="raw", *_):
    if decoder != "raw":
        raise ValueError(f"no decoder {decoder!r}")
    return Image(mode, size, data)
