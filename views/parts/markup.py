"""Pieces of a page in which text can only be text.

`tag` escapes every child that is not itself the result of `tag`, and every attribute;
names, titles and remarks out of files therefore never become markup. `label` does the same for
the labels of controls and short messages, which Streamlit reads as Markdown.
"""

from __future__ import annotations

import re
from html import escape

from layers.outputs.plain import visible

SPACES = "\t\n\r"
"""Breaks inside a remark are spaces to a browser."""
_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
"""Every sign of ASCII: Markdown takes a backslash before any of them."""
_LATER = re.compile(r"(?<!\d):(?=\S)|:(?=[^\s\d])|@|(?<=www)\.|<(?=-)|[-<>~](?=[->=])", re.IGNORECASE)
"""Where Streamlit finds icons, smileys, links and arrows in what Markdown has already taken for text."""
_APART = "\u2060"
"""Parts two characters without being seen."""


def option(text: object) -> str:
    """Return a text for a list to choose from: Streamlit shows it as it is, so that only what acts is written out."""
    return visible(text)


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
    attributes = "".join(f' {key}="{_text(value)}"' for key, value in given.items() if value)
    inner = "".join(child if isinstance(child, Html) else _text(child) for child in children if child is not None)
    return Html(f"<{name}{attributes}{' open' if is_open else ''}>{inner}</{name}>")


def _text(value: object) -> str:
    return escape(visible(value, SPACES), quote=True)


def join(*pieces: Html | None) -> Html:
    """Return pieces one after the other."""
    return Html("".join(piece for piece in pieces if piece))


def label(text: str) -> str:
    """Return a text for a label or a message that Streamlit reads as Markdown: it is shown as it is."""
    return _MARKDOWN.sub(r"\\\1", _LATER.sub(lambda found: found[0] + _APART, visible(text)))
