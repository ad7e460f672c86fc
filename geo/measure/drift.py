"""Whether a layer lies shifted as a whole against another (整体偏移), told by corners the two have in common.

Layers of one county are drawn on one another: permanent farmland follows the land survey, red lines follow plots. Where
a datum was taken for another, every corner misses its twin by the same vector. That vector is looked for; nothing is
said where the corners agree as they are, where too few features follow, or where more than one vector would do.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

REACH_M = 700.0
"""Shifts up to this are looked for; a wrong zone moves a layer by kilometres and is told otherwise."""
LEAST_M, LEAST_EXACT_M, EXACT_M = 5.0, 1.5, 0.1
"""Below the first, two surveys of one corner differ, each its own way; where corners agree that exactly once they are
moved, they are one survey that was moved, from the second on."""
CLOSE_M = 1.0
"""Corners nearer than this are one corner."""
FEW = 8
"""Features that have to follow the same vector."""
SHARE = 0.6
"""Part of the features looked at that has to follow it."""
HOME_SHARE = 0.1
"""Where so many features lie on the reference as they are, the layer is not shifted as a whole."""
RIVAL_SHARE = 0.5
"""A second vector followed by so large a part of those that follow the first leaves open which it is."""
MOST_FEATURES, MOST_CORNERS = 300, 40
FEW_SHAPES, PIECE, MOST_PIECES = 24, 8, 40
"""Of so few shapes (a boundary, parks) stretches of so many corners count as features, at most so many of one shape."""
MOST_PAIRS = 1_500_000
"""Pairs of corners that are looked at for vectors."""
TELLING_CORNERS = 5
"""A feature with fewer corners of its own proves little: rectangles fit everywhere in a regular grid."""

Shapes = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Drift:
    """A shift of a whole layer: by what to move it, metres, and how many of the features looked at say so."""

    east_m: float
    north_m: float
    matched: int
    looked_at: int

    @property
    def distance_m(self) -> float:
        """Length of the vector."""
        return float(np.hypot(self.east_m, self.north_m))


def drift(shapes: Shapes, reference: Shapes) -> Drift | None:
    """Return the one vector that lays a layer on a reference; None where nothing proves one.

    Parameters
    ----------
    shapes, reference : arrays of polygons
        In one system of metres.
    """
    corners, of = _corners(shapes, reference)
    count = int(of.max()) + 1 if len(of) else 0
    if count < FEW:
        return None
    tree = cKDTree(np.unique(shapely.get_coordinates(reference), axis=0))
    if _followed(corners, of, count, tree, np.zeros(2)) > HOME_SHARE * count:
        return None
    found = [(_followed(corners, of, count, tree, v), v) for v in _candidates(corners, of, tree)]
    found.sort(key=lambda one: -one[0])
    if not found or found[0][0] < max(FEW, SHARE * count):
        return None
    best, vector = found[0]
    apart = [n for n, v in found[1:] if np.hypot(*(v - vector)) > 2 * CLOSE_M]
    if apart and apart[0] >= RIVAL_SHARE * best:
        return None
    vector = _refined(corners, tree, vector)
    if np.hypot(*vector) < (LEAST_EXACT_M if _missed(corners, tree, vector) < EXACT_M else LEAST_M):
        return None
    return Drift(float(vector[0]), float(vector[1]), best, count)


def lying_on(ways: Sequence[Shapes], reference: Shapes) -> list[tuple[int, int]]:
    """Return for each way to place a layer how many of the features looked at lie on a reference, and of how many."""
    tree = cKDTree(np.unique(shapely.get_coordinates(reference), axis=0))
    out = []
    for shapes in ways:
        corners, of = _corners(shapes, reference)
        count = int(of.max()) + 1 if len(of) else 0
        out.append((_followed(corners, of, count, tree, np.zeros(2)) if count else 0, count))
    return out


def _corners(shapes: Shapes, reference: Shapes) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return corners of some features near the reference, and the feature each belongs to, numbered from 0."""
    if len(shapes) == 0 or len(reference) == 0:
        return np.empty((0, 2)), np.empty(0, np.int64)
    west, south, east, north = shapely.total_bounds(reference)
    near = shapes[
        shapely.intersects(shapes, shapely.box(west - REACH_M, south - REACH_M, east + REACH_M, north + REACH_M))
    ]
    near = near[shapely.get_num_coordinates(near) > TELLING_CORNERS]
    chosen = (
        near[np.unique(np.linspace(0, len(near) - 1, min(len(near), MOST_FEATURES)).astype(int))] if len(near) else near
    )
    parts = [piece for shape in chosen for piece in _pieces(shape, split=len(chosen) < FEW_SHAPES)]
    of = [np.full(len(piece), number, np.int64) for number, piece in enumerate(parts)]
    return (np.vstack(parts), np.concatenate(of)) if parts else (np.empty((0, 2)), np.empty(0, np.int64))


def _pieces(shape: shapely.Geometry, split: bool) -> list[Floats]:
    """Return corners of a shape, each once, as one feature or as stretches of its outline that count as features."""
    corners = shapely.get_coordinates(shape)
    own: Floats = corners[np.sort(np.unique(corners, axis=0, return_index=True)[1])]
    most = PIECE * MOST_PIECES if split else MOST_CORNERS
    own = own[np.unique(np.linspace(0, len(own) - 1, min(len(own), most)).astype(int))]
    return np.array_split(own, len(own) // PIECE) if split and len(own) >= 2 * PIECE else [own]


def _candidates(corners: Floats, of: npt.NDArray[np.int64], tree: cKDTree) -> list[Floats]:
    """Return vectors many corners have to a corner of the reference, the most frequent first."""
    some = corners[:: max(1, len(corners) // 1_500)]
    count = int(np.sum(tree.query_ball_point(some, REACH_M, return_length=True)))
    some = some[:: max(1, -(-count // MOST_PAIRS))]
    ends = tree.query_ball_point(some, REACH_M)
    pairs = [tree.data[e] - c for c, e in zip(some, ends, strict=True) if e]
    if not pairs:
        return []
    vectors = np.vstack(pairs)
    bins = np.arange(-REACH_M, REACH_M + CLOSE_M, CLOSE_M)
    votes = np.histogram2d(vectors[:, 0], vectors[:, 1], bins=(bins, bins))[0]
    padded = np.pad(votes, 1)
    n = len(votes)
    summed = np.zeros_like(votes)
    for i, j in itertools.product(range(3), range(3)):
        summed += padded[i : i + n, j : j + n]
    order = np.argsort(-summed, axis=None)[:60]
    places = np.column_stack(np.unravel_index(order, summed.shape))
    out: list[Floats] = []
    for place in places:
        vector = bins[place] + CLOSE_M / 2
        if all(np.hypot(*(vector - v)) > 2 * CLOSE_M for v in out):
            out.append(_refined(corners, tree, vector))
    return out[:12]


def _followed(corners: Floats, of: npt.NDArray[np.int64], count: int, tree: cKDTree, vector: Floats) -> int:
    """Return how many features have most of their corners on the reference once they are moved."""
    moved = corners + vector
    hit = tree.query(moved, distance_upper_bound=CLOSE_M)[0] < CLOSE_M
    return int((np.bincount(of, hit, count) > 0.7 * np.bincount(of, minlength=count)).sum())


def _missing(corners: Floats, tree: cKDTree, vector: Floats) -> Floats:
    """Return what corners near their twins still miss once they are moved, a row each, metres."""
    moved = corners + vector
    far, at = tree.query(moved, distance_upper_bound=2 * CLOSE_M)
    near = np.isfinite(far)
    out: Floats = tree.data[at[near]] - moved[near]
    return out


def _missed(corners: Floats, tree: cKDTree, vector: Floats) -> float:
    """Return by how much they miss them: the median, metres."""
    missing = _missing(corners, tree, vector)
    return float(np.median(np.hypot(*missing.T))) if len(missing) else np.inf


def _refined(corners: Floats, tree: cKDTree, vector: Floats) -> Floats:
    """Return the vector as the median of what corners near their twins still miss."""
    missing = _missing(corners, tree, vector)
    return vector + np.median(missing, axis=0) if len(missing) else vector
