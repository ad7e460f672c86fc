"""Where a layer of areas does not hold together: overlaps, repeats, gaps, slivers, as shapes one can look at.

Each flaw is a row with its shape, so that people find it on a map. Nothing is mended here: a gap may be a lane.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.measure import blocks

KINDS = ("overlap", "repeat", "gap", "sliver")
LEAST_M2 = 0.01
"""Overlaps and gaps smaller than this are rounding."""
NARROW_M = 1.0
"""Mean width (twice the area over the perimeter) up to which a gap or a whole row is no ground of its own."""
SHORT_M = 2.0
"""A slit shorter than this is a corner."""
COLUMNS = ("kind", "first", "second", "area_m2", "width_m")

Shapes = npt.NDArray[np.object_]
Ids = npt.NDArray[np.object_]


@dataclass(frozen=True)
class _Flaw:
    kind: str
    first: str
    second: str
    shape: shapely.Geometry


def flaws(shapes: Shapes, ids: Ids, crs: str, kinds: Collection[str] = KINDS) -> gpd.GeoDataFrame:
    """Return every flaw of a layer of polygons, or those of some kinds: nothing is computed for the others.

    Parameters
    ----------
    shapes : array of valid polygons or multipolygons
        Metres.
    ids : array of str
        What the rows are called.
    crs : str
        Of the shapes.
    kinds : collection of str
        Some of `KINDS`.

    Returns
    -------
    GeoDataFrame
        `COLUMNS` with the shape of the flaw: ``kind`` of `KINDS`, the rows concerned (of a gap the two that
        border it longest; ``second`` "" where there is one), area and mean width; the largest first within a kind.
    """
    found = [f for kind in KINDS if kind in kinds for f in _SEARCH[kind](shapes, ids)]
    made = np.array([f.shape for f in found], object)
    frame = pd.DataFrame(
        {
            "kind": [f.kind for f in found],
            "first": [f.first for f in found],
            "second": [f.second for f in found],
            "area_m2": shapely.area(made).astype(float) if len(made) else np.empty(0),
            "width_m": _width(made) if len(made) else np.empty(0),
        }
    )
    out = gpd.GeoDataFrame(frame, geometry=made, crs=crs)
    order = out.assign(place=out["kind"].map({k: n for n, k in enumerate(KINDS)}))
    return out.loc[order.sort_values(["place", "area_m2", "first"], ascending=[True, False, True]).index].reset_index(
        drop=True
    )


def _width(shapes: Shapes) -> npt.NDArray[np.float64]:
    length = shapely.length(shapes)
    return np.divide(2.0 * shapely.area(shapes), length, out=np.zeros(len(shapes)), where=length > 0)


def _repeats(shapes: Shapes, ids: Ids) -> Iterator[_Flaw]:
    for row, first in enumerate(blocks.first_alike(shapes)):
        if row != first:
            yield _Flaw("repeat", str(ids[first]), str(ids[row]), shapes[row])


def _overlaps(shapes: Shapes, ids: Ids) -> Iterator[_Flaw]:
    same = blocks.first_alike(shapes)
    for one, two in blocks.neighbours(shapes):
        apart = same[one] != same[two]
        one, two = one[apart], two[apart]
        inside = shapely.relate_pattern(shapes[one], shapes[two], "T********")
        for i, j in zip(one[inside], two[inside], strict=True):
            shape = _areas(shapely.intersection(shapes[i], shapes[j]))
            if shapely.area(shape) > LEAST_M2:
                yield _Flaw("overlap", str(ids[i]), str(ids[j]), shape)


def _slivers(shapes: Shapes, ids: Ids) -> Iterator[_Flaw]:
    for k in np.flatnonzero(_width(shapes) < NARROW_M) if len(shapes) else ():
        yield _Flaw("sliver", str(ids[k]), "", shapes[k])


def _gaps(shapes: Shapes, ids: Ids) -> Iterator[_Flaw]:
    """Yield narrow ground no row covers: enclosed by rows, or a slit between two that is open at its end."""
    if len(shapes) < 2:
        return
    loud = blocks.unmatched(shapes, NARROW_M)
    ground = blocks.ground(shapes, loud)
    holes = _holes(ground)
    slits = _slits(shapes, shapes[loud], ground)
    if len(holes) and len(slits):
        tree = shapely.STRtree(holes)
        slits = np.array([s for s in slits if len(tree.query(s, predicate="intersects")) == 0], object)
    tree = shapely.STRtree(shapes)
    for gap in (*holes, *slits):
        near = np.sort(tree.query(gap, predicate="intersects"))
        shared = shapely.length(shapely.intersection(gap, shapely.boundary(shapes[near])))
        first, second = (*(str(ids[k]) for k in sorted(near[np.argsort(-shared, kind="stable")][:2])), "", "")[:2]
        yield _Flaw("gap", first, second, gap)


def _holes(ground: shapely.Geometry) -> Shapes:
    """Return the narrow parts of what rows enclose and none covers."""
    parts = shapely.get_parts(ground)
    rings = [shapely.get_interior_ring(p, k) for p in parts for k in range(shapely.get_num_interior_rings(p))]
    if not rings:
        return np.empty(0, object)
    whole = shapely.polygons(rings)
    inside = shapely.STRtree(parts).query(whole, predicate="contains_properly")
    islands: dict[int, list[shapely.Geometry]] = {}
    for hole, part in zip(*inside, strict=True):
        islands.setdefault(int(hole), []).append(parts[part])
    left = [shapely.difference(h, shapely.union_all(islands[k])) if k in islands else h for k, h in enumerate(whole)]
    pieces = shapely.get_parts(np.array(left, object))
    return np.asarray(pieces[_narrow(pieces)], object)


def _slits(shapes: Shapes, loud: Shapes, ground: shapely.Geometry) -> Shapes:
    """Return narrow ground between rows that no ring encloses, near edges that run side by side without meeting."""
    if len(loud) == 0:
        return np.empty(0, object)
    near = blocks.ground(loud, np.ones(len(loud), bool))
    closed = shapely.buffer(near, NARROW_M / 2, join_style="mitre")
    closed = shapely.buffer(closed, -NARROW_M / 2, join_style="mitre")
    pieces = shapely.get_parts(shapely.difference(closed, ground))
    pieces = pieces[shapely.get_dimensions(pieces) == 2]
    pieces = pieces[_narrow(pieces) & (shapely.length(pieces) / 2 >= SHORT_M)]
    tree = shapely.STRtree(shapes)
    return np.array([p for p in pieces if len(tree.query(p, predicate="intersects")) > 1], object)


def _narrow(shapes: Shapes) -> npt.NDArray[np.bool_]:
    return (shapely.area(shapes) > LEAST_M2) & (_width(shapes) <= NARROW_M)


def _areas(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the areas of an intersection, without the lines and points on its edge."""
    parts = shapely.get_parts(shape)
    if len(parts) and (shapely.get_type_id(parts) == 7).any():
        parts = shapely.get_parts(parts)
    kept = [p for p in parts if p.geom_type == "Polygon"]
    return shapely.MultiPolygon(kept)  # none where insides meet in less than can be drawn


_SEARCH: dict[str, Callable[[Shapes, Ids], Iterator[_Flaw]]] = {
    "overlap": _overlaps, "repeat": _repeats, "gap": _gaps, "sliver": _slivers,
}  # fmt: skip
