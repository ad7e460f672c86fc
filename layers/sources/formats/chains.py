"""Lines put together end to end: rings they close, gaps that were bridged, and gaps that stay open."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Place = tuple[float, float]


@dataclass(frozen=True)
class Gap:
    """A distance between two ends of lines, in the unit of the drawing."""

    width: float
    place: Place
    other: Place


@dataclass(frozen=True)
class ChainRing:
    """A closed ring: its places (not closed by a repeated one) and the lines it is made of."""

    places: Floats
    members: tuple[int, ...]


@dataclass(frozen=True)
class Face:
    """An area between lines of which three or more meet in a point, and the lines along its edge."""

    shape: Any
    members: tuple[int, ...]


@dataclass
class Joined:
    """What lines make together: rings, faces of nets, gaps bridged, lines left open and their gaps, repeats."""

    rings: list[ChainRing] = field(default_factory=list)
    faces: list[Face] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    left: list[Gap] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)


def joined(lines: Sequence[Floats], tolerance: float) -> Joined:
    """Join lines whose ends meet.

    Parameters
    ----------
    lines : sequence of arrays (n, 2)
        Two places or more each.
    tolerance : float
        Ends up to this far apart are one; the earlier line keeps its place.

    Returns
    -------
    Joined
        Where three ends or more meet, as at a border two plots share, the areas between the lines are taken; what
        leads nowhere stays open.
    """
    out = Joined()
    own = _without_repeats(lines, out)
    nodes = _nodes([lines[k] for k in own], tolerance)
    at: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for position in range(len(own)):
        for end in (0, 1):
            at[nodes[position, end]].append((position, end))
    used: set[int] = set()
    for position in range(len(own)):
        if position not in used:
            walk = _walk(position, nodes, at, used)
            used |= {p for p, _ in walk}
            _take(walk, nodes, [lines[k] for k in own], own, out)
    _net(out, lines, {own[p]: nodes[p] for p in range(len(own))})
    out.left = _left(out.open, lines)
    return out


def _net(out: Joined, lines: Sequence[Floats], nodes: dict[int, npt.NDArray[np.int64]]) -> None:
    """Take the areas between open lines that meet in threes; lines along none of them stay open."""
    meeting = Counter(int(n) for k in out.open for n in nodes[k])
    if not any(count > 2 for count in meeting.values()):
        return
    ends: dict[int, Floats] = {}
    edges = []
    for k in out.open:
        places = lines[k].copy()
        for end in (0, -1):
            places[end] = ends.setdefault(int(nodes[k][end]), lines[k][end])
            if width := float(np.hypot(*(places[end] - lines[k][end]))):
                out.gaps.append(Gap(width, _place(lines[k][end]), _place(places[end])))
        edges.append(shapely.LineString(places))
    faces = shapely.get_parts(shapely.polygonize(edges))
    tree = shapely.STRtree(edges)
    for face in faces:
        along = tree.query(shapely.boundary(face), predicate="covers")
        out.faces.append(Face(face, tuple(sorted(out.open[int(e)] for e in along))))
    used = {k for face in out.faces for k in face.members}
    out.open = [k for k in out.open if k not in used]


def _without_repeats(lines: Sequence[Floats], out: Joined) -> list[int]:
    """Leave out lines drawn twice, whichever way they run."""
    seen: set[bytes] = set()
    own = []
    for k, places in enumerate(lines):
        forward, backward = np.ascontiguousarray(places).tobytes(), np.ascontiguousarray(places[::-1]).tobytes()
        if forward in seen or backward in seen:
            out.repeated.append(k)
        else:
            seen.add(forward)
            own.append(k)
    return own


def _nodes(lines: Sequence[Floats], tolerance: float) -> npt.NDArray[np.int64]:
    """Return per line the nodes its two ends belong to: ends that lie within the tolerance are one node."""
    ends = np.array([[places[0], places[-1]] for places in lines], dtype=np.float64).reshape(-1, 2)
    parent = np.arange(len(ends))

    def root(k: int) -> int:
        while parent[k] != k:
            k = int(parent[k])
        return k

    points = np.asarray(shapely.points(ends) if len(ends) else [], dtype=object)
    pairs = shapely.STRtree(points).query(points, predicate="dwithin", distance=tolerance)
    for one, other in zip(*pairs, strict=True):
        a, b = root(int(one)), root(int(other))
        parent[max(a, b)] = min(a, b)
    return np.array([root(k) for k in range(len(ends))], dtype=np.int64).reshape(-1, 2)


def _walk(
    start: int, nodes: npt.NDArray[np.int64], at: dict[int, list[tuple[int, int]]], used: set[int]
) -> list[tuple[int, int]]:
    """Return lines from one on, each with the end it is entered by, while just two ends meet."""
    walk = [(start, 0)]
    seen = {start}
    while True:
        position, entered = walk[-1]
        node = int(nodes[position, 1 - entered])
        onward = [(p, e) for p, e in at[node] if p not in seen and p not in used]
        if len(at[node]) != 2 or not onward:
            return walk
        walk.append(onward[0])
        seen.add(onward[0][0])


def _take(
    walk: list[tuple[int, int]], nodes: npt.NDArray[np.int64], lines: list[Floats], own: list[int], out: Joined
) -> None:
    """Note a walk as a ring when it comes back to its start, else as open lines."""
    first, entered = walk[0]
    last, by = walk[-1]
    pieces = [lines[p] if end == 0 else lines[p][::-1] for p, end in walk]
    members = tuple(own[p] for p, _ in walk)
    closed = nodes[first, entered] == nodes[last, 1 - by]
    places = np.concatenate([piece[:-1] for piece in pieces])
    if not closed or len(np.unique(places, axis=0)) < 3:
        out.open += members
        return
    for piece, following in zip(pieces, [*pieces[1:], pieces[0]], strict=True):
        width = float(np.hypot(*(piece[-1] - following[0])))
        if width > 0:
            out.gaps.append(Gap(width, _place(piece[-1]), _place(following[0])))
    out.rings.append(ChainRing(places, members))


def _left(open_lines: list[int], lines: Sequence[Floats]) -> list[Gap]:
    """Return for open lines the way from each free end to the nearest other end, each way once."""
    ends = [(k, _place(lines[k][end])) for k in open_lines for end in (0, -1)]
    if len(ends) < 2:
        return []
    places = np.array([place for _, place in ends])
    gaps: dict[frozenset[int], Gap] = {}
    for k in range(min(len(ends), 1_000)):
        apart = np.hypot(*(places - places[k]).T)
        apart[k] = np.inf
        j = int(apart.argmin())
        if apart[j] > 0:
            gaps.setdefault(frozenset((k, j)), Gap(float(apart[j]), ends[k][1], ends[j][1]))
    return list(gaps.values())


def _place(xy: Floats) -> Place:
    return float(xy[0]), float(xy[1])
