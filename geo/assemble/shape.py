"""The largest rectangle inside a site, and whether a hall of given sides fits, at any angle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.assemble.graph import edges_of
from geo.basis.layer import Geometries
from geo.measure.shape import FORGIVEN_M

Floats = npt.NDArray[np.float64]
TURN = np.radians(4.0)
"""Between the directions tried, beside those of the boundary itself."""
CELLS, ACROSS = (40, 200), 20
"""Least and most cells along the grid; cells across a shape as wide as four times its area over its boundary."""
TRIES = 6
"""Best directions that are bettered with exact distances."""


@dataclass(frozen=True)
class Rectangle:
    """A rectangle inside a shape.

    Parameters
    ----------
    length_m, width_m : float
        Longer and shorter side; 0 when the shape has no area.
    shape : shapely polygon
        Where it lies, study CRS.
    """

    length_m: float
    width_m: float
    shape: shapely.Geometry


def largest_rectangle(shape: shapely.Geometry) -> Rectangle:
    """Return a rectangle of the largest area that fits inside, at any angle.

    Parameters
    ----------
    shape : polygon or multipolygon
        Study CRS, metres; of several parts the one with the largest rectangle counts. None
        and empty shapes give sides of 0.

    Notes
    -----
    It always fits; against a fine search over angles and places it is at most 1 % smaller
    in area.
    """
    found = [_in_polygon(part, 0.0) for part in _polygons(shape)]
    return max(found, key=lambda r: r.length_m * r.width_m, default=_nothing())


def fits(shape: shapely.Geometry, length_m: float, width_m: float) -> bool:
    """Tell whether a rectangle of these sides fits inside a shape, at any angle.

    A side of 0 asks for nothing. Two millimetres are forgiven, as for widths. The search
    can miss a place that leaves less than a tenth of a percent of room.
    """
    if length_m <= 0 or width_m <= 0:
        return True
    enough = (width_m - FORGIVEN_M) / width_m
    for part in _polygons(shape):
        if shapely.area(part) < length_m * width_m * enough**2:
            continue
        if _in_polygon(part, length_m / width_m).width_m >= width_m * enough:
            return True
    return False


def _polygons(shape: shapely.Geometry) -> list[shapely.Geometry]:
    parts = shapely.get_parts(shape) if shape is not None else []
    return [p for p in parts if shapely.area(p) > 0]


def _nothing() -> Rectangle:
    return Rectangle(0.0, 0.0, shapely.Polygon())


def _in_polygon(shape: shapely.Geometry, ratio: float) -> Rectangle:
    from geo.assemble import inscribed

    edges = edges_of(np.array([shape], object))[0]
    centre = np.asarray(shapely.get_coordinates(shapely.centroid(shape)))[0]
    edges = edges - np.r_[centre, centre]
    worth, at = inscribed.best_rectangle(edges, _directions(edges, ratio), ratio, TRIES, _cells(shape, edges))
    root = np.sqrt(ratio if ratio > 0 else np.exp(at[3]))
    half = np.array([worth * root, worth / root]) * (1 - 1e-9)
    c, s = np.cos(at[2]), np.sin(at[2])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    turned = corners @ np.array([[c, s], [-s, c]]) + at[:2] + centre
    sides = 2 * half
    return Rectangle(float(sides.max()), float(sides.min()), shapely.polygons(turned))


def _cells(shape: shapely.Geometry, edges: Floats) -> int:
    """Return how many cells the grid needs so that a few lie across the shape: a strip needs more than a square."""
    across = 4.0 * shapely.area(shape) / shapely.length(shape)
    longest = max(float(np.ptp(edges[:, 0::2])), float(np.ptp(edges[:, 1::2])))
    return int(np.clip(ACROSS * longest / across, *CELLS))


def _directions(edges: Floats, ratio: float) -> Floats:
    """Return the angles tried: those of the longest edges, and a regular fan over a half turn (a quarter if free)."""
    span = np.pi if ratio > 0 else np.pi / 2
    length = np.hypot(edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1])
    angle = np.arctan2(edges[:, 3] - edges[:, 1], edges[:, 2] - edges[:, 0])
    longest = angle[np.argsort(-length, kind="stable")[:12]]
    own = np.concatenate([longest, longest + np.pi / 2]) % span
    out: Floats = np.unique(np.round(np.concatenate([np.arange(0.0, span, TURN), own]), 4))
    return out


def rectangles(shapes: Geometries) -> list[Rectangle]:
    """Return `largest_rectangle` of each shape."""
    return [largest_rectangle(s) for s in shapes]
