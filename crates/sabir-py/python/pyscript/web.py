"""Elements by selectors: `page["#id"]`."""

from ._bridge import is_none
from ._context import document


class Element:
    """An element; its attributes are the DOM's, and `content` is its content."""

    def __init__(self, dom_element):
        object.__setattr__(self, "_dom_element", dom_element)

    def __getattr__(self, name):
        if name == "content":
            return self._dom_element.innerHTML
        if name[:2] == "__":
            raise AttributeError(name)
        return getattr(self._dom_element, name)

    def __setattr__(self, name, value):
        if name == "content":
            self._dom_element.innerHTML = value
        else:
            setattr(self._dom_element, name, value)

    def __getitem__(self, selector):
        return _first(self._dom_element, selector)

    def find(self, selector):
        """All elements below that match."""
        return _all(self._dom_element, selector)

    def append(self, *items):
        """Appends elements and texts."""
        for item in items:
            self._dom_element.append(getattr(item, "_dom_element", item))


def _first(root, selector):
    found = root.querySelector(selector)
    return None if is_none(found) else Element(found)


def _all(root, selector):
    found = root.querySelectorAll(selector)
    return [Element(found[index]) for index in range(found.length)]


class _Page:
    """The page's document."""

    @property
    def body(self):
        return Element(document.body)

    @property
    def title(self):
        return document.title

    def __getitem__(self, selector):
        return _first(document, selector)

    def find(self, selector):
        """All elements that match."""
        return _all(document, selector)

    def append(self, *items):
        """Appends elements and texts to the body."""
        self.body.append(*items)


page = _Page()
