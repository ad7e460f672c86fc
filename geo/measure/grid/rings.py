"""Polygons as flat arrays of rings, carried into the CRS of areas without building shapes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from geo.basis.area import EDGE_M, AreaBasis
from geo.basis.batches import in_batches
from geo.basis.layer import Geometries

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Rings(NamedTuple):
    """Closed rings one after another.

    Parameters
    ----------
    xy : float array, points × 2
    at : int array
        Points of ring r are ``at[r]:at[r + 1]``.
    left : int array
        1 where the polygon lies to the left of the ring, -1 to the right.
    zone, feature : int arrays
        Number of the zone and of the feature each ring belongs to.
    box : float array, rings × 4
        West, south, east, north.
    """

    xy: Floats
    at: Ints
    left: Ints
    zone: Ints
    feature: Ints
    box: Floats


def of(shapes: Geometries, basis: AreaBasis | None = None) -> tuple[Rings, Floats]:
    """Return the rings of polygons and the area of each polygon's row, in the CRS of areas.

    Parameters
    ----------
    shapes : array of polygons and multipolygons
        None, empty shapes and shapes without area have no ring. A Z or M is left out.
    basis : AreaBasis or None
        Carries points into the CRS of areas; None: they are there already.

    Returns
    -------
    Rings
        ``feature`` is the position of the shape; ``zone`` is 0.
    areas : float array
        One per shape, m².
    """
    made = in_batches(shapes, partial(_of, basis=basis))
    if len(made) == 1:
        return made[0][1]
    rings = _stacked([found for _, (found, _) in made], [start for start, _ in made])
    return rings, np.concatenate([areas for _, (_, areas) in made])


def _stacked(parts: Sequence[Rings], starts: Sequence[int]) -> Rings:
    """Return the rings of batches of shapes as those of all; `starts` is the place of the first shape of each."""
    points = np.concatenate([[0], np.cumsum([len(p.xy) for p in parts])]).astype(np.int64)
    at = [p.at[:-1] + points[k] for k, p in enumerate(parts)]
    feature = [p.feature + start for p, start in zip(parts, starts, strict=True)]
    return Rings(
        np.concatenate([p.xy for p in parts]),
        np.concatenate([*at, points[-1:]]),
        np.concatenate([p.left for p in parts]),
        np.concatenate([p.zone for p in parts]),
        np.concatenate(feature),
        np.concatenate([p.box for p in parts]),
    )


def _of(shapes: Geometries, basis: AreaBasis | None) -> tuple[Rings, Floats]:
    number = np.flatnonzero(np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes))
    if not len(number):
        return _none(), np.zeros(len(shapes))
    xy, at, hole, row = _ragged(shapes[number])
    if basis is not None and basis.kind != "planar":
        xy, at = _dense(xy, at)
        xy = basis.carry_points(xy)
    ring = np.repeat(np.arange(len(at) - 1), np.diff(at))
    size = _signed(xy, at, ring)
    left = np.where((size > 0) != hole, 1, -1).astype(np.int64)
    areas = np.bincount(number[row], weights=np.where(hole, -np.abs(size), np.abs(size)), minlength=len(shapes))
    box = np.hstack([np.minimum.reduceat(xy, at[:-1]), np.maximum.reduceat(xy, at[:-1])])
    zone = np.zeros(len(left), np.int64)
    return Rings(xy, at, left, zone, number[row].astype(np.int64), box), areas.astype(np.float64)


def joined(zones: Sequence[Rings]) -> Rings:
    """Return the rings of several zones in one, features numbered anew."""
    if not zones:
        return _none()
    points = np.concatenate([[0], np.cumsum([len(z.xy) for z in zones])]).astype(np.int64)
    features = np.cumsum([0] + [int(z.feature.max(initial=-1)) + 1 for z in zones])
    return Rings(
        np.concatenate([z.xy for z in zones]),
        np.concatenate([*(z.at[:-1] + points[k] for k, z in enumerate(zones)), points[-1:]]),
        np.concatenate([z.left for z in zones]),
        np.concatenate([np.full(len(z.left), k, np.int64) for k, z in enumerate(zones)]),
        np.concatenate([z.feature + features[k] for k, z in enumerate(zones)]),
        np.concatenate([z.box for z in zones]),
    )


def _none() -> Rings:
    nothing = np.empty(0, np.int64)
    return Rings(np.empty((0, 2)), np.zeros(1, np.int64), nothing, nothing, nothing, np.empty((0, 4)))


def _ragged(shapes: Geometries) -> tuple[Floats, Ints, npt.NDArray[np.bool_], Ints]:
    """Return points, starts of rings, which rings are holes, and the shape each ring belongs to."""
    if (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON).all():
        _, xy, (rings, parts) = shapely.to_ragged_array(shapes, include_z=False)
        whole: npt.NDArray[Any] = np.arange(len(shapes) + 1)
    else:
        _, xy, (rings, parts, whole) = shapely.to_ragged_array(shapes, include_z=False)
    hole = np.ones(len(rings) - 1, bool)
    hole[parts[:-1][np.diff(parts) > 0]] = False
    row = np.repeat(np.repeat(np.arange(len(shapes)), np.diff(whole)), np.diff(parts))
    return np.ascontiguousarray(xy), rings.astype(np.int64), hole, row.astype(np.int64)


def _dense(xy: Floats, at: Ints) -> tuple[Floats, Ints]:
    """Cut edges to `EDGE_M`, in equal parts."""
    step = np.diff(xy, axis=0, append=xy[-1:])
    step[at[1:] - 1] = 0.0  # from the end of one ring to the start of the next leads no edge
    parts = np.maximum(np.ceil(np.hypot(step[:, 0], step[:, 1]) / EDGE_M), 1).astype(np.int64)
    if (parts == 1).all():
        return xy, at
    first = np.concatenate([[0], np.cumsum(parts)])
    source = np.repeat(np.arange(len(xy)), parts)
    share = (np.arange(first[-1]) - first[source]) / parts[source]
    return xy[source] + share[:, None] * step[source], first[at]


def _signed(xy: Floats, at: Ints, ring: Ints) -> Floats:
    """Return the area of each ring, positive where it runs anticlockwise."""
    local = xy - xy[at[:-1]][ring]
    cross = local[:-1, 0] * local[1:, 1] - local[1:, 0] * local[:-1, 1]
    cross[at[1:-1] - 1] = 0.0
    return np.bincount(ring[:-1], weights=cross, minlength=len(at) - 1).astype(np.float64) / 2.0
