"""Where a site may stride over a farm road or a ditch: named patches, no wider than their class allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.basis.layer import Geometries

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
STEP_M = 1.0
"""Ways across are tried at this spacing along the boundary."""
SLACK_M = 0.02
"""So much of a way across may lie on no patch: the drawing is no finer."""


@dataclass(frozen=True)
class Patches:
    """Ground that may be crossed.

    Parameters
    ----------
    shapes : array of polygons
    width_m : float array
        Width up to which each may be crossed.
    """

    shapes: Geometries
    width_m: Floats


@dataclass(frozen=True)
class Links:
    """Pairs of pieces that face each other over patches.

    Parameters
    ----------
    first, second : int array
        Positions of the pieces, ``first < second``.
    length_m : float array
        Length over which they face each other across passable ground.
    ground_m2 : float array
        Area of the patches between them.
    strips : array of polygons
        Ground between them, boundary to boundary.
    patches, width_m : tuple of arrays
        Patches each link crosses, and the longest way across each of them.
    """

    first: Ints
    second: Ints
    length_m: Floats
    ground_m2: Floats
    strips: Geometries
    patches: tuple[Ints, ...]
    width_m: tuple[Floats, ...]


@dataclass(frozen=True)
class _Link:
    first: int
    second: int
    length_m: float
    strip: shapely.Geometry
    patches: Ints
    width_m: Floats


def links(pieces: Geometries, patches: Patches, shared_m: float) -> Links:
    """Return the pairs of pieces between which a site may cross.

    Parameters
    ----------
    pieces : array of polygons
        Study CRS, metres.
    patches : Patches
    shared_m : float
        Least length over which two pieces must face each other.

    Notes
    -----
    From every metre of a piece's boundary the shortest way to the other piece is taken. It
    counts when it lies on patches only and is on none of them longer than that patch's
    limit, so a road beside a ditch is crossed when each of them may be.
    """
    tree = shapely.STRtree(patches.shapes)
    first, second = _facing(pieces, patches, tree)
    tried = (_link(pieces, patches, tree, int(i), int(j)) for i, j in zip(first, second, strict=True))
    found = [f for f in tried if f is not None and f.length_m >= shared_m]
    return Links(
        first=np.array([f.first for f in found], np.int64),
        second=np.array([f.second for f in found], np.int64),
        length_m=np.array([f.length_m for f in found], np.float64),
        ground_m2=np.array([_ground(f.strip, patches.shapes[f.patches]) for f in found], np.float64),
        strips=np.array([f.strip for f in found], object),
        patches=tuple(f.patches for f in found),
        width_m=tuple(f.width_m for f in found),
    )


def _reach(patches: Patches) -> float:
    """Return how far apart pieces may be: a road and a ditch may lie side by side."""
    return 2.0 * float(patches.width_m.max()) + SLACK_M


def _facing(pieces: Geometries, patches: Patches, tree: shapely.STRtree) -> tuple[Ints, Ints]:
    """Return pairs of pieces that border patches and are no further apart than these are wide."""
    if len(patches.shapes) == 0 or len(pieces) < 2:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    near = np.unique(tree.query(pieces, "dwithin", SLACK_M)[0])
    a, b = shapely.STRtree(pieces[near]).query(pieces[near], "dwithin", _reach(patches))
    keep = near[a] < near[b]
    order = np.lexsort((near[b][keep], near[a][keep]))
    return near[a][keep][order].astype(np.int64), near[b][keep][order].astype(np.int64)


def _link(pieces: Geometries, patches: Patches, tree: shapely.STRtree, i: int, j: int) -> _Link | None:
    one, other = pieces[i], pieces[j]
    edge = shapely.intersection(shapely.boundary(one), shapely.buffer(other, _reach(patches)))
    lines = shapely.get_parts(shapely.line_merge(edge))
    lines = lines[(shapely.get_dimensions(lines) == 1) & (shapely.length(lines) > 0)]
    runs = [_ways(line, other) for line in lines]
    ways = np.concatenate(runs) if runs else np.empty(0, object)
    if len(ways) < 2:
        return None
    passable, crossed, width = _passable(ways, patches, tree)
    run = np.repeat(np.arange(len(runs)), [len(r) for r in runs])
    follows = (run[1:] == run[:-1]) & passable[1:] & passable[:-1]
    if not follows.any():
        return None
    starts = shapely.get_point(ways, 0)
    length = float(shapely.distance(starts[1:], starts[:-1])[follows].sum())
    return _Link(i, j, length, _strip(ways[:-1][follows], ways[1:][follows]), crossed, width)


def _strip(ways: Geometries, following: Geometries) -> shapely.Geometry:
    """Return the ground between ways that follow each other."""
    spans = np.stack([ways, following], axis=1).ravel()
    pairs = shapely.multilinestrings(spans, indices=np.repeat(np.arange(len(ways)), 2))
    wide = shapely.buffer(shapely.convex_hull(pairs), SLACK_M, cap_style="square", join_style="mitre")
    return shapely.union_all(wide)


def _ground(strip: shapely.Geometry, crossed: Geometries) -> float:
    return float(shapely.area(shapely.intersection(crossed, strip)).sum())


def _ways(line: shapely.Geometry, other: shapely.Geometry) -> Geometries:
    """Return the shortest ways from a boundary to the other piece, from its corners and at every step between."""
    starts = shapely.points(shapely.get_coordinates(shapely.segmentize(line, STEP_M)))
    return np.atleast_1d(np.asarray(shapely.shortest_line(starts, other), object))


def _passable(ways: Geometries, patches: Patches, tree: shapely.STRtree) -> tuple[npt.NDArray[np.bool_], Ints, Floats]:
    """Tell which ways lie on patches only, none crossed too widely; the patches they cross, and how widely."""
    length = shapely.length(ways)
    way, patch = tree.query(ways, "intersects")
    on = shapely.length(shapely.intersection(ways[way], patches.shapes[patch]))
    total = np.bincount(way, weights=on, minlength=len(ways))
    too_wide = np.zeros(len(ways), bool)
    np.logical_or.at(too_wide, way, on > patches.width_m[patch] + SLACK_M)
    passable = (length > 2 * SLACK_M) & (total >= length - SLACK_M) & ~too_wide
    used = passable[way] & (on > SLACK_M)
    crossed, place = np.unique(patch[used], return_inverse=True)
    width = np.zeros(len(crossed))
    np.maximum.at(width, place.ravel(), on[used])
    return passable, crossed.astype(np.int64), width
