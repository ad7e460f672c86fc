"""Compiled: what parcels have of each set of zones. Import it inside functions only.

With a parcel in a cell written as signed ground under its edges a (and under its runs along the top of the cell), and a
set as the ground above its lower edges less that above its upper ones, its area is

    sum over a of s_a × sum over e of ([above e is the set] - [below e is the set]) × integral max(0, y_a - y_e) dx

over the abscissas both have. In a cell of one set the ground under a is enough.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo.basis.jit import kernel
from geo.measure.grid.edges import Floats, Grid, Ints, Scratch, framed, lines, on_line, trace
from geo.measure.grid.labels import MIXED, VOID, Labels
from geo.measure.grid.rings import Rings

SHARE = 1e-7
"""A set with less than this share of a parcel, or than `LEAST_M2`, is a hair of its edge and no piece of it."""
LEAST_M2 = 5e-6


class Cut(NamedTuple):
    """Room for one parcel: pieces of its edges with cell and sign, their order by cell, and its crossings of lines."""

    part: Floats
    where: Ints
    sign: Ints
    order: Ints
    slope: Floats
    x: Floats
    line: Ints
    turn: Ints
    first: Ints


class Sums(NamedTuple):
    """Area per set for the parcel at hand: which sets were met, and for which parcel a sum was begun."""

    area: Floats
    begun: Ints
    met: Ints


class Lots(NamedTuple):
    """The parcels: their rings, where those of each begin, boxes and areas."""

    rings: Rings
    at: Ints
    box: Floats
    area: Floats


class Rows(NamedTuple):
    """What comes out: parcel, set, area in m²; and of each parcel how far its sums are off its own area."""

    parcel: Ints
    label: Ints
    area: Floats
    off: Floats


class Work(NamedTuple):
    """Parcels on a labelled window: what is measured, on what, the room for one of them, and what comes out."""

    lots: Lots
    grid: Grid
    labels: Labels
    cut: Cut
    sums: Sums
    rows: Rows


Window = tuple[int, int, int, int]
"""First column and row of a parcel in the window of the grid, and how many of them it meets."""


@kernel
def room(lots: Lots, grid: Grid) -> tuple[int, int, int]:
    """Return the most pieces, crossings and cells that one parcel may have."""
    rings, at, box, _ = lots
    pieces = crossings = cells = 1
    for g in range(at.size - 1):
        k = m = 0
        for r in range(at[g], at[g + 1]):
            for v in range(rings.at[r], rings.at[r + 1] - 1):
                up = int(abs(rings.xy[v + 1, 1] - rings.xy[v, 1]) / grid.cell) + 2
                k += int(abs(rings.xy[v + 1, 0] - rings.xy[v, 0]) / grid.cell) + up + 2
                m += up
        _, _, wx, wy = span(box[g], grid)
        pieces, crossings, cells = max(pieces, k + m + wx * wy), max(crossings, m), max(cells, wx * wy)
    return pieces, crossings, cells


@kernel
def span(box: Floats, grid: Grid) -> Window:
    """Return the window of cells of a box."""
    i, j = int(np.floor(box[0] / grid.cell)), int(np.floor(box[1] / grid.cell))
    wx, wy = max(1, int(np.ceil(box[2] / grid.cell)) - i), max(1, int(np.ceil(box[3] / grid.cell)) - j)
    return i - grid.column, j - grid.row, wx, wy


@kernel
def measured(g: int, n: int, w: Work) -> tuple[int, int]:
    """Measure parcels from g on until room runs out; return the parcel reached and the rows written."""
    lots, rows = w.lots, w.rows
    while g < lots.at.size - 1 and n + w.sums.area.size <= rows.area.size:
        if lots.area[g] > 0:
            window = span(lots.box[g], w.grid)
            label = uniform(window, w.grid.nx, w.labels)
            if label >= 0:
                rows.parcel[n], rows.label[n], rows.area[n], rows.off[g] = g, label, lots.area[g], 0.0
                n += 1
            else:
                bucketed(shredded(g, window, w), window[2] * window[3], w.cut)
                n = settled(g, n, summed(g, window, w), w)
        g += 1
    return g, n


@kernel
def uniform(window: Window, nx: int, labels: Labels) -> int:
    """Return the set that holds in every cell of a window, or `MIXED`."""
    i, j, wx, wy = window
    label = labels.pure[j * nx + i]
    for row in range(j, j + wy):
        for column in range(i, i + wx):
            if labels.pure[row * nx + column] != label:
                return MIXED
    return int(label)


@kernel
def shredded(g: int, window: Window, w: Work) -> int:
    """Cut a parcel by its window of cells; return the number of pieces, runs along the tops of cells among them."""
    i, j, wx, wy = window
    rings, cut, to = w.lots.rings, w.cut, Scratch(w.cut.part, w.cut.where)
    k = m = 0
    for r in range(w.lots.at[g], w.lots.at[g + 1]):
        for v in range(rings.at[r], rings.at[r + 1] - 1):
            run, (bi, bj, _, _), up = framed(rings.xy, v, w.grid)
            place = (bi - i, bj - j, wx, wy)
            low, high = lines(run, place, 1)
            for row in range(low, high):
                cut.x[m] = on_line(float(row), run) + place[0]
                cut.line[m], cut.turn[m] = row + place[1], -rings.left[r] if up else rings.left[r]
                m += 1
            end = trace(run, place, to, k)
            cut.sign[k:end] = -rings.left[r] if (run[2] > run[0]) == up else rings.left[r]
            k = end
    return topped(k, m, wx, cut)


@kernel
def topped(k: int, m: int, wx: int, cut: Cut) -> int:
    """Add the runs of a parcel along the top of each row: between its crossings, where it lies above the line."""
    order = np.argsort(cut.x[:m], kind="mergesort")
    order = order[np.argsort(cut.line[order], kind="mergesort")]
    wind = 0
    for q in range(m - 1):
        a, b = order[q], order[q + 1]
        wind = wind + cut.turn[a] if q and cut.line[a] == cut.line[order[q - 1]] else cut.turn[a]
        if wind != 0 and cut.line[b] == cut.line[a] and cut.x[b] > cut.x[a]:
            for c in range(int(np.floor(cut.x[a])), min(int(np.ceil(cut.x[b])), wx)):
                x0, x1 = max(cut.x[a], float(c)), min(cut.x[b], float(c + 1))
                if x1 > x0:
                    cut.part[k, 0], cut.part[k, 1], cut.part[k, 2], cut.part[k, 3] = x0 - c, 1.0, x1 - c, 1.0
                    cut.where[k], cut.sign[k] = (cut.line[a] - 1) * wx + c, wind
                    k += 1
    return k


@kernel
def bucketed(k: int, cells: int, cut: Cut) -> None:
    """Order the pieces by cell: those of cell c are ``order[first[c]:first[c + 1]]``."""
    cut.first[: cells + 1] = 0
    for q in range(k):
        cut.first[cut.where[q] + 1] += 1
        cut.slope[q] = (cut.part[q, 3] - cut.part[q, 1]) / (cut.part[q, 2] - cut.part[q, 0])
    for c in range(cells):
        cut.first[c + 1] += cut.first[c]
    for q in range(k - 1, -1, -1):
        c = cut.where[q] + 1
        cut.first[c] -= 1
        cut.order[cut.first[c]] = q
    cut.first[:cells] = cut.first[1 : cells + 1]
    cut.first[cells] = k


@kernel
def summed(g: int, window: Window, w: Work) -> int:
    """Add up what the parcel has of each set, cell by cell; return how many sets it meets."""
    i, j, wx, wy = window
    labels, cut, met = w.labels, w.cut, 0
    for c in range(wx * wy):
        if cut.first[c] < cut.first[c + 1]:
            cell = (j + c // wx) * w.grid.nx + i + c % wx
            x0, x1, top, under = outlined(cut.first[c], cut.first[c + 1], cut)
            if labels.pure[cell] != MIXED:
                met = added(labels.pure[cell], under, g, met, w.sums)
                continue
            for e in range(labels.at[cell], labels.at[cell + 1]):
                edge = labels.edge[e]
                if edge[2] <= x0 or edge[0] >= x1 or (edge[1] >= top and edge[3] >= top):
                    continue
                area = under
                if labels.side[e, 0] != VOID or edge[0] > x0 or edge[2] < x1:
                    area = above(edge, cut.first[c], cut.first[c + 1], cut)
                met = added(labels.side[e, 1], area, g, met, w.sums)
                if labels.side[e, 0] != VOID:
                    met = added(labels.side[e, 0], -area, g, met, w.sums)
    return met


@kernel
def outlined(low: int, high: int, cut: Cut) -> tuple[float, float, float, float]:
    """Return from where to where the parcel reaches in a cell, how high, and the ground under its edges."""
    x0, x1, top, under = 2.0, -1.0, 0.0, 0.0
    for o in range(low, high):
        q = cut.order[o]
        a, b = cut.part[q, 1], cut.part[q, 3]
        under += cut.sign[q] * 0.5 * (a + b) * (cut.part[q, 2] - cut.part[q, 0])
        x0, x1, top = min(x0, cut.part[q, 0]), max(x1, cut.part[q, 2]), max(top, a, b)
    return x0, x1, top, under


@kernel
def above(edge: Floats, low: int, high: int, cut: Cut) -> float:
    """Return the ground the parcel has above an edge in its cell, in cells."""
    slope, area = (edge[3] - edge[1]) / (edge[2] - edge[0]), 0.0
    for o in range(low, high):
        q = cut.order[o]
        left, right = max(cut.part[q, 0], edge[0]), min(cut.part[q, 2], edge[2])
        if right > left:
            one = cut.part[q, 1] + (left - cut.part[q, 0]) * cut.slope[q] - edge[1] - (left - edge[0]) * slope
            two = cut.part[q, 1] + (right - cut.part[q, 0]) * cut.slope[q] - edge[1] - (right - edge[0]) * slope
            if one >= 0 and two >= 0:
                area += cut.sign[q] * 0.5 * (one + two) * (right - left)
            elif one > 0:
                area += cut.sign[q] * 0.5 * one * one / (one - two) * (right - left)
            elif two > 0:
                area += cut.sign[q] * 0.5 * two * two / (two - one) * (right - left)
    return area


@kernel
def added(label: int, area: float, g: int, met: int, sums: Sums) -> int:
    """Add an area to a set of the parcel at hand; return how many sets it has met."""
    if sums.begun[label] != g:
        sums.begun[label], sums.area[label], sums.met[met] = g, 0.0, label
        met += 1
    sums.area[label] += area
    return met


@kernel
def settled(g: int, n: int, met: int, w: Work) -> int:
    """Write the sets of a parcel; hairs go to the largest, and so does what rounding left over."""
    area, cell, sums, rows = w.lots.area[g], w.grid.cell, w.sums, w.rows
    best, total, worst = sums.met[0], 0.0, 0.0
    for q in range(met):
        size = sums.area[sums.met[q]] * cell * cell
        total, worst = total + size, min(worst, size)
        best = sums.met[q] if sums.area[sums.met[q]] > sums.area[best] else best
    rows.off[g] = max(abs(total - area), -worst)
    main, rest = n, area
    for q in range(met):
        size = sums.area[sums.met[q]] * cell * cell
        if sums.met[q] != best and size > min(LEAST_M2, SHARE * area):
            n += 1
            rows.parcel[n], rows.label[n], rows.area[n] = g, sums.met[q], size
            rest -= size
    rows.parcel[main], rows.label[main], rows.area[main] = g, best, rest
    return n + 1
