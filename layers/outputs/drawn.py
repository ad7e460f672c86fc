"""Pictures of graphs and of days (SVG) for a screen of 1366 × 768: the page, texts as text, names cut to their room.

Maps in documents are `layers.outputs.picture`; why these are not, says decision 0015.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from layers.outputs.plain import plain

WIDTH = 1300
SHORTEST = 4
"""Of a name that does not fit at least so many signs are left, less one, and three dots: its code."""


def page(body: Iterable[str], height: float, width: int = WIDTH) -> str:
    """Return a picture of its parts, on white."""
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" width="{width}" '
            f'height="{height:.0f}" font-family="Noto Sans CJK SC, Microsoft YaHei, sans-serif">'
            f'<rect width="100%" height="100%" fill="#FFFFFF"/>{"".join(body)}</svg>')  # fmt: skip


def key(x: float, fill: str, edge: tuple[str, float], told: str) -> str:
    """Return an entry of the legend below a title: a box in a colour, its edge (colour, width), and what it means."""
    colour, wide = edge
    return (f'<rect x="{x}" y="32" width="16" height="12" fill="{fill}" stroke="{colour}" stroke-width="{wide}"/>'
            f'<text x="{x + 22}" y="42" font-size="12">{text(told)}</text>')  # fmt: skip


def text(given: str) -> str:
    """Return a text as it goes into a picture: nothing in it is read as markup."""
    return escape(plain(given), quote=True)


def long(given: str) -> float:
    """Return how long a text is, in heights of its letters: a Chinese sign is as wide as it is high."""
    return sum(1.0 if ord(c) > 0x2E7F or c == "…" else 0.58 for c in given)


def fitting(name: str, room: float) -> str:
    """Return as much of a name as there is room for, at least its code."""
    if long(name) <= room:
        return name
    ends = [k for k in range(SHORTEST, len(name)) if long(name[:k]) <= room - 1.0]
    return name[: ends[-1] if ends else SHORTEST - 1] + "…"
