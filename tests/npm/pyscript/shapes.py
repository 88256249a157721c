"""Classes that travel by adapters; as a worker's code it exports functions of its own."""

from pyscript import RUNNING_IN_WORKER


class Rectangle:
    def __init__(self, width, height):
        self.sides = (width, height)

    def area(self):
        return self.sides[0] * self.sides[1]


class Square(Rectangle):
    def __init__(self, side):
        super().__init__(side, side)


def side(square):
    return square.sides[0]


async def both(rectangle):
    return rectangle.sides


async def rectangle(sides):
    return Rectangle(*sides)


def named(sides, name):
    """A decoder with a second parameter is given the class's name."""
    shape = Rectangle(*sides)
    shape.decoded = name
    return shape


if RUNNING_IN_WORKER:
    from workerlib import connectToPage, export

    def echo(shape):
        return shape

    async def areas(a, b):
        return {"a": [shape.area() for shape in a], "b": b.area()}

    def fails():
        raise ZeroDivisionError("in the worker")

    def asks(value):
        page = connectToPage()
        return [page.doubled(value), page.later(value=value)]

    export(echo, areas, fails, asks)
