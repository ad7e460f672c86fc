"""Which pieces of land are neighbours: those whose boundaries run along each other."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.assemble.spec import Joining
from geo.basis.layer import Geometries

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
AT_ONCE = 3_000_000
"""Edges looked at together; larger fabrics go in bands, so memory stays bounded."""


@dataclass(frozen=True)
class Pairs:
    """Neighbours.

    Parameters
    ----------
    first, second : int array
        Positions of two shapes, ``first < second``, each pair once, in order.
    length_m : float array
        Length of their shared boundary.
    """

    first: Ints
    second: Ints
    length_m: Floats

    def where(self, kept: npt.NDArray[np.bool_]) -> Pairs:
        """Return some of the pairs."""
        return Pairs(self.first[kept], self.second[kept], self.length_m[kept])


def adjacency(shapes: Geometries, joining: Joining) -> Pairs:
    """Return the pairs of shapes that share a boundary.

    Parameters
    ----------
    shapes : array of polygons
        Study CRS, metres; holes and parts count like any boundary. None and empty shapes
        have no neighbour.
    joining : Joining
        Edges within the tolerance of each other are one boundary, whether or not their
        vertices match; pairs that share less than ``shared_m`` are no neighbours.
    """
    bounds = shapely.bounds(shapes)
    known = np.isfinite(bounds).all(axis=1)
    none = Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    if known.sum() < 2:
        return none
    origin = bounds[known][:, :2].min(axis=0) - joining.tolerance_m
    found = [_band(shapes, bounds, band, origin, joining.tolerance_m) for band in _bands(shapes, bounds, origin)]
    first, second, length = (np.concatenate([getattr(p, n) for p in found]) for n in ("first", "second", "length_m"))
    pairs = _summed(first, second, length, len(shapes))
    return pairs.where(pairs.length_m >= joining.shared_m)


def _bands(shapes: Geometries, bounds: Floats, origin: Floats) -> list[tuple[float, float]]:
    """Return bands of y, from the origin, that hold about as many edges each."""
    edges = shapely.get_num_coordinates(shapes)
    count = int(edges.sum() // AT_ONCE) + 1
    if count == 1:
        return [(-np.inf, np.inf)]
    middle = (bounds[:, 1] + bounds[:, 3]) / 2 - origin[1]
    order = np.argsort(middle, kind="stable")
    total = np.cumsum(edges[order])
    cuts = middle[order][np.searchsorted(total, total[-1] * np.arange(1, count) / count)]
    limits = [-np.inf, *sorted(set(cuts.tolist())), np.inf]
    return list(itertools.pairwise(limits))


def _band(shapes: Geometries, bounds: Floats, band: tuple[float, float], origin: Floats, tolerance: float) -> Pairs:
    """Return the pairs with what they share inside a band of y."""
    from geo.assemble import kernels

    low, high = band
    inside = np.flatnonzero(
        (bounds[:, 3] - origin[1] >= low - tolerance) & (bounds[:, 1] - origin[1] <= high + tolerance)
    )
    segments, owner = edges_of(shapes[inside])
    segments -= np.r_[origin, origin]
    if np.isfinite(band).any():
        near = (segments[:, 1::2].max(axis=1) >= low - tolerance) & (segments[:, 1::2].min(axis=1) <= high + tolerance)
        segments, owner = segments[near], owner[near]
        shift = max(0.0, float(segments[:, 1::2].min()) - tolerance) if len(segments) else 0.0
        segments[:, 1::2] -= shift
        low, high = low - shift, high - shift
    if len(segments) == 0:
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    cell = _cell(segments, tolerance)
    first, second, length = kernels.shared(segments, owner, tolerance, cell, low, high)
    return _summed(inside[first], inside[second], length, len(shapes))


def _cell(segments: Floats, tolerance: float) -> float:
    """Return a cell size that leaves a few edges in each cell."""
    length = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    width = segments[:, 0::2].max() - segments[:, 0::2].min()
    height = segments[:, 1::2].max() - segments[:, 1::2].min()
    least = np.sqrt(max(width * height, 1.0) / (2.0 * len(segments)))  # never many more cells than edges
    return float(max(np.median(length), least, 4 * tolerance, 1e-3))


def edges_of(shapes: Geometries) -> tuple[Floats, Ints]:
    """Return every edge of the shapes' boundaries (x, y, x, y) and the position of its shape."""
    plain = (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON) & (
        shapely.get_num_interior_rings(shapes) == 0
    )
    rows = np.flatnonzero(plain)
    other, owner = shapely.get_parts(shapes[~plain], return_index=True)
    rings, part = shapely.get_rings(other, return_index=True)
    of_ring = np.flatnonzero(~plain)[owner[part]]
    # a polygon without holes has the coordinates of its only ring, so most shapes need no ring of their own
    found = [_edges(shapes[rows], rows), _edges(rings, of_ring)]
    return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])


def _edges(rings: Geometries, owner: Ints) -> tuple[Floats, Ints]:
    """Return the edges of closed rings (or of polygons of one ring), each with its owner."""
    xy = shapely.get_coordinates(rings)
    count = shapely.get_num_coordinates(rings)
    begins = np.ones(len(xy), bool)
    begins[np.cumsum(count)[count > 0] - 1] = False  # the last point of a ring begins no edge
    begin = np.flatnonzero(begins)
    segments = np.empty((len(begin), 4))
    segments[:, :2], segments[:, 2:] = xy[begin], xy[begin + 1]
    return segments, np.repeat(owner, np.maximum(count - 1, 0)).astype(np.int64)


def _summed(first: Ints, second: Ints, length: Floats, count: int) -> Pairs:
    key, place = np.unique(first * count + second, return_inverse=True)
    total = np.bincount(place.ravel(), weights=length, minlength=len(key)).astype(np.float64)
    return Pairs(key // count, key % count, total)
