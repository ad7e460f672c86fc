"""Rows of a layer in blocks of near neighbours: what a check holds in memory does not grow with the layer.

What comes of the blocks is what comes of the whole: a pair of rows belongs to the block of its first row, ground is the
union of the ground of blocks, and an edge without a neighbour is told by what lies around its block.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import shapely

from geo.measure.grid import pairs, rings

ROWS = 20_000
"""Rows of a block."""
FEW_PAIRS = 5000
"""So many neighbours are overlaid; of more, only those that share ground by a sum over their edges."""

Shapes = npt.NDArray[np.object_]
Positions = npt.NDArray[np.intp]
Shared = tuple[Positions, Positions, npt.NDArray[np.float64]]


def near(shapes: Shapes) -> list[Positions]:
    """Return the rows in blocks of at most `ROWS` that lie near each other; rows without a place come last.

    Strips from west to east, each cut from south to north; ties in the order of the rows, so that it is the same
    every time.
    """
    count = len(shapes)
    if count <= ROWS:
        return [np.arange(count)] if count else []
    box = shapely.bounds(shapes)
    x, y = (np.nan_to_num((box[:, k] + box[:, k + 2]) / 2, nan=np.inf) for k in (0, 1))
    blocks = -(-count // ROWS)
    strips = max(1, round(np.sqrt(blocks)))
    out: list[Positions] = []
    for strip in np.array_split(np.argsort(x, kind="stable"), strips):
        ordered = strip[np.argsort(y[strip], kind="stable")]
        out += [b for b in np.array_split(ordered, -(-len(ordered) // ROWS)) if len(b)]
    return out


def neighbours(shapes: Shapes) -> Iterator[tuple[Positions, Positions]]:
    """Yield the pairs of rows whose boxes meet, the earlier row first, block by block."""
    if len(shapes) < 2:
        return
    tree = shapely.STRtree(shapes)
    for block in near(shapes):
        at, two = tree.query(shapes[block])
        one = block[at]
        later = one < two
        yield one[later], two[later]


def sharing(shapes: Shapes, least_m2: float) -> Shared:
    """Return the pairs of polygons that share more ground than `least_m2`, with the ground, by rows in order.

    The cost grows with neighbours, not with the square of rows.
    """
    found = [_shared(shapes, one, two, least_m2) for one, two in neighbours(shapes)]
    if not found:
        none = np.empty(0, np.intp)
        return none, none, np.empty(0)
    one, two = (np.concatenate([f[k] for f in found]).astype(np.intp) for k in (0, 1))
    area = np.concatenate([f[2] for f in found])
    order = np.lexsort((two, one))
    return one[order], two[order], area[order]


def _shared(shapes: Shapes, one: Positions, two: Positions, least_m2: float) -> Shared:
    if len(one) > FEW_PAIRS:
        rows, place = np.unique(np.concatenate([one, two]), return_inverse=True)
        a, b = place[: len(one)], place[len(one) :]
        likely = pairs.shared(rings.of(shapes[rows])[0], len(rows), a, b) > least_m2 / 2
        one, two = one[likely], two[likely]
    area = shapely.area(shapely.intersection(shapes[one], shapes[two]))
    over = area > least_m2
    return one[over], two[over], area[over]


def first_alike(shapes: Shapes) -> npt.NDArray[np.int64]:
    """Return for each row the first row of the same shape, whatever vertex it begins at.

    Only shapes with one box and one number of vertices are held against each other.
    """
    first = np.arange(len(shapes))
    key = np.column_stack([shapely.bounds(shapes), shapely.get_num_coordinates(shapes)])
    order = np.lexsort(key.T)
    same = (key[order][1:] == key[order][:-1]) | (np.isnan(key[order][1:]) & np.isnan(key[order][:-1]))
    group = np.cumsum(np.concatenate([[0], ~same.all(axis=1)])) if len(order) else order
    for rows in _several(order, group):
        seen: dict[bytes, int] = {}
        for row, blob in zip(rows, shapely.to_wkb(shapely.normalize(shapes[rows])), strict=True):
            first[row] = seen.setdefault(blob, int(row))
    return first


def _several(order: Positions, group: Positions) -> Iterator[Positions]:
    """Yield the members of groups of two and more, in the order of the rows."""
    if not len(order):
        return
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    size = np.diff(np.append(starts, len(group)))
    for at, count in zip(starts[size > 1], size[size > 1], strict=True):
        yield np.sort(order[at : at + count])


def ground(shapes: Shapes, loud: npt.NDArray[np.bool_]) -> shapely.Geometry:
    """Return the ground that rows cover together: blocks first, then the ground of all blocks.

    Parameters
    ----------
    shapes : array of valid polygons
    loud : bool array
        Rows `unmatched` tells. Of all others every edge is that of a neighbour or of nobody: edges cancel, and nothing
        has to be overlaid.
    """
    return shapely.union_all([_ground(shapes[block], loud[block]) for block in near(shapes)])


def _ground(shapes: Shapes, loud: npt.NDArray[np.bool_]) -> shapely.Geometry:
    return shapely.union_all([*shapes[loud], shapely.coverage_union_all(shapes[~loud])])


def unmatched(shapes: Shapes, gap_m: float) -> npt.NDArray[np.bool_]:
    """Tell which rows have an edge that runs beside one of a neighbour, up to `gap_m` off, and is not the same."""
    loud = np.zeros(len(shapes), bool)
    blocks = near(shapes)
    tree = shapely.STRtree(shapes) if len(blocks) > 1 else None
    for block in blocks:
        rows = block if tree is None else _around(tree, shapes, block, gap_m)
        edges = shapely.coverage_invalid_edges(shapes[rows], gap_width=gap_m)
        loud[block] = ~shapely.is_empty(edges[np.searchsorted(rows, block)])
    return loud


def _around(tree: shapely.STRtree, shapes: Shapes, block: Positions, gap_m: float) -> Positions:
    """Return the rows of a block and those around it, in the order of the rows."""
    box = shapely.bounds(shapes[block]) + np.array([-2.0, -2.0, 2.0, 2.0]) * gap_m
    return np.union1d(block, tree.query(shapely.box(*box.T))[1])
