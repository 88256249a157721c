from helper import total
from pyscript import config


def process_data(values):
    return total(values) * config["mine"]


__export__ = ["process_data"]
