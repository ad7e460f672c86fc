"""Colours of the map: readable without telling red from green, and calm where nothing is asked."""

from __future__ import annotations

from dataclasses import replace

from layers.library import kinds
from layers.library.colours import OUTCOME_COLOURS, STATUS_COLOURS, TURN
from layers.serve.draw.drawn import Style
from layers.serve.draw.tiles import Ink, Paint
from layers.study.spec import LayerSpec

STATUSES = ("eligible", "conditional", "unknown", "excluded")
"""In the order of the legend; a parcel's class is its place here, counted from 1."""

EXCLUDED_ALPHA = 105
MISSED = "#6B6459"
"""A preference that is not met: nothing stands against the land, so it is not red."""
SELECTED = "#111827"
LEFT = "#0EA5C6"
"""What a cut would leave: a colour no status has."""
GROUND = "#F3F1EC"

_BY_ROLE = {
    "boundary": ("#374151", 0.0, 2.0),
    "network": ("#6E737B", 0.0, 1.8),
    "park": ("#1F3A5F", 0.06, 2.0),
    "plan": ("#A0522D", 0.10, 1.2),
    "facility": ("#0F4C75", 0.25, 1.5),
    "building": ("#52525B", 0.35, 1.0),
    "redline": ("#D1105A", 0.08, 2.4),
}


def outcome_colour(outcome: str, severity: str) -> str:
    """Return the colour of an outcome; a preference is met or missed, it does not conflict."""
    return MISSED if severity == "prefer" and outcome == "conflict" else OUTCOME_COLOURS[outcome]


def rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green, blue of ``"#12806A"``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def status_paint() -> Paint:
    """Return the inks of the statuses: filled, outlined darker, 待核实 hatched."""
    return Paint([_status_ink(s) for s in STATUSES])


def status_inks() -> list[Ink]:
    """Return the inks of the statuses over present use: what is excluded lets its ground be seen."""
    inks = [_status_ink(s) for s in STATUSES]
    excluded = STATUSES.index("excluded")
    pale = (*inks[excluded].fill[:3], EXCLUDED_ALPHA)
    inks[excluded] = replace(inks[excluded], fill=pale, line=(*inks[excluded].line[:3], 90), seam=(255, 255, 255, 60))
    return inks


def _status_ink(status: str) -> Ink:
    red, green, blue = rgb(STATUS_COLOURS[status])
    dark = (red * 55 // 100, green * 55 // 100, blue * 55 // 100, 190)
    light = (255 - (255 - red) // 3, 255 - (255 - green) // 3, 255 - (255 - blue) // 3, 235)
    return Ink((red, green, blue, 235), dark, light if status == "unknown" else None, (255, 255, 255, 215))


def layer_style(spec: LayerSpec, place: int) -> Style:
    """Return how a layer is drawn; layers nobody knows take turns by their place in the study."""
    if known := kinds.look(spec.id, spec.title):
        return Style(rgb(known.colour), known.fill, known.line, mark=known.mark)
    colour, fill, line = _BY_ROLE.get(spec.role, (TURN[place % len(TURN)], 0.24, 1.4))
    return Style(rgb(colour), fill, line)


def css(colour: tuple[int, int, int]) -> str:
    """Return a colour as a style sheet writes it."""
    return "#{:02X}{:02X}{:02X}".format(*colour)
