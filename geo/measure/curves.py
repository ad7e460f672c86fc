"""The rim of round buffers: ground between the polygon that stands for a buffer and its true curve.

A buffer is drawn with chords, which lie inside the curve. So a drawn buffer is proved ground; what
lies between a chord and its arc may belong to it as well, and is covered here by a strip on each
chord. Straight sides are exact and have none.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import shapely

from geo.basis.layer import Geometries

STRAIGHT_M = 1e-6
"""A side this close to its true place is straight: less than the coordinates say."""

Floats = npt.NDArray[np.float64]


def height_m(buffer_m: float, segments: int) -> float:
    """Return how far beyond the curve the corners of chords lie that touch it from outside."""
    return buffer_m / math.cos(math.pi / (4 * segments)) - buffer_m


def rims(shapes: Geometries, drawn: Geometries, buffer_m: float, height: float) -> Geometries:
    """Return strips along the chords of buffers.

    Parameters
    ----------
    shapes, drawn : arrays of geometries, pair by pair
        Features, and the polygons drawn at `buffer_m` from them; study CRS.
    buffer_m : float
    height : float
        Width of the strips, see `height_m`: above 0 outside the polygons, below 0 inside.

    Returns
    -------
    array of polygons
        One per chord; none for straight sides.
    """
    parts, part = shapely.get_parts(shapely.orient_polygons(drawn), return_index=True)
    rings, ring = shapely.get_rings(parts, return_index=True)
    xy, point = shapely.get_coordinates(rings, return_index=True)
    side = (point[1:] == point[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
    start, end, owner = xy[:-1][side], xy[1:][side], part[ring[point[:-1][side]]]
    shapely.prepare(shapes)
    round_ = shapely.dwithin(shapes[owner], shapely.points((start + end) / 2), buffer_m - STRAIGHT_M)
    start, end = start[round_], end[round_]
    along = end - start
    # the inside lies on the left of every ring
    out = np.stack([along[:, 1], -along[:, 0]], axis=1) / np.hypot(along[:, 0], along[:, 1])[:, None] * height
    corners = np.stack([start, end, end + out, start + out, start], axis=1)
    return np.asarray(shapely.polygons(corners), object)
