"""Stands for numpy, whose build for Pyodide no package registry has: what the examples use of it."""


class ndarray(list):
    def __add__(self, other):
        return ndarray(a + b for a, b in zip(self, other))

    def tolist(self):
        return list(self)


def array(values):
    return ndarray(values)
