from pyscript import document, sync
from pyscript.ffi import create_proxy


def builds(count):
    table = document.createElement("table")
    for number in range(count):
        row = document.createElement("tr")
        for text in (str(number), "row"):
            cell = document.createElement("td")
            cell.textContent = text
            cell.style.color = "red"
            cell.classList.add("cell")
            row.appendChild(cell)
        row.dataset.number = str(number)
        table.appendChild(row)
    document.body.appendChild(table)
    return table.querySelectorAll("td.cell").length


def fails():
    row = document.createElement("tr")
    row.appendChild(row)
    told = ["went on"]
    try:
        told.append(row.tagName)
    except Exception as error:
        told.append(str(error))
    told.append(document.createElement("tr").tagName)
    return told


def listens():
    button = document.createElement("button")
    button.id = "pipelined"
    button.addEventListener("click", create_proxy(lambda event: sync.heard(event.type)))
    document.body.appendChild(button)


def names():
    """Properties with the names that interpreters ask of each object."""
    form = document.createElement("form")
    field = document.createElement("input")
    field.name = "next"
    form.appendChild(field)
    row = document.createElement("tr")
    row.dataset.has = "data"
    other = document.createElement("tr")
    other.get = "own"
    return [form.next.tagName, row.dataset.has, other.get, hasattr(row, "get")]


def floods():
    """Ends by an interrupt, and says whether the page has kept up."""
    place = document.createElement("div")
    place.id = "flooded"
    document.body.appendChild(place)
    made = 0
    try:
        while True:
            place.appendChild(document.createElement("p"))
            place.replaceChildren()
            made += 1
    except KeyboardInterrupt:
        return made > 0 and place.childElementCount <= 1


def returns():
    row = document.createElement("tr")
    cell = document.createElement("td")
    return row.appendChild(cell).isSameNode(cell) and cell.parentNode.isSameNode(row)


__export__ = ["builds", "fails", "floods", "listens", "names", "returns"]
