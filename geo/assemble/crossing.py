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
    width_m : float array
        Widest of the ways across.
    ground_m2 : float array
        Area of the patches between them.
    strips : array of polygons
        Ground between them, boundary to boundary.
    patches : tuple of int arrays
        Patches each link crosses.
    """

    first: Ints
    second: Ints
    length_m: Floats
    width_m: Floats
    ground_m2: Floats
    strips: Geometries
    patches: tuple[Ints, ...]


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
    first, second = _facing(pieces, patches)
    found = [_link(pieces, patches, i, j, shared_m) for i, j in zip(first, second, strict=True)]
    rows = [(i, j, f) for i, j, f in zip(first, second, found, strict=True) if f is not None]
    return Links(
        first=np.array([r[0] for r in rows], np.int64),
        second=np.array([r[1] for r in rows], np.int64),
        length_m=np.array([r[2][0] for r in rows], np.float64),
        width_m=np.array([r[2][1] for r in rows], np.float64),
        ground_m2=np.array([_ground(r[2][2], patches.shapes[r[2][3]]) for r in rows], np.float64),
        strips=np.array([r[2][2] for r in rows], object),
        patches=tuple(r[2][3] for r in rows),
    )


def _facing(pieces: Geometries, patches: Patches) -> tuple[Ints, Ints]:
    """Return pairs of pieces near one patch and no further apart than two patches are wide."""
    if len(patches.shapes) == 0 or len(pieces) < 2:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    reach = 2.0 * float(patches.width_m.max()) + SLACK_M
    near = np.unique(shapely.STRtree(patches.shapes).query(pieces, "dwithin", SLACK_M)[0])
    tree = shapely.STRtree(pieces[near])
    a, b = tree.query(pieces[near], "dwithin", reach)
    keep = near[a] < near[b]
    order = np.lexsort((near[b][keep], near[a][keep]))
    return near[a][keep][order].astype(np.int64), near[b][keep][order].astype(np.int64)


def _link(
    pieces: Geometries, patches: Patches, i: int, j: int, shared_m: float
) -> tuple[float, float, shapely.Geometry, Ints] | None:
    one, other = pieces[i], pieces[j]
    reach = 2.0 * float(patches.width_m.max()) + SLACK_M
    edge = shapely.intersection(shapely.boundary(one), shapely.buffer(other, reach))
    lines = shapely.get_parts(shapely.line_merge(edge))
    lines = lines[(shapely.get_dimensions(lines) == 1) & (shapely.length(lines) > 0)]
    runs = [_ways(line, other) for line in lines]
    ways = np.concatenate(runs) if runs else np.empty(0, object)
    if len(ways) == 0:
        return None
    passable, crossed = _passable(ways, patches)
    run = np.repeat(np.arange(len(runs)), [len(r) for r in runs])
    follows = (run[1:] == run[:-1]) & passable[1:] & passable[:-1]
    step = shapely.distance(shapely.get_point(ways[1:], 0), shapely.get_point(ways[:-1], 0))[follows]
    if step.sum() < shared_m:
        return None
    spans = np.stack([ways[:-1][follows], ways[1:][follows]], axis=1)
    strips = shapely.convex_hull(shapely.multilinestrings(spans.ravel(), indices=np.repeat(np.arange(len(spans)), 2)))
    strip = shapely.union_all(shapely.buffer(strips, SLACK_M, cap_style="square", join_style="mitre"))
    width = float(shapely.length(ways[passable]).max())
    return float(step.sum()), width, strip, np.unique(crossed)


def _ground(strip: shapely.Geometry, crossed: Geometries) -> float:
    return float(shapely.area(shapely.intersection(crossed, strip)).sum())


def _ways(line: shapely.Geometry, other: shapely.Geometry) -> Geometries:
    """Return the shortest ways from a boundary to the other piece, from its corners and at every step between."""
    starts = shapely.points(shapely.get_coordinates(shapely.segmentize(line, STEP_M)))
    return np.atleast_1d(np.asarray(shapely.shortest_line(starts, other), object))


def _passable(ways: Geometries, patches: Patches) -> tuple[npt.NDArray[np.bool_], Ints]:
    """Tell which ways lie on patches only, none of them crossed too widely; and the patches they cross."""
    tree = shapely.STRtree(patches.shapes)
    way, patch = tree.query(ways, "intersects")
    on = shapely.length(shapely.intersection(ways[way], patches.shapes[patch]))
    total = np.bincount(way, weights=on, minlength=len(ways))
    length = shapely.length(ways)
    too_wide = np.zeros(len(ways), bool)
    np.logical_or.at(too_wide, way, on > patches.width_m[patch] + SLACK_M)
    passable = (length > 2 * SLACK_M) & (total >= length - SLACK_M) & ~too_wide
    return passable, patch[passable[way] & (on > SLACK_M)].astype(np.int64)
