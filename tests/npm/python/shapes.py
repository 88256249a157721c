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


if RUNNING_IN_WORKER:
    from pyscript import add_adapter
    from workerlib import export

    add_adapter(Square, side, Square, "shapes.Square")
    add_adapter(Rectangle, both, rectangle, "shapes.Rectangle")

    def echo(shape):
        return shape

    async def areas(a, b):
        return {"a": [shape.area() for shape in a], "b": b.area()}

    export(echo, areas)
