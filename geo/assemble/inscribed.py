"""Compiled search for rectangles inside a polygon. Import it inside functions only.

A turned copy of the polygon is laid on a grid; cells its boundary touches are lost. That
gives a rectangle that surely fits, for every angle; the best ones are then bettered with
exact distances to the edges.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.basis.jit import kernel

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
STEPS = 240
"""Steps of the final search at most."""


@kernel
def turned(edges: Floats, angle: float, stretch: float) -> Floats:
    """Return edges turned by minus the angle, y multiplied by `stretch`."""
    c, s = np.cos(angle), np.sin(angle)
    out = np.empty_like(edges)
    for k in range(len(edges)):
        out[k, 0] = c * edges[k, 0] + s * edges[k, 1]
        out[k, 1] = (c * edges[k, 1] - s * edges[k, 0]) * stretch
        out[k, 2] = c * edges[k, 2] + s * edges[k, 3]
        out[k, 3] = (c * edges[k, 3] - s * edges[k, 2]) * stretch
    return out


@kernel
def gridded(edges: Floats, cells: int) -> tuple[Bools, float, float, float]:
    """Return the cells wholly inside, so many along the longer side, and the grid's corner and cell size."""
    left, low = min(edges[:, 0].min(), edges[:, 2].min()), min(edges[:, 1].min(), edges[:, 3].min())
    right, high = max(edges[:, 0].max(), edges[:, 2].max()), max(edges[:, 1].max(), edges[:, 3].max())
    cell = max(right - left, high - low, 1e-9) / cells
    nx, ny = max(1, int(np.ceil((right - left) / cell))), max(1, int(np.ceil((high - low) / cell)))
    inside = np.zeros((ny, nx), np.bool_)
    crossings = np.empty(len(edges), np.float64)
    for row in range(ny):
        y, count = low + (row + 0.5) * cell, 0
        for k in range(len(edges)):
            y0, y1 = edges[k, 1], edges[k, 3]
            if (y0 <= y) != (y1 <= y):
                crossings[count] = edges[k, 0] + (y - y0) / (y1 - y0) * (edges[k, 2] - edges[k, 0])
                count += 1
        found = np.sort(crossings[:count])
        for n in range(0, count - 1, 2):
            first, last = (
                int(np.ceil((found[n] - left) / cell - 0.5)),
                int(np.floor((found[n + 1] - left) / cell - 0.5)),
            )
            for column in range(max(0, first), min(nx - 1, last) + 1):
                inside[row, column] = True
    for k in range(len(edges)):
        block(inside, edges[k, 0] - left, edges[k, 1] - low, edges[k, 2] - left, edges[k, 3] - low, cell)
    return inside, left, low, cell


@kernel
def block(inside: Bools, x0: float, y0: float, x1: float, y1: float, cell: float) -> None:
    """Take out the cells whose inner ground an edge runs through."""
    ny, nx = inside.shape
    if x0 > x1:
        x0, y0, x1, y1 = x1, y1, x0, y0
    slack = 1e-9 * cell
    for column in range(max(0, int((x0 + slack) / cell)), min(nx - 1, int((x1 - slack) / cell)) + 1):
        low, high = y0, y1
        if x1 - x0 > slack:
            slope = (y1 - y0) / (x1 - x0)
            low = y0 + slope * (max(x0, column * cell) - x0)
            high = y0 + slope * (min(x1, (column + 1) * cell) - x0)
        if low > high:
            low, high = high, low
        for row in range(max(0, int((low + slack) / cell)), min(ny - 1, int((high - slack) / cell)) + 1):
            inside[row, column] = False


@kernel
def largest_block(inside: Bools) -> tuple[int, int, int, int, int]:
    """Return cells, first row, last row, first column, last column of the largest block of inner cells."""
    ny, nx = inside.shape
    height = np.zeros(nx + 1, np.int64)
    stack = np.empty(nx + 1, np.int64)
    best = (0, 0, 0, 0, 0)
    for row in range(ny):
        top = 0
        for column in range(nx + 1):
            if column < nx:
                height[column] = height[column] + 1 if inside[row, column] else 0
            while top > 0 and height[stack[top - 1]] >= height[column]:
                top -= 1
                tall = height[stack[top]]
                first = stack[top - 1] + 1 if top > 0 else 0
                size = tall * (column - first)
                if size > best[0]:
                    best = (size, row - tall + 1, row, first, column - 1)
            stack[top] = column
            top += 1
    return best


@kernel
def deepest(inside: Bools) -> tuple[float, int, int]:
    """Return the half side, in cells, of the largest square of inner cells, and its middle cell."""
    ny, nx = inside.shape
    side = np.zeros((ny, nx), np.int64)
    best = (0, 0, 0)
    for row in range(ny):
        for column in range(nx):
            if inside[row, column]:
                near = 0
                if row > 0 and column > 0:
                    near = min(side[row - 1, column], side[row, column - 1], side[row - 1, column - 1])
                side[row, column] = near + 1
                if near + 1 > best[0]:
                    best = (near + 1, row, column)
    return best[0] / 2.0, best[1], best[2]


@kernel
def reach(edges: Floats, x: float, y: float, angle: float, half_x: float, half_y: float) -> float:
    """Return by how much a rectangle about a point may grow before it touches an edge; 0 outside.

    The rectangle has half sides `half_x`, `half_y`, turned by `angle`.
    """
    c, s = np.cos(angle), np.sin(angle)
    least, odd = np.inf, False
    for k in range(len(edges)):
        ax, ay, bx, by = edges[k, 0] - x, edges[k, 1] - y, edges[k, 2] - x, edges[k, 3] - y
        if (ay <= 0) != (by <= 0) and ax - ay / (by - ay) * (bx - ax) > 0:
            odd = not odd
        x0, y0 = (c * ax + s * ay) / half_x, (c * ay - s * ax) / half_y
        dx, dy = (c * bx + s * by) / half_x - x0, (c * by - s * bx) / half_y - y0
        least = min(least, max(abs(x0), abs(y0)))
        if max(abs(x0 + dx / 2), abs(y0 + dy / 2)) - max(abs(dx), abs(dy)) / 2 >= least:
            continue
        for kink in range(4):
            up, down = -x0, dx
            if kink == 1:
                up, down = -y0, dy
            elif kink == 2:
                up, down = y0 - x0, dx - dy
            elif kink == 3:
                up, down = -y0 - x0, dx + dy
            if down != 0.0:
                t = up / down
                if 0.0 < t < 1.0:
                    least = min(least, max(abs(x0 + t * dx), abs(y0 + t * dy)))
        least = min(least, max(abs(x0 + dx), abs(y0 + dy)))
    return least if odd else 0.0


@kernel
def worth(edges: Floats, at: Floats, stretch: float) -> float:
    """Return what the search makes as large as it can: half the root of the area, or with `stretch` the scale.

    `at` is x, y, angle, logarithm of the ratio of the sides (unused with `stretch`).
    """
    ratio = stretch if stretch > 0 else np.exp(at[3])
    root = np.sqrt(ratio)
    return reach(edges, at[0], at[1], at[2], root, 1.0 / root)


@kernel
def bettered(edges: Floats, start: Floats, size: float, stretch: float) -> tuple[Floats, float]:
    """Move a rectangle uphill (Nelder and Mead, 1965) and return where it ends, and its worth."""
    dim = 3 if stretch > 0 else 4
    steps = np.array([size, size, 0.03, 0.15])
    points, value = np.empty((dim + 1, 4)), np.empty(dim + 1)
    for k in range(dim + 1):
        points[k] = start
        if k > 0:
            points[k, k - 1] += steps[k - 1]
        value[k] = worth(edges, points[k], stretch)
    for _ in range(STEPS):
        order = np.argsort(-value)
        points, value = points[order].copy(), value[order].copy()
        if value[0] - value[dim] <= 1e-5 * value[0]:
            break
        centre = points[:dim].sum(axis=0) / dim
        mirror = 2.0 * centre - points[dim]
        mirrored = worth(edges, mirror, stretch)
        if mirrored > value[0]:
            far = 3.0 * centre - 2.0 * points[dim]
            far_value = worth(edges, far, stretch)
            points[dim], value[dim] = (far, far_value) if far_value > mirrored else (mirror, mirrored)
        elif mirrored > value[dim - 1]:
            points[dim], value[dim] = mirror, mirrored
        else:
            near = 0.5 * (centre + (mirror if mirrored > value[dim] else points[dim]))
            near_value = worth(edges, near, stretch)
            if near_value > value[dim]:
                points[dim], value[dim] = near, near_value
            else:
                for k in range(1, dim + 1):
                    points[k] = 0.5 * (points[0] + points[k])
                    value[k] = worth(edges, points[k], stretch)
    best = int(np.argmax(value))
    return points[best], value[best]


@kernel
def best_rectangle(edges: Floats, angles: Floats, stretch: float, tries: int, cells: int) -> tuple[float, Floats]:
    """Return the worth and place of the best rectangle (see `worth`).

    Parameters
    ----------
    edges : float array, n × 4
        Boundary of the polygon, coordinates near 0.
    angles : float array
        Directions of the first side that are tried, radians.
    stretch : float
        Ratio of the first side to the second; 0 leaves it open and looks for the largest area.
    tries : int
        Best angles that are bettered.
    cells : int
        Along the longer side of the grid.
    """
    count = len(angles)
    found, place, sizes = np.zeros(count), np.zeros((count, 4)), np.zeros(count)
    for n in range(count):
        flat = turned(edges, angles[n], max(stretch, 1.0) if stretch > 0 else 1.0)
        inside, left, low, cell = gridded(flat, cells)
        c, s = np.cos(angles[n]), np.sin(angles[n])
        if stretch > 0:
            half, row, column = deepest(inside)
            x, y = left + (column + 1 - half) * cell, (low + (row + 1 - half) * cell) / max(stretch, 1.0)
            found[n], place[n, 3] = half * cell, 0.0
        else:
            size, first, last, start, end = largest_block(inside)
            x, y = left + (start + end + 1) / 2 * cell, low + (first + last + 1) / 2 * cell
            found[n] = np.sqrt(size) * cell
            if size > 0:
                place[n, 3] = np.log((end - start + 1) / (last - first + 1))
        place[n, 0], place[n, 1], place[n, 2], sizes[n] = c * x - s * y, s * x + c * y, angles[n], cell
    order = np.argsort(-found)
    best, where = 0.0, place[order[0]].copy()
    for k in range(min(tries, count)):
        n = order[k]
        if found[n] <= 0:
            break
        spot, value = bettered(edges, place[n], sizes[n], stretch)
        if value > best:
            best, where = value, spot
    return best, where
