import helper


def name():
    return helper.NAME


__export__ = ["name"]
