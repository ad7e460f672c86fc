"""One gapless fabric: every line noded once, every face named by the uppermost cover above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from county.curves import MM
from county.ground import LINEAR, Cover, Ground, Shapes

SLIVER_M2 = 60.0
SMALL_FIELD_M2 = 800.0
THIN_M = 5.0
ROUNDS = 6
KIN = 3.0
"""A neighbour of the same cover is preferred as if the common edge were this much longer."""
PLOTS = 0
"""Index of the cover with the plots of parks and towns: their areas are exact, so they stay as laid out."""


@dataclass(frozen=True)
class Fabric:
    """Faces that cover the county without gap or overlap.

    Parameters
    ----------
    shapes : array of polygons
    cover : array of int
        Index into `Ground.covers`.
    item : array of int
        Index of the shape inside its cover.
    """

    shapes: Shapes
    cover: npt.NDArray[np.intp]
    item: npt.NDArray[np.intp]


def build(ground: Ground) -> Fabric:
    """Turn the covers of a county into its fabric."""
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(_lines(ground))))
    faces = faces[shapely.covered_by(shapely.point_on_surface(faces), ground.county)]
    cover, item = _named(faces, ground.covers)
    if (cover == len(ground.covers)).any():
        raise ValueError("a face of the fabric lies below no cover")
    return _merged(Fabric(faces, cover, item), ground.covers)


def _lines(ground: Ground) -> Any:
    """Return all edges on the millimetre grid, noded; an edge below a higher cover is left out."""
    lines = [shapely.boundary(ground.county)]
    above: Any = shapely.Polygon()
    for cover in ground.covers:
        edges = shapely.union_all(shapely.boundary(cover.shapes))
        lines.append(shapely.difference(shapely.intersection(edges, ground.county), above))
        if cover.kind == "field":
            lines.append(shapely.difference(shapely.union_all(ground.cuts), above))
        above = shapely.union(above, shapely.union_all(cover.shapes))
    return shapely.union_all(np.array(lines, dtype=object), grid_size=MM)


def _named(faces: Shapes, covers: tuple[Cover, ...]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    inside = shapely.point_on_surface(faces)
    cover, item = np.full(len(faces), len(covers)), np.zeros(len(faces), dtype=np.intp)
    for k in reversed(range(len(covers))):
        at, which = shapely.STRtree(covers[k].shapes).query(inside, predicate="intersects")
        cover[at], item[at] = k, which
    return cover.astype(np.intp), item


def _merged(fabric: Fabric, covers: tuple[Cover, ...]) -> Fabric:
    """Give slivers to the neighbour with the longest common edge; plots neither give nor take."""
    for _ in range(ROUNDS):
        small = _slivers(fabric, covers) & (fabric.cover != PLOTS)
        if not small.any():
            break
        fabric = _absorbed(fabric, small)
    return fabric


def _slivers(fabric: Fabric, covers: tuple[Cover, ...]) -> npt.NDArray[np.bool_]:
    area, around = shapely.area(fabric.shapes), shapely.length(fabric.shapes)
    linear = np.isin(fabric.cover, [k for k, c in enumerate(covers) if c.land_class in LINEAR])
    thin = 2.0 * area / around < THIN_M
    return np.asarray((area < SLIVER_M2) | (~linear & ((area < SMALL_FIELD_M2) | thin)))


def _absorbed(fabric: Fabric, small: npt.NDArray[np.bool_]) -> Fabric:
    home = _homes(fabric, small)
    members = np.argsort(home, kind="stable")
    groups = np.flatnonzero(np.bincount(home, minlength=len(home)) > 1)
    start = np.searchsorted(home[members], groups)
    stop = np.searchsorted(home[members], groups, side="right")
    shapes = fabric.shapes.copy()
    for g, a, b in zip(groups, start, stop, strict=True):
        shapes[g] = shapely.coverage_union_all(fabric.shapes[members[a:b]])
    alive = home == np.arange(len(home))
    return Fabric(shapes[alive], fabric.cover[alive], fabric.item[alive])


def _homes(fabric: Fabric, small: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Return for every face the face it joins; most stay themselves."""
    one, other = shapely.STRtree(fabric.shapes).query(fabric.shapes[small], predicate="intersects")
    one = np.flatnonzero(small)[one]
    size = shapely.area(fabric.shapes)
    # a sliver joins a larger face, and of two equal ones the later joins the earlier
    keep = (size[other] > size[one]) | ((size[other] == size[one]) & (other < one))
    keep &= fabric.cover[other] != PLOTS
    one, other = one[keep], other[keep]
    shared = shapely.length(shapely.intersection(fabric.shapes[one], fabric.shapes[other]))
    shared *= np.where(fabric.cover[one] == fabric.cover[other], KIN, 1.0)
    order = np.lexsort((other, -shared, one))
    first = order[np.unique(one[order], return_index=True)[1]]
    first = first[shared[first] > 0]
    home = np.arange(len(size))
    home[one[first]] = other[first]
    while (home[home] != home).any():
        home = home[home]
    return home
