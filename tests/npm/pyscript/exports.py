def total(numbers):
    return sum(numbers)


__export__ = ["total"]
