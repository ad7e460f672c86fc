"""Overlay of arrays of polygons that survives topology errors and says when it does not.

GEOS is asked for the whole array at once. Only when that raises is the work repeated pair by
pair, a failing pair once more on a fine grid; a pair that still fails comes back as None, and
the caller must call its ground unknown.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

from geo.basis.layer import Geometries

GRID_M = 1e-6
"""Grid of the second attempt, in metres: far below any surveyed coordinate."""

Overlay = Callable[..., Geometries]


def intersection(left: Geometries, right: Geometries) -> Geometries:
    """Return the polygons two arrays share, pair by pair; None where the overlay failed."""
    return _overlay(shapely.intersection, left, right)


def difference(left: Geometries, right: Geometries) -> Geometries:
    """Return the polygons of `left` outside `right`, pair by pair; None where the overlay failed."""
    return _overlay(shapely.difference, left, right)


def union(shapes: Geometries) -> shapely.Geometry | None:
    """Return the union of polygons, or None where the overlay failed."""
    for grid in (None, GRID_M):
        try:
            return polygonal(np.array([shapely.union_all(shapes, grid_size=grid)], object))[0]
        except shapely.GEOSException:
            continue
    return None


def polygonal(shapes: Geometries) -> Geometries:
    """Return the shapes without their lines and points; None stays None.

    Overlays of polygons that touch leave lines and points behind. They have no area and
    would stop the next overlay.
    """
    kinds = shapely.get_type_id(shapes)
    mixed = (kinds >= 0) & (kinds != shapely.GeometryType.POLYGON) & (kinds != shapely.GeometryType.MULTIPOLYGON)
    if not mixed.any():
        return shapes
    out = shapes.copy()
    for k in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapely.get_parts(shapes[k]))
        flat = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        out[k] = flat[0] if len(flat) == 1 else shapely.multipolygons(flat)
    return out


def valid(shapes: Geometries) -> Geometries:
    """Return polygons made valid where carrying them into another projection broke them by a hair."""
    wrong = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    if not wrong.any():
        return shapes
    out = shapes.copy()
    out[wrong] = polygonal(shapely.make_valid(shapes[wrong], method="structure", keep_collapsed=False))
    return out


def _overlay(act: Overlay, left: Geometries, right: Geometries) -> Geometries:
    if len(left) == 0:
        return np.empty(0, object)
    try:
        return polygonal(act(left, right))
    except shapely.GEOSException:
        pairs = zip(left, right, strict=True)
        found = np.empty(len(left), object)
        found[:] = [_one(act, a, b) for a, b in pairs]
        return polygonal(found)


def _one(act: Overlay, left: shapely.Geometry, right: shapely.Geometry) -> shapely.Geometry | None:
    try:
        return act(left, right)
    except shapely.GEOSException:
        pass
    try:
        a, b = (shapely.set_precision(shape, GRID_M) for shape in (left, right))
        return act(a, b, grid_size=GRID_M)
    except shapely.GEOSException:
        return None
