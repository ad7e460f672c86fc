"""Parcels measured against zones on the grid: which sets of zones each has, and how much of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.measure.grid.rings import Floats, Ints, Rings

CELL_M, SMALL_CELL_M, SMALL_M = 32.0, 8.0, 16.0
"""Cells, and those for parcels no longer than `SMALL_M`."""
MOST_ACROSS = 1024
"""A parcel of more cells in one direction is measured on a grid four times as wide, and again."""
MOST_CELLS = 5 << 20
"""Cells of one window; parcels too far apart for it are measured in several."""


@dataclass(frozen=True)
class Found:
    """Sets of zones on parcels, in the order of parcels and sets.

    Parameters
    ----------
    parcel, label : int arrays
        Position of the parcel, row of `holds`.
    area_m2 : float array
        Those of one parcel add up to its area.
    holds : bool array, sets × zones
    off_m2 : float array, one per parcel
        By how much the sums of a parcel missed its area, or the most any of them fell below zero: what the count
        of its edges proves wrong.
    """

    parcel: Ints
    label: Ints
    area_m2: Floats
    holds: npt.NDArray[np.bool_]
    off_m2: Floats


def found(parcels: Rings, area: Floats, zones: Rings, count: int) -> Found:
    """Return what parcels have of every set of zones.

    Parameters
    ----------
    parcels : Rings
        ``feature`` is the position of the parcel; valid polygons.
    area : float array
        Of each parcel, m².
    zones : Rings
        In the same CRS; where features of one zone overlap, the ground counts once.
    count : int
        Number of zones.
    """
    room = 1 << 10
    while True:
        try:
            return _found(parcels, area, zones, count, room)
        except _TooManySetsError:
            room *= 4


class _TooManySetsError(Exception):
    """There are more sets of zones than room for them."""


def _found(parcels: Rings, area: Floats, zones: Rings, count: int, room: int) -> Found:
    from geo.measure.grid.labels import Sets
    from geo.measure.grid.parcels import Lots

    turned = np.full((room, max(count, 1)), -1, np.int64)
    sets = Sets(np.zeros((room, count // 64 + 1), np.uint64), turned, np.ones(1, np.int64))
    at = np.searchsorted(parcels.feature, np.arange(len(area) + 1)).astype(np.int64)
    lots = Lots(parcels, at, _boxes(parcels, at), area)
    off = np.zeros(len(area))
    rows: list[tuple[Any, ...]] = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
    for cell, chosen in _windows(lots.box, np.flatnonzero(area > 0)):
        rows.append(_window(cell, chosen, lots, zones, sets, off))
    parcel, label, size = (np.concatenate([r[k] for r in rows]) for k in range(3))
    return _in_order((parcel, label, size), sets, count, off)


def _boxes(parcels: Rings, at: Ints) -> Floats:
    """Return the box of each parcel; of one without rings it is never asked."""
    out = np.full((len(at) - 1, 4), np.nan)
    some = np.flatnonzero(np.diff(at) > 0)
    if len(some):
        out[some, :2] = np.minimum.reduceat(parcels.box[:, :2], at[some])
        out[some, 2:] = np.maximum.reduceat(parcels.box[:, 2:], at[some])
    return out


def _windows(box: Floats, some: npt.NDArray[np.intp]) -> Iterator[tuple[float, npt.NDArray[np.intp]]]:
    """Return parcels that are measured together: of one size of cell, and not too far apart."""
    side = np.maximum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1])
    cell = np.where(side <= SMALL_M, SMALL_CELL_M, CELL_M)
    wide = side > CELL_M * MOST_ACROSS
    cell[wide] = CELL_M * 4.0 ** np.ceil(np.log2(side[wide] / (CELL_M * MOST_ACROSS)) / 2)
    for size in np.unique(cell[some]):
        todo = [some[cell[some] == size]]
        while todo:
            chosen = todo.pop()
            low = np.floor(box[chosen, :2].min(axis=0) / size)
            across = np.floor(box[chosen, 2:].max(axis=0) / size) - low + 1
            if across.prod() <= MOST_CELLS:
                yield float(size), chosen
                continue
            axis = int(across[1] > across[0])
            middle = (low[axis] + across[axis] / 2) * size
            first = (box[chosen, axis] + box[chosen, axis + 2]) / 2 < middle
            todo += [chosen[first], chosen[~first]]


def _window(
    cell: float, chosen: npt.NDArray[np.intp], lots: Any, zones: Rings, sets: Any, off: Floats
) -> tuple[Ints, Ints, Floats]:
    """Measure the parcels of one window."""
    from geo.measure.grid import edges
    from geo.measure.grid.parcels import Lots

    box, area = lots.box[chosen], lots.area[chosen]
    low = np.floor(box[:, :2].min(axis=0) / cell).astype(int)
    across = np.floor(box[:, 2:].max(axis=0) / cell).astype(int) - low + 1
    grid = edges.Grid(cell, int(low[0]), int(low[1]), int(across[0]), int(across[1]))
    labels = _labelled(zones, grid, edges.needed(box, grid), sets)
    whole = len(chosen) == len(lots.area)
    rings, at = (lots.rings, lots.at) if whole else _taken(lots.rings, lots.at, chosen)
    own = Lots(rings, at, box, area)
    parcel, label, size, missed = _measured(own, grid, labels, int(sets.known[0]))
    off[chosen] = missed
    return chosen[parcel], label, size


def _labelled(zones: Rings, grid: Any, need: npt.NDArray[np.bool_], sets: Any) -> Any:
    """Cut the zones by the window and label its cells."""
    from geo.measure.grid import edges
    from geo.measure.grid.labels import TOO_MANY, Field, Labels, Strip, Walk, label_rows

    cells, none, nothing = grid.nx * grid.ny, np.empty(0, np.int64), np.empty((0, 4))
    pieces = edges.Pieces(np.zeros(cells + 1, np.int64), nothing, none, none, none)
    crossings = edges.Crossings(np.zeros(cells + 1, np.int64), np.empty(0), none, none, none)
    edges.spread(edges.Spread(zones, pieces, crossings, False), grid, need)
    counts = [np.concatenate([[0], np.cumsum(c.at[:-1])]).astype(np.int64) for c in (pieces, crossings)]
    n, m = int(counts[0][-1]), int(counts[1][-1])
    pieces = edges.Pieces(counts[0].copy(), np.empty((n, 4)), *(np.empty(n, np.int64) for _ in range(3)))
    crossings = edges.Crossings(counts[1].copy(), np.empty(m), *(np.empty(m, np.int64) for _ in range(3)))
    edges.spread(edges.Spread(zones, pieces, crossings, True), grid, need)
    pieces, crossings = pieces._replace(at=counts[0]), crossings._replace(at=counts[1])
    edges.in_order(crossings)
    room = 2 * n + cells + m + 1024
    out = Labels(
        np.zeros(cells, np.int64), np.zeros(cells + 1, np.int64), np.empty((room, 4)), np.empty((room, 2), int)
    )
    walk = Walk(*(np.zeros(sets.turned.shape[1], np.int64) for _ in range(2)))
    most = int(np.diff(pieces.at).max(initial=0))
    ints, floats = (np.empty(most, np.int64) for _ in range(2)), (np.empty(most) for _ in range(4))
    order, now = ints
    slope, middle, left, right = floats
    strip = Strip(order, slope, now, middle, left, right, np.empty(most + 1, np.int64))
    row, done = 0, 0
    while row < grid.ny:
        row, done, why = label_rows(row, done, Field(grid.nx, need, pieces, crossings, sets, walk, strip, out))
        if why == TOO_MANY:
            raise _TooManySetsError
        if row < grid.ny:
            out = out._replace(edge=_longer(out.edge), side=_longer(out.side))
    return out


def _longer(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    out = np.empty((2 * len(array), *array.shape[1:]), array.dtype)
    out[: len(array)] = array
    return out


def _measured(lots: Any, grid: Any, labels: Any, count: int) -> tuple[Ints, Ints, Floats, Floats]:
    """Measure parcels against labelled cells."""
    from geo.measure.grid import parcels as kernels

    pieces, crossings, cells = kernels.room(lots, grid)
    cut = kernels.Cut(
        part=np.empty((pieces, 4)), where=np.empty(pieces, np.int64), sign=np.empty(pieces, np.int64),
        order=np.empty(pieces, np.int64), slope=np.empty(pieces), x=np.empty(crossings),
        line=np.empty(crossings, np.int64), turn=np.empty(crossings, np.int64), first=np.empty(cells + 2, np.int64),
    )  # fmt: skip
    sums = kernels.Sums(np.empty(count), np.full(count, -1, np.int64), np.empty(count, np.int64))
    out, off, g = [], np.zeros(len(lots.area)), 0
    room = 2 * len(lots.area) + 2 * count
    while g < len(lots.area):
        rows = kernels.Rows(np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room), off)
        g, n = kernels.measured(g, 0, kernels.Work(lots, grid, labels, cut, sums, rows))
        out.append((rows.parcel[:n], rows.label[:n], rows.area[:n]))
    parcel, label, size = (np.concatenate([o[k] for o in out]) for k in range(3))
    return parcel, label, size, off


def _taken(rings: Rings, at: Ints, chosen: npt.NDArray[np.intp]) -> tuple[Rings, Ints]:
    """Return the rings of some parcels and where those of each begin."""
    own = _ranges(at[chosen], at[chosen + 1])
    points = _ranges(rings.at[own], rings.at[own + 1])
    starts = np.concatenate([[0], np.cumsum(rings.at[own + 1] - rings.at[own])]).astype(np.int64)
    part = Rings(rings.xy[points], starts, rings.left[own], rings.zone[own], rings.feature[own], rings.box[own])
    return part, np.concatenate([[0], np.cumsum(at[chosen + 1] - at[chosen])]).astype(np.int64)


def _ranges(low: Ints, high: Ints) -> Ints:
    """Return the whole numbers of several ranges, one range after another."""
    size = high - low
    first = np.concatenate([[0], np.cumsum(size)])
    out: Ints = np.arange(first[-1]) + np.repeat(low - first[:-1], size)
    return out


def _in_order(rows: tuple[Ints, Ints, Floats], sets: Any, count: int, off: Floats) -> Found:
    """Number the sets by what they hold, not by when they were met, and sort by parcel and set."""
    parcel, label, size = rows
    words = sets.words[: int(sets.known[0])]
    zone = np.arange(count)
    holds = (words[:, zone // 64] >> (zone % 64).astype(np.uint64) & np.uint64(1)).astype(bool)
    order = np.lexsort(holds.T[::-1]) if count else np.arange(len(holds))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    label = place[label]
    by = np.lexsort((label, parcel))
    return Found(parcel[by], label[by], size[by], holds[order], off)
