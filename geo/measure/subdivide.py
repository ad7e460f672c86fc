"""Cut huge shapes into handy parts, once per layer, so that each overlay stays local."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from geo.basis.layer import Geometries

Floats = npt.NDArray[np.float64]

MAX_VERTICES = 256
"""A part holds no more vertices than this, unless it cannot be cut any further."""

MIN_SIDE_M = 1e-3
"""Shapes narrower than this in both directions are not cut further."""

LEAST_SIDE_M = 50.0
"""Parts no longer than this are not cut further for what is laid over them."""

LOST = 1e-9
"""Relative loss of area by the fast clip that makes the exact overlay take over."""


class Near:
    """Where shapes are, roughly: tells of other boxes which may meet one of them.

    Parameters
    ----------
    shapes : array of shapely geometries
        None and empty ones are nowhere.
    """

    SIDE = 512

    def __init__(self, shapes: Geometries):
        boxes = shapely.bounds(shapes)
        boxes = boxes[np.isfinite(boxes).all(axis=1)]
        self.low = boxes[:, :2].min(axis=0, initial=np.inf)
        high = boxes[:, 2:].max(axis=0, initial=-np.inf)
        self.step = np.maximum((high - self.low) / self.SIDE, MIN_SIDE_M) if len(boxes) else np.ones(2)
        marks = np.zeros((self.SIDE + 2, self.SIDE + 2))
        if len(boxes):
            (west, south), (east, north) = self._cells(boxes[:, :2]), self._cells(boxes[:, 2:])
            for i, j, sign in (
                (west, south, 1),
                (east + 1, south, -1),
                (west, north + 1, -1),
                (east + 1, north + 1, 1),
            ):
                np.add.at(marks, (i, j), sign)
        covered = marks.cumsum(axis=0).cumsum(axis=1) > 0
        self.count = np.pad(covered.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))

    def _cells(self, corners: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        cells = np.clip(np.floor((corners - self.low) / self.step), 0, self.SIDE).astype(np.intp)
        return cells[:, 0], cells[:, 1]

    def meets(self, shapes: Geometries) -> npt.NDArray[np.bool_]:
        """Tell of shapes, none of them empty, whether they may meet one of those."""
        if not np.isfinite(self.low).all():
            return np.zeros(len(shapes), bool)
        boxes = shapely.bounds(shapes)
        (west, south), (east, north) = self._cells(boxes[:, :2]), self._cells(boxes[:, 2:])
        n = self.count
        found = n[east + 1, north + 1] - n[west, north + 1] - n[east + 1, south] + n[west, south]
        off = (boxes[:, 2:] < self.low).any(axis=1) | (boxes[:, :2] > self.low + self.step * (self.SIDE + 1)).any(
            axis=1
        )
        out: npt.NDArray[np.bool_] = (found > 0) & ~off
        return out


def subdivided(
    shapes: Geometries, limit: int = MAX_VERTICES, near: Near | None = None
) -> tuple[Geometries, npt.NDArray[np.intp]]:
    """Cut shapes into parts of at most `limit` vertices.

    Parameters
    ----------
    shapes : array of shapely geometries
        Valid polygons, lines or points in metres. None and empty shapes give no part.
    limit : int
        Largest number of vertices of a part.
    near : Near or None
        Parts that meet none of those are left out.

    Returns
    -------
    parts : array of shapely geometries
        Single-part; together they cover what the shapes cover.
    owner : int array
        Position of the shape each part comes from, ascending.
    """
    parts, owner = shapely.get_parts(np.asarray(shapes, object), return_index=True)
    full = ~(shapely.is_missing(parts) | shapely.is_empty(parts))
    parts, owner = parts[full], owner[full]
    done: list[tuple[Geometries, npt.NDArray[np.intp]]] = []
    while len(parts):
        if near is not None:
            here = near.meets(parts)
            parts, owner = parts[here], owner[here]
        big = _too_big(parts, limit)
        done.append((parts[~big], owner[~big]))
        halves, source = _halved(parts[big])
        parts, owner = halves, owner[big][source]
    if not done:
        return np.empty(0, object), np.empty(0, np.intp)
    all_parts, all_owner = (np.concatenate([d[k] for d in done]) for k in (0, 1))
    order = np.argsort(all_owner, kind="stable")
    return all_parts[order], all_owner[order]


def by_load(
    shapes: Geometries, owner: npt.NDArray[np.intp], polygons: Geometries, limit: int
) -> tuple[Geometries, npt.NDArray[np.intp]]:
    """Cut polygons further where what is laid over them has more than `limit` vertices.

    An overlay costs more than the sum of its halves, so a large parcel under finely drawn zones is measured
    in parts.

    Parameters
    ----------
    shapes : array of polygons
        Single-part, valid.
    owner : int array
        Whose part each shape is; ascending.
    polygons : array of polygons
        What will be laid over them, subdivided.
    limit : int

    Returns
    -------
    parts, owner
        As `subdivided`; parts narrower than `LEAST_SIDE_M` are not cut further.
    """
    if not len(shapes) or not len(polygons):
        return shapes, owner
    tree, size = shapely.STRtree(polygons), shapely.get_num_coordinates(polygons).astype(np.float64)
    done: list[tuple[Geometries, npt.NDArray[np.intp]]] = []
    while len(shapes):
        boxes = shapely.box(*shapely.bounds(shapes).T)
        shape, polygon = tree.query(boxes)
        load = np.bincount(shape, weights=size[polygon], minlength=len(shapes))
        west, south, east, north = shapely.bounds(shapes).T
        heavy = (load > limit) & (np.maximum(east - west, north - south) > LEAST_SIDE_M)
        done.append((shapes[~heavy], owner[~heavy]))
        halves, source = _halved(shapes[heavy])
        shapes, owner = halves, owner[heavy][source]
    shapes, owner = (np.concatenate([d[k] for d in done]) for k in (0, 1))
    order = np.argsort(owner, kind="stable")
    return shapes[order], owner[order]


def _too_big(parts: Geometries, limit: int) -> npt.NDArray[np.bool_]:
    west, south, east, north = shapely.bounds(parts).T
    wide = np.maximum(east - west, north - south) > MIN_SIDE_M
    many: npt.NDArray[np.bool_] = shapely.get_num_coordinates(parts) > limit
    out: npt.NDArray[np.bool_] = many & wide
    return out


def _halved(parts: Geometries) -> tuple[Geometries, npt.NDArray[np.intp]]:
    """Cut each part across its longer side; the halves come with the position of their part."""
    if len(parts) == 0:
        return parts, np.empty(0, np.intp)
    west, south, east, north = shapely.bounds(parts).T
    across = east - west >= north - south
    x, y = (west + east) / 2, (south + north) / 2
    first = np.stack([west, south, np.where(across, x, east), np.where(across, north, y)], axis=1)
    second = np.stack([np.where(across, x, west), np.where(across, south, y), east, north], axis=1)
    halves = np.concatenate(_clipped(parts, first, second))
    pieces, source = shapely.get_parts(halves, return_index=True)
    source = source % len(parts)
    keep = (shapely.get_dimensions(pieces) == shapely.get_dimensions(parts)[source]) & ~shapely.is_empty(pieces)
    return pieces[keep], source[keep]


def _clipped(parts: Geometries, first: Floats, second: Floats) -> tuple[Geometries, Geometries]:
    """Return what lies in each of two boxes, by the fast clip; by the exact overlay where that lost anything."""
    one, two = (_fast(parts, boxes) for boxes in (first, second))
    lost = ~(shapely.is_valid(one) & shapely.is_valid(two))
    whole, both = _size(parts), _size(one) + _size(two)
    lost |= ~(np.abs(both - whole) <= LOST * whole)
    one[lost], two[lost] = (shapely.intersection(parts[lost], shapely.box(*b[lost].T)) for b in (first, second))
    return one, two


def _fast(parts: Geometries, boxes: Floats) -> Geometries:
    out = np.empty(len(parts), object)
    for k, (part, edges) in enumerate(zip(parts, boxes, strict=True)):
        try:
            out[k] = shapely.clip_by_rect(part, *edges)
        except shapely.GEOSException:
            out[k] = None  # never valid, so the exact overlay takes over
    return out


def _size(parts: Geometries) -> Floats:
    """Return the area of polygons and the length of lines."""
    out: Floats = np.where(shapely.get_dimensions(parts) == 1, shapely.length(parts), shapely.area(parts))
    return out
