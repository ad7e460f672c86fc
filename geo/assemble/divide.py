"""Cutting land (切地): a straight line that leaves exactly the area asked for on one side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import affinity

from geo.assemble import shape as inner
from geo.assemble.spec import CutRule, Limits
from geo.basis.errors import CallError
from geo.basis.reason import reason
from geo.measure import robust
from geo.measure.shape import wide_enough

HALVINGS = 60
"""Steps of the bisection: after them the line stands still to the last digit of a coordinate."""


@dataclass(frozen=True)
class Division:
    """A piece of land cut in two.

    Parameters
    ----------
    part, remnant : shapely geometry
        What is taken, what is left; study CRS. The remnant is empty when nothing is cut.
    line : shapely geometry
        Cut line, inside the land only (of several pieces where the land bends); empty when
        nothing is cut.
    part_m2, remnant_m2 : float
        Their areas, in the measure of the area asked for.
    usable_m2 : float
        Remnant in pieces that keep the rule's least area and width.
    lost_m2 : float
        The rest of the remnant.
    fits : bool
        The part is no more broken than the land was, and keeps the limits on its shape.
    """

    part: shapely.Geometry
    remnant: shapely.Geometry
    line: shapely.Geometry
    part_m2: float
    remnant_m2: float
    usable_m2: float
    lost_m2: float
    fits: bool


Weigh = Callable[[shapely.Geometry], float]
"""What a part costs, smaller is better."""


def divide(
    shape: shapely.Geometry, area_m2: float, limits: Limits, rule: CutRule, true_m2: float | None = None,
    weigh: Weigh | None = None,
) -> Division:  # fmt: skip
    """Cut an area off a piece of land with one straight line.

    Parameters
    ----------
    shape : polygon or multipolygon
        Study CRS, metres.
    area_m2 : float
        Area to take; the whole when the land holds no more.
    limits : Limits
        Width and rectangle the part must keep.
    rule : CutRule
        What makes the remnant usable.
    true_m2 : float or None
        Area of the land on the study's basis, when that is not the planar one; the areas
        asked for and returned are then in that measure.
    weigh : callable or None
        What is looked at before what is lost: smaller is better.

    Returns
    -------
    Division
        Of four cuts, across and along the land's main axis and from either end, the one
        whose part keeps the limits, then that weighs least, loses least, has the shortest line.

    Raises
    ------
    CallError
        The area is not positive.
    """
    if not area_m2 > 0:
        raise CallError(reason("divide_area_not_positive", area_m2=float(area_m2)))
    planar = float(shapely.area(shape))
    scale = planar / true_m2 if true_m2 else 1.0
    if area_m2 * scale >= planar:
        return _whole(shape, planar / scale, limits)
    made = [
        _measured(shape, angle, flipped, area_m2 * scale, limits, rule, scale)
        for angle in _axes(shape)
        for flipped in (False, True)
    ]
    weight = {id(d): 0.0 if weigh is None else round(weigh(d.part), 2) for d in made}
    return min(
        made, key=lambda d: (not d.fits, weight[id(d)], round(d.lost_m2, 2), round(float(shapely.length(d.line)), 2))
    )


def main_axis(shape: shapely.Geometry) -> float:
    """Return the direction (degrees) of the longer side of the smallest rectangle around a shape."""
    xy = np.asarray(shapely.get_coordinates(shapely.oriented_envelope(shape)))
    sides = np.diff(xy, axis=0)
    if len(sides) < 2:
        return 0.0
    longer = sides[int(np.argmax(np.hypot(sides[:2, 0], sides[:2, 1])))]
    return float(np.degrees(np.arctan2(longer[1], longer[0])) % 180.0)


def _axes(shape: shapely.Geometry) -> tuple[float, float]:
    across = main_axis(shape)
    return across, across + 90.0


def _whole(shape: shapely.Geometry, area: float, limits: Limits) -> Division:
    nothing = shapely.Polygon()
    return Division(shape, nothing, shapely.LineString(), area, 0.0, 0.0, 0.0, keeps(shape, limits))


def _measured(
    shape: shapely.Geometry, angle: float, flipped: bool, planar: float, limits: Limits, rule: CutRule, scale: float
) -> Division:
    part, remnant, line = cut_at(shape, angle + (180.0 if flipped else 0.0), planar)
    pieces = shapely.get_parts(remnant)
    good = (shapely.area(pieces) / scale >= rule.min_area_m2) & wide_enough(pieces, rule.min_width_m)
    usable = float(shapely.area(pieces[good]).sum()) / scale
    left = float(shapely.area(remnant)) / scale
    whole = len(shapely.get_parts(part)) <= len(shapely.get_parts(shape))
    return Division(
        part=part,
        remnant=remnant,
        line=line,
        part_m2=float(shapely.area(part)) / scale,
        remnant_m2=left,
        usable_m2=usable,
        lost_m2=left - usable,
        fits=whole and keeps(part, limits),
    )


def keeps(shape: shapely.Geometry, limits: Limits) -> bool:
    """Tell whether a shape keeps the limits on width and rectangle."""
    if limits.min_width_m > 0 and not wide_enough(np.array([shape], object), limits.min_width_m)[0]:
        return False
    return inner.fits(shape, limits.rect_length_m, limits.rect_width_m)


def cut_at(
    shape: shapely.Geometry, angle: float, planar_m2: float
) -> tuple[shapely.Geometry, shapely.Geometry, shapely.Geometry]:
    """Return part, remnant and line of the cut across a direction that takes an area from its start.

    Parameters
    ----------
    shape : polygon or multipolygon
    angle : float
        Direction in degrees; the line runs across it.
    planar_m2 : float
        Area of the part, in the plane of the study CRS.
    """
    centre = shapely.centroid(shape)
    flat = affinity.rotate(shape, -angle, origin=centre)
    left, low, right, high = shapely.bounds(flat)
    start, end = left, right
    for _ in range(HALVINGS):
        middle = (start + end) / 2
        taken = shapely.area(shapely.clip_by_rect(flat, left - 1, low - 1, middle, high + 1))
        start, end = (middle, end) if taken < planar_m2 else (start, middle)
    at = (start + end) / 2
    behind = shapely.box(left - 1, low - 1, at, high + 1)
    edge = shapely.LineString([(at, low - 1), (at, high + 1)])
    part, remnant = robust.polygonal(np.array([shapely.intersection(flat, behind), shapely.difference(flat, behind)]))
    back = [affinity.rotate(g, angle, origin=centre) for g in (part, remnant, shapely.intersection(edge, flat))]
    return back[0], back[1], back[2]
