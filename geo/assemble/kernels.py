"""Compiled loops of assembling: boundaries that run along each other. Import it inside functions only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.basis.jit import kernel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STEEPEST_COS = 0.5
"""Edges that meet at more than 60° do not run along each other."""


@kernel
def rows_in_column(segments: Floats, k: int, left: float, right: float, reach: float) -> tuple[float, float]:
    """Return the lowest and highest y of a segment between two abscissas, widened by `reach`."""
    x0, y0, x1, y1 = segments[k]
    if x0 > x1:
        x0, y0, x1, y1 = x1, y1, x0, y0
    low, high = min(y0, y1), max(y0, y1)
    if x1 - x0 > 1e-12:
        slope = (y1 - y0) / (x1 - x0)
        at_left = y0 + slope * (max(left - reach, x0) - x0)
        at_right = y0 + slope * (min(right + reach, x1) - x0)
        low, high = min(at_left, at_right), max(at_left, at_right)
    return low - reach, high + reach


@kernel
def register(segments: Floats, reach: float, cell: float, nx: int, ny: int) -> tuple[Ints, Ints]:
    """Return the segments in each cell of a grid from the origin, as starts and members."""
    starts = np.zeros(nx * ny + 1, np.int64)
    members = np.empty(0, np.int64)
    for filling in range(2):
        for k in range(len(segments)):
            first = max(0, int(np.floor((min(segments[k, 0], segments[k, 2]) - reach) / cell)))
            last = min(nx - 1, int(np.floor((max(segments[k, 0], segments[k, 2]) + reach) / cell)))
            for column in range(first, last + 1):
                low, high = rows_in_column(segments, k, column * cell, (column + 1) * cell, reach)
                for row in range(max(0, int(np.floor(low / cell))), min(ny - 1, int(np.floor(high / cell))) + 1):
                    place = row * nx + column
                    if filling:
                        starts[place] -= 1
                        members[starts[place]] = k
                    else:
                        starts[place] += 1
        if not filling:
            for place in range(1, nx * ny + 1):
                starts[place] += starts[place - 1]
            members = np.empty(starts[nx * ny], np.int64)
    return starts, members


@kernel
def along(segments: Floats, i: int, j: int, tolerance: float) -> tuple[float, float]:
    """Return from where to where segment j runs along segment i, as distances from i's start."""
    x0, y0, x1, y1 = segments[i]
    length = np.hypot(x1 - x0, y1 - y0)
    if length == 0:
        return 0.0, 0.0
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    ax, ay, bx, by = segments[j, 0] - x0, segments[j, 1] - y0, segments[j, 2] - x0, segments[j, 3] - y0
    t0, d0, t1, d1 = ax * ux + ay * uy, ay * ux - ax * uy, bx * ux + by * uy, by * ux - bx * uy
    if abs(t1 - t0) < STEEPEST_COS * np.hypot(bx - ax, by - ay) or t0 == t1:
        return 0.0, 0.0
    if t0 > t1:
        t0, d0, t1, d1 = t1, d1, t0, d0
    low, high = t0, t1
    if abs(d0 - d1) > 1e-12:
        slope = (d1 - d0) / (t1 - t0)
        cross0, cross1 = t0 + (-tolerance - d0) / slope, t0 + (tolerance - d0) / slope
        low, high = max(low, min(cross0, cross1)), min(high, max(cross0, cross1))
    elif abs(d0) > tolerance:
        return 0.0, 0.0
    return max(low, 0.0), min(high, length)


@kernel
def apart(segments: Floats, i: int, j: int, tolerance: float) -> bool:
    """Tell whether the boxes of two segments are further apart than the tolerance."""
    if max(segments[i, 0], segments[i, 2]) + tolerance < min(segments[j, 0], segments[j, 2]):
        return True
    if max(segments[j, 0], segments[j, 2]) + tolerance < min(segments[i, 0], segments[i, 2]):
        return True
    if max(segments[i, 1], segments[i, 3]) + tolerance < min(segments[j, 1], segments[j, 3]):
        return True
    return bool(max(segments[j, 1], segments[j, 3]) + tolerance < min(segments[i, 1], segments[i, 3]))


@kernel
def shared(
    segments: Floats, owner: Ints, tolerance: float, cell: float, low: float, high: float
) -> tuple[Ints, Ints, Floats]:
    """Return pairs of owners and the length over which an edge of one runs along an edge of the other.

    Parameters
    ----------
    segments : float array, n × 4
        Edges, coordinates from 0 upwards.
    owner : int array
    tolerance, cell : float
    low, high : float
        Only overlaps whose middle lies in this band of y are counted, so bands add up.
    """
    nx = int(segments[:, 0::2].max() / cell) + 1
    ny = int(segments[:, 1::2].max() / cell) + 1
    starts, members = register(segments, tolerance, cell, nx, ny)
    room = max(1024, len(segments))
    first, second, length = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.float64)
    count = 0
    for place in range(nx * ny):
        for m in range(starts[place], starts[place + 1]):
            for n in range(m + 1, starts[place + 1]):
                i, j = min(members[m], members[n]), max(members[m], members[n])
                if owner[i] == owner[j] or apart(segments, i, j, tolerance):
                    continue
                start, end = along(segments, i, j, tolerance)
                if end <= start:
                    continue
                share = (start + end) / 2 / np.hypot(segments[i, 2] - segments[i, 0], segments[i, 3] - segments[i, 1])
                x = segments[i, 0] + share * (segments[i, 2] - segments[i, 0])
                y = segments[i, 1] + share * (segments[i, 3] - segments[i, 1])
                here = min(ny - 1, max(0, int(y / cell))) * nx + min(nx - 1, max(0, int(x / cell)))
                if here != place or y < low or y >= high:
                    continue
                if count == room:
                    room *= 2
                    first = np.concatenate((first, np.empty(count, np.int64)))
                    second = np.concatenate((second, np.empty(count, np.int64)))
                    length = np.concatenate((length, np.empty(count, np.float64)))
                first[count], second[count] = min(owner[i], owner[j]), max(owner[i], owner[j])
                length[count] = end - start
                count += 1
    return first[:count], second[:count], length[:count]
