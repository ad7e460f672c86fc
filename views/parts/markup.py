"""Pieces of a page as HTML in which text can only be text.

`tag` escapes every child that is not itself the result of `tag`, and every attribute;
names, titles and remarks out of files therefore never become markup.
"""

from __future__ import annotations

from html import escape


class Html(str):
    """Markup made here; anything else that is a string is text."""

    __slots__ = ()


def tag(name: str, *children: object, cls: str = "", style: str = "", tip: str = "", is_open: bool = False) -> Html:
    """Return an element.

    Parameters
    ----------
    name : str
    *children : object
        `Html` stays as it is; other values are written as text; None is left out.
    cls, style, tip : str
        Attributes; `tip` is the text shown when the pointer rests on the element.
    is_open : bool
        For ``details``.
    """
    given = {"class": cls, "style": style, "title": tip}
    attributes = "".join(f' {key}="{escape(value, quote=True)}"' for key, value in given.items() if value)
    inner = "".join(child if isinstance(child, Html) else escape(str(child)) for child in children if child is not None)
    return Html(f"<{name}{attributes}{' open' if is_open else ''}>{inner}</{name}>")


def join(*pieces: Html | None) -> Html:
    """Return pieces one after the other."""
    return Html("".join(piece for piece in pieces if piece))
