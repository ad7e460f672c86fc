"""Compiled: edges cut by the grid, in each cell and along the line below each row. Import it inside functions only."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.basis.jit import kernel
from geo.measure.grid.rings import Rings

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Run = tuple[float, float, float, float]
"""Two ends, in cells from the corner of a cell."""
Place = tuple[int, int, int, int]
"""Where in a window that corner is, by column and row, and how many of them the window has."""


class Grid(NamedTuple):
    """A window of the grid: the cell in metres, its first column and row, counted from 0, and how many of them."""

    cell: float
    column: int
    row: int
    nx: int
    ny: int


class Scratch(NamedTuple):
    """Room for the pieces of one edge, and the cell of each."""

    part: Floats
    where: Ints


class Pieces(NamedTuple):
    """Pieces of edges, left end first, in the unit square of their cell; ``at[c]:at[c + 1]`` are those of cell c.

    `sign` is the change of the zone's winding on the way up through it.
    """

    at: Ints
    xy: Floats
    zone: Ints
    sign: Ints
    feature: Ints


class Crossings(NamedTuple):
    """Where edges cross the bottom line of a cell, from left to right; `turn` is the change of winding to the right."""

    at: Ints
    x: Floats
    zone: Ints
    turn: Ints
    feature: Ints


@kernel
def framed(xy: Floats, k: int, grid: Grid) -> tuple[Run, Place, bool]:
    """Return an edge, lower end first, in cells from the corner of that end's cell; its place; whether it runs upwards.

    Counted from there, whatever is rounded later is rounded the same in any window.
    """
    xa, ya, xb, yb = xy[k, 0] / grid.cell, xy[k, 1] / grid.cell, xy[k + 1, 0] / grid.cell, xy[k + 1, 1] / grid.cell
    up = ya < yb or (ya == yb and xa < xb)
    if not up:
        xa, ya, xb, yb = xb, yb, xa, ya
    i, j = np.floor(xa), np.floor(ya)
    return (xa - i, ya - j, xb - i, yb - j), (int(i) - grid.column, int(j) - grid.row, grid.nx, grid.ny), up


@kernel
def on_line(y: float, run: Run) -> float:
    """Return where an edge meets a horizontal line: the one formula for cells above and below it."""
    xl, yl, xh, yh = run
    x = xl + (y - yl) * ((xh - xl) / (yh - yl))
    return min(max(x, min(xl, xh)), max(xl, xh))


@kernel
def across(run: Run, row: int, place: Place, to: Scratch, n: int) -> int:
    """Cut what an edge has of one row by its columns."""
    x0, y0, x1, y1 = run
    bi, bj, nx, _ = place
    slope, low, high = (y1 - y0) / (x1 - x0), min(y0, y1), max(y0, y1)
    for i in range(max(int(np.floor(x0)), -bi), min(int(np.ceil(x1)) - 1, nx - 1 - bi) + 1):
        a, b, ya, yb = x0, x1, y0, y1
        if a < i:
            a = float(i)
            ya = min(max(y0 + (a - x0) * slope, low), high)
        if b > i + 1:
            b = float(i + 1)
            yb = min(max(y0 + (b - x0) * slope, low), high)
        if a < b:
            to.part[n, 0], to.part[n, 1], to.part[n, 2], to.part[n, 3] = a - i, ya - row, b - i, yb - row
            to.where[n] = (row + bj) * nx + i + bi
            n += 1
    return n


@kernel
def trace(run: Run, place: Place, to: Scratch, n: int) -> int:
    """Write the pieces of an edge cell by cell from n on, and return where they end; those without width are left out.

    A point on a line between two rows belongs to the row below, so the winding along the line is the one just above it.
    """
    xl, yl, xh, yh = run
    if xl == xh:
        return n
    _, bj, _, ny = place
    for row in range(max(int(np.ceil(yl)) - 1, -bj), min(int(np.ceil(yh)) - 1, ny - 1 - bj) + 1):
        x0, y0, x1, y1 = xl, yl, xh, yh
        if yl <= row and yl < yh:
            x0, y0 = on_line(float(row), run), float(row)
        if yh > row + 1:
            x1, y1 = on_line(float(row + 1), run), float(row + 1)
        if x0 > x1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        if x0 < x1:
            n = across((x0, y0, x1, y1), row, place, to, n)
    return n


@kernel
def lines(run: Run, place: Place, first: int) -> tuple[int, int]:
    """Return the first line an edge crosses and the one after the last, as rows from its own cell."""
    return max(int(np.ceil(run[1])), first - place[1]), min(int(np.ceil(run[3])) - 1, place[3] - 1 - place[1]) + 1


class Spread(NamedTuple):
    """What all rings become in a window; `fill` writes, else what each cell gets is counted in ``at``."""

    rings: Rings
    pieces: Pieces
    crossings: Crossings
    fill: bool


@kernel
def spread(job: Spread, grid: Grid, need: Flags) -> None:
    """Cut all rings by the window."""
    cell, column, first, nx, ny = grid
    rings, to = job.rings, Scratch(np.empty((nx + ny + 8, 4)), np.empty(nx + ny + 8, np.int64))
    for r in range(rings.at.size - 1):
        if rings.box[r, 0] > (column + nx) * cell or rings.box[r, 3] < first * cell:
            continue
        if rings.box[r, 1] > (first + ny) * cell:
            continue
        for k in range(rings.at[r], rings.at[r + 1] - 1):
            run, place, up = framed(rings.xy, k, grid)
            (xl, yl, xh, yh), (bi, bj, _, _) = run, place
            if yh + bj < 0 or yl + bj > ny or min(xl, xh) + bi > nx:
                continue
            low, high = lines(run, place, 0)
            for row in range(low, high):
                cross(on_line(float(row), run), row, place, r, -rings.left[r] if up else rings.left[r], job)
            if max(xl, xh) + bi <= 0:
                continue
            sign = rings.left[r] if (xh > xl) == up else -rings.left[r]
            for q in range(trace(run, place, to, 0)):
                if need[to.where[q]]:
                    put(to.part[q], to.where[q], r, sign, job)


@kernel
def cross(x: float, row: int, place: Place, r: int, turn: int, job: Spread) -> None:
    """Count or write one crossing; what lies to the left of the window is crossed at its edge."""
    bi, bj, nx, _ = place
    i = int(np.floor(x)) + bi
    if i >= nx:
        return
    c = (row + bj) * nx + max(i, 0)
    n = job.crossings.at[c]
    job.crossings.at[c] += 1
    if job.fill:
        job.crossings.x[n] = x - np.floor(x) if i >= 0 else 0.0
        job.crossings.zone[n], job.crossings.turn[n] = job.rings.zone[r], turn
        job.crossings.feature[n] = job.rings.feature[r]


@kernel
def put(part: Floats, c: int, r: int, sign: int, job: Spread) -> None:
    """Count or write one piece."""
    n = job.pieces.at[c]
    job.pieces.at[c] += 1
    if job.fill:
        job.pieces.xy[n] = part
        job.pieces.zone[n], job.pieces.sign[n], job.pieces.feature[n] = job.rings.zone[r], sign, job.rings.feature[r]


@kernel
def needed(box: Floats, grid: Grid) -> Flags:
    """Return the cells that the box of some parcel meets."""
    out = np.zeros(grid.nx * grid.ny, np.bool_)
    for g in range(box.shape[0]):
        west, east = int(np.floor(box[g, 0] / grid.cell)), int(np.floor(box[g, 2] / grid.cell))
        south, north = int(np.floor(box[g, 1] / grid.cell)), int(np.floor(box[g, 3] / grid.cell))
        for j in range(south - grid.row, north - grid.row + 1):
            out[j * grid.nx + west - grid.column : j * grid.nx + east - grid.column + 1] = True
    return out


@kernel
def in_order(found: Crossings) -> None:
    """Sort the crossings of every cell from left to right; those at one place stay as they came."""
    for c in range(found.at.size - 1):
        low, high = found.at[c], found.at[c + 1]
        if high - low > 1:
            order = low + np.argsort(found.x[low:high], kind="mergesort")
            found.x[low:high], found.zone[low:high] = found.x[order], found.zone[order]
            found.turn[low:high], found.feature[low:high] = found.turn[order], found.feature[order]
