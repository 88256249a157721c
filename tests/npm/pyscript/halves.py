def halved(value):
    return value / 2


def halves(values):
    return [halved(value) for value in values]
