"""Where idle land and buildings are: which building stands on which plot, and how much of a plot is built."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]


def built_shares(land: Geometries, buildings: Geometries) -> npt.NDArray[np.float64]:
    """Return the share of each plot under buildings, ground under two of them counted once.

    Both in the study CRS, valid; NaN for a plot without a shape.
    """
    out = np.full(len(land), np.nan)
    have = np.flatnonzero(~shapely.is_missing(land))
    out[have] = 0.0
    if not len(buildings) or not have.size:
        return out
    tree = shapely.STRtree(buildings)
    plot, over = tree.query(land[have], predicate="intersects")
    for k in np.unique(plot):
        ground = land[have[k]]
        covered = shapely.intersection(ground, shapely.union_all(buildings[over[plot == k]]))
        out[have[k]] = shapely.area(covered) / shapely.area(ground)
    return out


def standing_on(points: Geometries, land: Geometries) -> npt.NDArray[np.int64]:
    """Return for each place the plot it lies on, -1 for none; of several the smallest."""
    out = np.full(len(points), -1, np.int64)
    have = np.flatnonzero(~shapely.is_missing(land))
    if not have.size or not len(points):
        return out
    tree = shapely.STRtree(land[have])
    point, plot = tree.query(points, predicate="within")
    size = shapely.area(land[have])
    order = np.lexsort((-size[plot], point))
    out[point[order]] = have[plot[order]]
    return out
