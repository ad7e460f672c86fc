"""Ground that two polygons share, against intersections of shapely."""

import numpy as np
import pytest
import shapely

from geo.measure.grid import pairs, rings
from tests.geo.measure.grid.test_sets import array, blob, box


def shared(shapes, one, two):
    return pairs.shared(rings.of(array(shapes))[0], len(shapes), np.array(one, np.intp), np.array(two, np.intp))


@pytest.mark.parametrize("seed", range(6))
def test_every_pair_shares_what_shapely_says(seed):
    rng = np.random.default_rng(seed)
    shapes = [blob(rng, *rng.uniform(0, 100, 2), rng.uniform(5, 60), int(rng.integers(4, 60))) for _ in range(12)]
    shapes[3] = shapes[3].difference(shapes[4]).difference(shapes[5].buffer(-9))  # holes and parts
    one, two = np.triu_indices(len(shapes), 1)
    told = shapely.area(shapely.intersection(array(shapes)[one], array(shapes)[two]))
    assert shared(shapes, one, two) == pytest.approx(told, abs=1e-7)


def test_neighbours_share_nothing_and_one_within_another_all_of_it():
    ring = box(0, 0, 100, 100).difference(box(30, 30, 70, 70))
    shapes = [ring, box(30, 30, 70, 70), box(100, 0, 200, 100), box(35, 35, 40, 40), ring, shapely.Polygon(), None]
    found = shared(shapes, [0, 0, 1, 0, 0, 5], [1, 2, 3, 4, 3, 6])
    assert found == pytest.approx([0, 0, 25, 8400, 0, 0], abs=1e-9)
    assert len(shared(shapes, [], [])) == 0
