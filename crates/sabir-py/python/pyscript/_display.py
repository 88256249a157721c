"""`display`: Python's values as elements of the page."""

import base64

import html as _html

from ._bridge import is_none
from ._context import current_target, document


class HTML:
    """A text that `display` shows as HTML."""

    def __init__(self, html):
        self._html = html

    def _repr_html_(self):
        return self._html


def _image(mime):
    def shown(value, meta):
        if isinstance(value, (bytes, bytearray)):
            value = base64.b64encode(value).decode()
        attributes = "".join([" " + name + '="' + _html.escape(str(told)) + '"' for name, told in meta.items()])
        return '<img src="data:' + mime + ";base64," + value.strip() + '"' + attributes + ">"

    return shown


# Each kind of content, best first: the method that gives it, and how it becomes HTML.
_KINDS = [
    ("image/png", "_repr_png_", _image("image/png")),
    ("image/jpeg", "_repr_jpeg_", _image("image/jpeg")),
    ("image/svg+xml", "_repr_svg_", lambda value, _: value),
    ("text/html", "_repr_html_", lambda value, _: value),
    ("text/plain", "__repr__", lambda value, _: _html.escape(value)),
]


def _figure(value):
    import io

    image = io.BytesIO()
    value.savefig(image, format="png")
    return _image("image/png")(image.getvalue(), {})


def _as_html(value):
    if isinstance(value, str):
        return _html.escape(value)
    if hasattr(value, "savefig"):
        return _figure(value)
    bundle, metas = {}, {}
    if hasattr(value, "_repr_mimebundle_"):
        bundle = value._repr_mimebundle_()
        if isinstance(bundle, tuple):
            bundle, metas = bundle
    for mime, method, shown in _KINDS:
        if bundle:
            content = bundle.get(mime)
        elif method == "__repr__":
            content = repr(value)
        else:
            content = getattr(value, method)() if hasattr(value, method) else None
        if content is not None:
            meta = metas.get(mime, {})
            if isinstance(content, tuple):
                content, meta = content
            return shown(content, meta)
    return _html.escape(repr(value))


def display(*values, target=None, append=True):
    """Shows values in the page: in the element whose id is `target`, or beside the code's own tag.

    A value says how by `_repr_html_`, `_repr_png_`, `_repr_jpeg_`, `_repr_svg_`, `_repr_mimebundle_` or `savefig`, else its
    `repr` is shown. `append=False` replaces what is shown there.
    """
    if target is None:
        target = current_target()
    element = document.getElementById(target[1:] if target[:1] == "#" else target)
    if is_none(element):
        raise ValueError("`display`: the page has no element with the id " + repr(target))
    if not append:
        element.replaceChildren()
    for value in values:
        shown = _as_html(value)
        if append:
            box = document.createElement("div")
            element.append(box)
        else:
            box = element
        # Scripts in it run, as they do not in `innerHTML`.
        box.append(document.createRange().createContextualFragment(shown))
