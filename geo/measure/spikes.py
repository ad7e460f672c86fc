"""Spikes of no width: a boundary that runs out and straight back on itself."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from geo.basis.batches import in_batches
from geo.basis.layer import Geometries

SPIKE_M2 = 1e-3
"""A turning point whose triangle is smaller than this has no width anybody could survey."""
MIN_RING = 3

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]


def spikeless(shapes: Geometries) -> Geometries:
    """Take off spikes of no width.

    Overlays leave them where two departments drew one edge twice. They have no area, but
    they would be surveyed as boundary points.

    Parameters
    ----------
    shapes : array of polygons
        Valid, in metres.

    Returns
    -------
    array of polygons
        Areas unchanged within `SPIKE_M2` per spike. A shape that would not stay valid,
        or would change by more, comes back as it was.
    """
    out = shapes.copy()
    turning = np.concatenate([found + start for start, found in in_batches(shapes, _turning_back)])
    if len(turning):
        found = shapes[turning]
        made = _without(found)
        off = np.abs(shapely.area(made) - shapely.area(found))
        good = shapely.is_valid(made) & (off <= SPIKE_M2 * shapely.get_num_coordinates(found))
        out[turning[good]] = made[good]
    return out


def _turning_back(shapes: Geometries) -> Positions:
    """Return the shapes with a point at which the boundary turns back on itself: the only ones to go through."""
    rings, shape = shapely.get_rings(shapes, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(xy):
        return np.empty(0, np.intp)
    last = np.flatnonzero(np.diff(ring, append=-1) != 0)
    first = np.concatenate([[0], last[:-1] + 1]).astype(np.intp)
    before, after = np.arange(len(xy)) - 1, np.arange(len(xy)) + 1
    before[first], after[last] = last - 1, first + 1  # a ring is closed: its last point is its first
    back, ahead = xy[before] - xy, xy[after] - xy
    area = np.abs(back[:, 0] * ahead[:, 1] - back[:, 1] * ahead[:, 0]) / 2
    spikes = ((back * ahead).sum(axis=1) > 0) & (area < SPIKE_M2) | (np.abs(ahead).sum(axis=1) == 0)
    return np.unique(shape[ring[spikes]])


def _without(shapes: Geometries) -> Geometries:
    """Return polygons without their spikes, valid or not."""
    from geo.measure.grid.turns import kept

    rings, shape = shapely.get_rings(shapes, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    at = np.searchsorted(ring, np.arange(len(rings) + 1)).astype(np.int64)
    stays = kept(np.ascontiguousarray(xy), at, MIN_RING, SPIKE_M2)
    closed = np.asarray(shapely.linearrings(xy[stays], indices=ring[stays]), object)
    return np.asarray(shapely.polygons(closed, indices=shape), object)
