"""Shortest distances from parcels to features, as intervals, in the study CRS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.layer import Geometries, Layer
from geo.basis.units import hi
from geo.measure.subdivide import subdivided

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Nearest:
    """Distance in metres to the nearest of some shapes (inf where there are none), and which one."""

    distance: Floats
    which: npt.NDArray[np.intp]


def table(shapes: Geometries, layer: Layer) -> pd.DataFrame:
    """Return the distance columns of one layer, one row per parcel.

    Parameters
    ----------
    shapes : array of polygons
        Parcels, study CRS; an empty shape or None has no distance (NaN).
    layer : Layer

    Returns
    -------
    DataFrame
        ``{layer}_dist_m`` is proved, ``{layer}_dist_hi_m`` is not excluded, and
        ``{layer}_dist_id`` names the nearest certain feature ("" where there is none; the
        first by id where several are equally near).

    Notes
    -----
    An unseen feature may stand just outside the coverage, so the proved distance is at most
    that to the edge of coverage, and 0 where coverage is unknown. Features that only may
    belong lower the proved distance alone. ``inf`` means known to have no feature at all;
    NaN is unbounded (layer missing, failed or stale; or nothing found where not all is known).
    """
    count, name = len(shapes), f"{layer.layer_id}_dist_m"
    blank = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if layer.state != "ok":
        low, high, ids = np.full(count, np.nan), np.full(count, np.nan), np.full(count, "", object)
    else:
        low, high, ids = _interval(shapes, layer)
    low[blank] = high[blank] = np.nan
    ids[blank] = ""
    return pd.DataFrame({name: low, hi(name): high, f"{layer.layer_id}_dist_id": ids})


def nearest(shapes: Geometries, targets: Geometries, ids: Texts) -> Nearest:
    """Return the nearest target of each shape; equal distances go to the smallest id.

    Parameters
    ----------
    shapes, targets : arrays of shapely geometries in one CRS, metres
        Huge targets are subdivided first.
    ids : array of str
        Identity of each target, for ties.
    """
    distance, which = np.full(len(shapes), np.inf), np.full(len(shapes), -1)
    parts, owner = subdivided(targets)
    if not len(parts) or not len(shapes):
        return Nearest(distance, which)
    rank = np.argsort(np.argsort(np.asarray(ids, str), kind="stable"), kind="stable")
    tree = shapely.STRtree(parts)
    (row, part), far = tree.query_nearest(shapes, return_distance=True, all_matches=True)
    order = np.lexsort((rank[owner[part]], row))
    row, part, far = row[order], part[order], far[order]
    rows, first = np.unique(row, return_index=True)
    distance[rows], which[rows] = far[first], owner[part[first]]
    return Nearest(distance, which)


def to_edge(shapes: Geometries, known: shapely.Geometry | None) -> Floats:
    """Return the distance from each shape to the nearest ground nobody has looked at, in metres.

    Parameters
    ----------
    shapes : array of polygons
    known : polygon or None
        Ground that was looked at; None: everywhere, so the distance is inf. Shapes that
        stick out of it have distance 0.
    """
    if known is None:
        return np.full(len(shapes), np.inf)
    out = np.zeros(len(shapes))
    shapely.prepare(known)
    inside = np.flatnonzero(shapely.covers(known, shapes))
    rings = shapely.get_rings(shapely.get_parts(known))
    out[inside] = nearest(shapes[inside], rings, np.arange(len(rings)).astype(str).astype(object)).distance
    return out


def _interval(shapes: Geometries, layer: Layer) -> tuple[Floats, Floats, Texts]:
    sure = ~layer.maybe
    found = nearest(shapes, layer.shapes[sure], layer.ids[sure])
    doubtful = nearest(shapes, layer.shapes[layer.maybe], layer.ids[layer.maybe]).distance
    edge = _edge(shapes, layer)
    low = np.minimum(np.minimum(found.distance, doubtful), edge)
    open_ended = np.isinf(found.distance) & np.isfinite(low)
    high = np.where(open_ended, np.nan, found.distance)
    ids = np.full(len(shapes), "", object)
    hit = found.which >= 0
    ids[hit] = layer.ids[sure][found.which[hit]]
    return low, high, ids


def _edge(shapes: Geometries, layer: Layer) -> Floats:
    if layer.coverage == "unknown" or (layer.coverage == "partial" and layer.known is None):
        return np.zeros(len(shapes))
    return to_edge(shapes, layer.known)
