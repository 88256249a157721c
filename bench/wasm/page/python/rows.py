"""Rows of a table, built by the same code in a worker and on the page."""

import time

from pyscript import document

# Rows between two looks at the clock.
BETWEEN = 50


def build(table, count):
    for number in range(count):
        row = document.createElement("tr")
        label = document.createElement("td")
        label.className = "label"
        label.textContent = str(number)
        content = document.createElement("td")
        link = document.createElement("a")
        link.textContent = "row " + str(number)
        content.appendChild(link)
        row.appendChild(label)
        row.appendChild(content)
        table.appendChild(row)


def rows(seconds):
    """How many rows a second are there."""
    table = document.createElement("table")
    document.body.appendChild(table)
    built, start = 0, time.time()
    while time.time() - start < seconds:
        build(table, BETWEEN)
        built += BETWEEN
        if table.childElementCount != built:
            raise ValueError("rows are missing")
    rate = built / (time.time() - start)
    table.remove()
    return rate
