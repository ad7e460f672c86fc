"""Scene 1: the ground below the red line for 浙江丽人, with every area exact.

Each target has its own corner, and the targets are met in an order in which a later
corner leaves the earlier areas alone: red line, fields, plant, village (forest is the
rest), protected farmland, then the two parts outside the development boundary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from county import exact
from county.plats import Plat, Plot
from county.settings import Floats, part
from geo.basis.units import MU_M2

REDLINE = ("r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12")
GROUND = {  # name: (class, corners); q1…q4 are the corners of the block, lower left first
    "field_west": ("0101", ("q1", "s1", "s0", "w1")),
    "field_mid": ("0101", ("s1", "b0", "b1", "j4", "j2", "m2", "j1", "m1", "s0")),
    "field_east": ("0101", ("b0", "q2", "e1", "j4", "b1")),
    "plant": ("201A", ("w1", "s0", "m1", "j1", "p1", "p2", "q4")),
    "village": ("203", ("j1", "m2", "j2", "f0", "v1", "v2", "p2", "p1")),
    "wood_south": ("0301", ("j2", "j4", "e1", "f2", "f1", "f0")),
    "wood_north": ("0307", ("f0", "f1", "f2", "q3", "v2", "v1")),
}
FIELDS = ("field_west", "field_mid", "field_east")
WOODS = ("wood_south", "wood_north")
BOUNDARY = ("d0", "d1", "d2", "d3", "d4")


@dataclass(frozen=True)
class Site:
    """The red line, the plots below it, and the ground east of the development boundary."""

    redline: Any
    plots: tuple[Plot, ...]
    protected: Any
    outside: Any


def build(plats: Sequence[Plat]) -> Site:
    """Place the ground of scene 1 in its block and solve its areas."""
    given = part("redline")
    plat = next(p for p in plats if p.park_id == given["park"])
    ring = shapely.get_coordinates(plat.blocks[tuple(given["block"])])[:4]
    local = {name: np.array(at, dtype=float) for name, at in given["points"].items()}
    ground = {f"q{k + 1}": corner for k, corner in enumerate(ring)}
    ground |= {n: exact.turned(p[None], ring[0], plat.angle_deg)[0] for n, p in local.items()}
    far = exact.turned(np.array([[620.0, 339.0], [620.0, -9.0]]), ring[0], plat.angle_deg)
    ground |= {"far1": far[0], "far2": far[1]}
    for corner, area, target in _targets(given["mu"]):
        ground[corner] = _moved(ground, corner, area, target)
    plots = tuple(
        Plot(_polygon(ground, corners), land, "industry", _state(name, land), plat.park_id, f"{plat.park_id}-LR", name)
        for name, (land, corners) in GROUND.items()
    )
    return Site(
        _polygon(ground, REDLINE), plots, _polygon(ground, GROUND["field_east"][1]),
        _polygon(ground, (*BOUNDARY, "far1", "far2")),
    )  # fmt: skip


def _state(name: str, land: str) -> str:
    if name == "field_east":
        return "basic_farmland"
    return "built" if land.startswith("20") else "quota"


def _targets(mu: Any) -> list[tuple[str, Any, float]]:
    """Return (corner to move, area as a function of the ground, square metres), in order."""
    steps = [
        ("r9", lambda g: _polygon(g, REDLINE).area, mu["redline"]),
        ("m1", lambda g: _within(g, FIELDS), mu["paddy"]),
        ("p1", lambda g: _within(g, ("plant",)), mu["plant"]),
        ("v1", lambda g: _within(g, ("village",)), mu["village"]),
        ("b1", lambda g: _within(g, ("field_east",)), mu["farmland"]),
    ]
    beyond = [
        ("d1", lambda g: _within(g, FIELDS, outside=True), mu["outside_paddy"]),
        ("d3", lambda g: _within(g, WOODS, outside=True), mu["outside_forest"]),
    ]
    return [(corner, area, m * MU_M2) for corner, area, m in [*steps, *beyond * 4]]


def _moved(ground: dict[str, Floats], corner: str, area: Any, target: float) -> Floats:
    return exact.meet(lambda at: float(area(ground | {corner: at})), ground[corner], target)


def _polygon(ground: dict[str, Floats], corners: Sequence[str]) -> Any:
    return shapely.Polygon([ground[c] for c in corners])


def _within(ground: dict[str, Floats], names: Sequence[str], outside: bool = False) -> float:
    """Return the area of some ground inside the red line (and outside the development boundary)."""
    shape = shapely.union_all([_polygon(ground, GROUND[n][1]) for n in names])
    shape = shapely.intersection(shape, _polygon(ground, REDLINE))
    if outside:
        shape = shapely.intersection(shape, _polygon(ground, (*BOUNDARY, "far1", "far2")))
    return float(shapely.area(shape))
