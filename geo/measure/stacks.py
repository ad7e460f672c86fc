"""Ground that lies in more than one parcel: found once, so that no total counts it twice.

Parcels may overlap: records stacked on one lot, two surveys of one border. Each is measured alone;
a sum over them counts the ground they share once for each. A *stack* is the ground that lies in
exactly one set of two or more parcels.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.basis.layer import Geometries
from geo.basis.progress import Progress
from geo.basis.tables import empty
from geo.measure import by_grid, pieces, robust
from geo.measure.by_grid import Laid, Lots
from geo.measure.grid import pairs

LEAST_M2 = 0.01
"""Less than this, the closing tolerance of the ledger, is a hair between two neighbours and no shared ground."""

Positions = npt.NDArray[np.intp]


def tables(lots: Lots, laid: Laid, progress: Progress) -> dict[str, pd.DataFrame]:
    """Return the tables `stacks` (which parcels share it) and `stack_pieces` (the zones on it).

    Parameters
    ----------
    lots : Lots
        The parcels.
    laid : Laid
    progress : Progress
    """
    rows = overlapping(lots)
    members, found = stacks(lots.carried(rows))
    names = np.array([str(k) for k in range(1, len(found) + 1)], object)
    told = [(names[k], lots.ids[rows[p]]) for k, who in enumerate(members) for p in who]
    cut = by_grid.cut(by_grid.lots(names, found, None), laid, progress) if len(found) else None
    table = pieces.table(cut) if cut is not None else empty("pieces")
    return {
        "stacks": pd.DataFrame(told, columns=["stack_id", "parcel_id"], dtype=object),
        "stack_pieces": table.rename(columns={"parcel_id": "stack_id"}),
    }


def overlapping(lots: Lots) -> Positions:
    """Return the parcels that share ground worth telling with another one."""
    one, two = shapely.STRtree(lots.shapes).query(lots.shapes)
    later = one < two
    one, two = one[later], two[later]
    shared = pairs.shared(lots.rings, len(lots.ids), one, two)
    return np.unique(np.concatenate([p[shared > LEAST_M2 / 2] for p in (one, two)]))


def stacks(shapes: Geometries) -> tuple[list[tuple[int, ...]], Geometries]:
    """Return the sets of shapes that share ground, by position, and the ground each set shares.

    No two of the polygons returned overlap. Sets come in order of their members.
    """
    one, two = meeting(shapes)
    shared, _ = robust.parted(shapes[one], shapes[two])
    solid = shapely.area(shared) > LEAST_M2  # an overlay that failed shares nothing that could be named
    one, two, shared = one[solid], two[solid], shared[solid]
    again = _crossing(shared)
    parts: dict[tuple[int, ...], list[shapely.Geometry]] = defaultdict(list)
    for a, b, ground in zip(one[~again], two[~again], shared[~again], strict=True):
        parts[int(a), int(b)].append(ground)
    for group in _groups(one[again], two[again]):
        for who, ground in _faces(shapes, group):
            parts[who].append(ground)
    members = sorted(parts)
    out = np.empty(len(members), object)
    out[:] = [shapely.multipolygons(shapely.get_parts(parts[m])) for m in members]
    return members, robust.valid(robust.polygonal(out))


def meeting(shapes: Geometries) -> tuple[Positions, Positions]:
    """Return the pairs of shapes whose insides meet, the first before the second."""
    one, two = shapely.STRtree(shapes).query(shapes)
    later = one < two
    one, two = one[later], two[later]
    inside = shapely.relate_pattern(shapes[one], shapes[two], "T********")
    return one[inside], two[inside]


def _crossing(shared: Geometries) -> npt.NDArray[np.bool_]:
    """Tell which of the pieces shared by pairs lie on one another: ground of three shapes or more."""
    out = np.zeros(len(shared), bool)
    if len(shared):
        one, two = meeting(shared)
        out[one] = out[two] = True
    return out


def _groups(one: Positions, two: Positions) -> list[Positions]:
    """Return the connected sets of shapes that pairs tie together."""
    who, place = np.unique(np.concatenate([one, two]), return_inverse=True)
    if not len(who):
        return []
    first, second = place[: len(one)], place[len(one) :]
    graph = coo_array((np.ones(len(one)), (first, second)), shape=(len(who), len(who)))
    count, label = connected_components(graph, directed=False)
    return [who[label == k] for k in range(count)]


def _faces(shapes: Geometries, group: Positions) -> list[tuple[tuple[int, ...], shapely.Geometry]]:
    """Cut the ground of a group along every outline and tell which shapes each face lies in."""
    some = shapes[group]
    lines = shapely.union_all(shapely.boundary(some))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    point, shape = shapely.STRtree(some).query(shapely.point_on_surface(faces), predicate="within")
    inside: dict[int, list[int]] = defaultdict(list)
    for face, k in zip(point, shape, strict=True):
        inside[int(face)].append(int(group[k]))
    return [(tuple(sorted(who)), faces[f]) for f, who in inside.items() if len(who) > 1]
