"""How idle land and buildings are marked: a shape and a sign for every group, so that colour never stands alone."""

from __future__ import annotations

import base64
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import ImageDraw, ImageFont

from geo.idle.clock import EXEMPTED

Points = tuple[tuple[float, float], ...]

GROUPS = ("contradiction", "idle_2y", "idle_1y", "recognisable", "warning", "exempt", "likely_idle", "part_vacant",
          "open", "calm")  # fmt: skip
"""In the order of the legend: what somebody has to look at first."""

_STATES = {
    "idle_2y": "idle_2y", "warning_2y": "idle_1y", "idle_1y": "idle_1y", "may_be_recognised": "recognisable",
    "warning_1y": "warning", "warning_b": "warning", "suspended": "warning", "paused": "warning",
    **dict.fromkeys(EXEMPTED, "exempt"), "normal": "calm", "in_build": "calm", "recovered": "calm",
    "unknown": "open",
}  # fmt: skip
"""Clock state: group. What is finished or not yet supplied is told by its signs."""
_SIGNS = {"likely_idle": "likely_idle", "under_used": "part_vacant", "part_vacant": "part_vacant", "in_use": "calm"}


def group_of(row: Mapping[Any, Any]) -> str:
    """Return the group of a row of the table ``idle``: contradictions first, then the clock, then the signs."""
    if row["contradictions"]:
        return "contradiction"
    if row["clock_state"] in _STATES:
        return _STATES[row["clock_state"]]
    if row["evidence_status"] in _SIGNS:
        return _SIGNS[row["evidence_status"]]
    return "calm" if row["clock_state"] == "finished" else "open"


@dataclass(frozen=True)
class Symbol:
    """A mark: an outline in a square from -1 to 1 (y down), its colour and the sign in it."""

    outline: Points
    colour: str
    sign: str = ""
    size: float = 1.0


def _ring(count: int, turn: float = 0.0) -> Points:
    import math

    at = [turn + 2 * math.pi * k / count for k in range(count)]
    return tuple((round(math.sin(a), 3), round(-math.cos(a), 3)) for a in at)


_UP = ((0.0, -1.0), (1.0, 0.85), (-1.0, 0.85))
_DOWN = ((-1.0, -0.85), (1.0, -0.85), (0.0, 1.0))
_DIAMOND = ((0.0, -1.1), (1.1, 0.0), (0.0, 1.1), (-1.1, 0.0))
_SQUARE = ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85))
_HOUSE = ((-0.9, -0.15), (0.0, -1.0), (0.9, -0.15), (0.9, 0.9), (-0.9, 0.9))

SYMBOLS: Mapping[str, Symbol] = {
    "contradiction": Symbol(_DIAMOND, "#6B2FA0", "!", 1.15),
    "idle_2y": Symbol(_UP, "#B3131B", "2", 1.2),
    "idle_1y": Symbol(_UP, "#D2601F", "1", 1.2),
    "recognisable": Symbol(_SQUARE, "#A16207", "="),
    "warning": Symbol(_DOWN, "#E0A100", "", 1.1),
    "exempt": Symbol(_ring(24), "#2F6690", "-"),
    "likely_idle": Symbol(_HOUSE, "#7A1F2B", "x"),
    "part_vacant": Symbol(_HOUSE, "#C07A3E", "/"),
    "open": Symbol(_ring(24), "#8E86C4", "?"),
    "calm": Symbol(_ring(16), "#8A94A3", "", 0.42),
}


@functools.cache
def _face(size: int) -> Any:
    return ImageFont.load_default(size)


def stamp(pen: ImageDraw.ImageDraw, group: str, at: tuple[float, float], radius: float) -> None:
    """Draw a symbol onto a picture, its middle at a place in pixels."""
    symbol = SYMBOLS[group]
    r = radius * symbol.size
    halo = [(at[0] + x * (r + radius * 0.18), at[1] + y * (r + radius * 0.18)) for x, y in symbol.outline]
    pen.polygon(halo, fill="#FFFFFF")
    pen.polygon([(at[0] + x * r, at[1] + y * r) for x, y in symbol.outline], fill=symbol.colour)
    if symbol.sign:
        low = radius * (0.16 if symbol.outline == _UP or symbol.outline == _HOUSE else 0.0)
        pen.text((at[0], at[1] + low), symbol.sign, fill="#FFFFFF", font=_face(round(radius * 1.35)), anchor="mm")


@functools.cache
def svg(group: str) -> str:
    """Return a symbol as an SVG picture of 20 × 20."""
    symbol = SYMBOLS[group]
    scale = 7.4 * symbol.size
    points = " ".join(f"{10 + x * scale:.2f},{10 + y * scale:.2f}" for x, y in symbol.outline)
    low = 1.2 if symbol.outline in (_UP, _HOUSE) else 0.0
    look = 'text-anchor="middle" font-family="Arial" font-weight="700" font-size="10.5" fill="#FFF"'
    sign = f'<text x="10" y="{13.6 + low}" {look}>{symbol.sign}</text>' if symbol.sign else ""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20" viewBox="0 0 20 20">'
        f'<polygon points="{points}" fill="{symbol.colour}"/>{sign}</svg>'
    )


@functools.cache
def picture(group: str) -> str:
    """Return a symbol as an address a picture can be shown from, without a request."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg(group).encode()).decode()
