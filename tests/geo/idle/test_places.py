"""Which building stands on which plot, and how much of a plot is built."""

import numpy as np
import pytest
import shapely

from geo.idle.places import built_shares, standing_on


def shapes(*items):
    out = np.empty(len(items), object)
    out[:] = items
    return out


def test_built_share_counts_ground_once_and_clips():
    plot = shapely.box(0, 0, 100, 100)
    buildings = shapes(shapely.box(0, 0, 20, 50), shapely.box(10, 0, 30, 50), shapely.box(90, 90, 190, 190))
    found = built_shares(shapes(plot, shapely.box(500, 0, 600, 100), None), buildings)
    assert found[:2] == pytest.approx([(30 * 50 + 100) / 10_000, 0.0])
    assert np.isnan(found[2])
    assert built_shares(shapes(plot), shapes()).tolist() == [0.0]


def test_the_smallest_plot_under_a_place():
    land = shapes(shapely.box(0, 0, 100, 100), shapely.box(0, 0, 20, 20), None)
    points = shapes(shapely.Point(10, 10), shapely.Point(50, 50), shapely.Point(200, 0))
    assert standing_on(points, land).tolist() == [1, 0, -1]
    assert standing_on(points, shapes(None)).tolist() == [-1, -1, -1]
    assert standing_on(shapes(), land).tolist() == []
