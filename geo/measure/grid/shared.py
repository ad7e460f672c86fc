"""Compiled: ground under edges of two polygons at once. Import it inside functions only."""

from __future__ import annotations

import numpy as np

from geo.basis.jit import kernel
from geo.measure.grid.edges import Floats, Ints
from geo.measure.grid.rings import Rings

Edge = tuple[float, float, float, float, int]
"""Left end, right end, and 1 where the polygon lies below, -1 where above."""


@kernel
def edge_of(rings: Rings, r: int, k: int, x: float, y: float) -> Edge:
    """Return an edge from a corner, left end first."""
    x0, y0, x1, y1 = rings.xy[k, 0] - x, rings.xy[k, 1] - y, rings.xy[k + 1, 0] - x, rings.xy[k + 1, 1] - y
    if x0 <= x1:
        return x0, y0, x1, y1, -rings.left[r]
    return x1, y1, x0, y0, rings.left[r]


@kernel
def lower(a: Edge, b: Edge) -> float:
    """Return the integral of the lower of two edges over the abscissas both have."""
    left, right = max(a[0], b[0]), min(a[2], b[2])
    if right <= left:
        return 0.0
    m, n = (a[3] - a[1]) / (a[2] - a[0]), (b[3] - b[1]) / (b[2] - b[0])
    a0, a1 = a[1] + (left - a[0]) * m, a[1] + (right - a[0]) * m
    b0, b1 = b[1] + (left - b[0]) * n, b[1] + (right - b[0]) * n
    one, two = a0 - b0, a1 - b1
    area = 0.5 * (b0 + b1)
    if one <= 0 and two <= 0:
        area = 0.5 * (a0 + a1)
    elif one < 0:
        area += 0.5 * one * one / (one - two)
    elif two < 0:
        area += 0.5 * two * two / (two - one)
    return area * (right - left)


@kernel
def of_pairs(rings: Rings, at: Ints, one: Ints, two: Ints) -> Floats:
    """Return the ground each pair of polygons shares."""
    out = np.zeros(one.size)
    for q in range(one.size):
        west, south, east = -np.inf, np.inf, np.inf
        for g in (one[q], two[q]):
            low, high = np.inf, -np.inf
            for r in range(at[g], at[g + 1]):
                low, high, south = min(low, rings.box[r, 0]), max(high, rings.box[r, 2]), min(south, rings.box[r, 1])
            west, east = max(west, low), min(east, high)
        if west < east:
            out[q] = of_pair(
                rings, (at[one[q]], at[one[q] + 1]), (at[two[q]], at[two[q] + 1]), (west, south, east - west)
            )
    return out


@kernel
def of_pair(rings: Rings, one: tuple[int, int], two: tuple[int, int], frame: tuple[float, float, float]) -> float:
    """Return the ground two polygons share between two abscissas, counted from the south of both."""
    x, y, width = frame
    total = 0.0
    for r in range(one[0], one[1]):
        for k in range(rings.at[r], rings.at[r + 1] - 1):
            a = edge_of(rings, r, k, x, y)
            if a[2] <= 0 or a[0] >= width or a[0] == a[2]:
                continue
            for s in range(two[0], two[1]):
                for m in range(rings.at[s], rings.at[s + 1] - 1):
                    b = edge_of(rings, s, m, x, y)
                    if b[2] > a[0] and b[0] < a[2] and b[0] < b[2]:
                        total += a[4] * b[4] * lower(a, b)
    return total
