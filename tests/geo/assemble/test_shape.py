"""Rectangles inside sites: exact where known, within one percent of a fine search elsewhere."""

import numpy as np
import pytest
import shapely
from shapely import affinity

from geo.assemble.shape import fits, largest_rectangle


def star(seed, count=60):
    rng = np.random.default_rng(seed)
    angle, radius = np.sort(rng.uniform(0, 2 * np.pi, count)), rng.uniform(90, 170, count)
    return shapely.Polygon(np.c_[1.7 * radius * np.cos(angle), radius * np.sin(angle)] + 5e5)


@pytest.mark.parametrize("angle", [0, 17, 45, 90, 133])
def test_a_rectangle_holds_itself_at_any_angle(angle):
    shape = affinity.rotate(shapely.box(0, 0, 150, 80), angle)
    found = largest_rectangle(shape)
    assert (found.length_m, found.width_m) == (pytest.approx(150, rel=2e-3), pytest.approx(80, rel=2e-3))
    assert fits(shape, 150, 80)
    assert not fits(shape, 150.5, 80)
    assert not fits(shape, 150, 80.5)


def test_known_shapes():
    corner = shapely.union_all([shapely.box(0, 0, 300, 60), shapely.box(0, 0, 60, 300)])
    found = largest_rectangle(corner)
    assert found.length_m * found.width_m == pytest.approx(18_000, rel=5e-3)
    round_ = shapely.buffer(shapely.Point(0, 0), 100, quad_segs=32)
    found = largest_rectangle(round_)  # the square on the circle
    assert found.length_m * found.width_m == pytest.approx(20_000, rel=1e-2)
    hollow = shapely.difference(shapely.box(0, 0, 200, 200), shapely.box(90, 90, 110, 110))
    assert largest_rectangle(hollow).width_m == pytest.approx(90, rel=5e-3)


def test_of_several_parts_the_best_counts_and_nothing_has_none():
    parts = shapely.union_all([shapely.box(0, 0, 50, 50), shapely.box(100, 0, 200, 60)])
    found = largest_rectangle(parts)
    assert (found.length_m, found.width_m) == (pytest.approx(100, rel=2e-3), pytest.approx(60, rel=2e-3))
    assert largest_rectangle(shapely.Polygon()).length_m == 0
    assert not fits(parts, 150, 80)
    assert fits(parts, 0, 0)


@pytest.mark.parametrize("seed", [0, *(pytest.param(k, marks=pytest.mark.long) for k in range(1, 12))])
def test_it_lies_inside_and_a_fine_search_finds_hardly_more(seed):
    shape = star(seed)
    found = largest_rectangle(shape)
    assert shapely.buffer(shape, 1e-6).contains(found.shape)
    assert shapely.area(found.shape) == pytest.approx(found.length_m * found.width_m, rel=1e-6)
    assert found.length_m * found.width_m >= 0.99 * fine(shape)
    assert fits(shape, found.length_m * 0.995, found.width_m * 0.995)


def fine(shape, angles=30, cells=90):
    """The largest block of inner cells, over a fan of fine grids: plain numpy, nothing shared with the search."""
    best = 0.0
    for angle in np.arange(angles) * 90.0 / angles:
        flat = affinity.rotate(shape, -angle, origin=(5e5, 5e5))
        left, low, right, high = flat.bounds
        cell = max(right - left, high - low) / cells
        x, y = np.arange(left, right, cell), np.arange(low, high, cell)
        boxes = shapely.box(*(np.broadcast_arrays(x[None, :], y[:, None], x[None, :] + cell, y[:, None] + cell)))
        shapely.prepare(flat)
        best = max(best, block(shapely.contains(flat, boxes)) * cell**2)
    return best


def block(inside):
    """Cells of the largest rectangle of true cells."""
    height, best = np.zeros(inside.shape[1], int), 0
    for row in inside:
        height = np.where(row, height + 1, 0)
        for tall in np.unique(height[height > 0]):
            wide = np.diff(np.flatnonzero(np.r_[True, height < tall, True])).max() - 1
            best = max(best, tall * wide)
    return best
