"""A layer that lies shifted as a whole is named with the vector; one that lies right, or proves nothing, never is."""

import numpy as np
import pytest
import shapely

from geo.measure.drift import drift

SIDE = 3_000.0


def fabric(seed, count=600):
    draw = np.random.default_rng(seed).uniform(0, SIDE, (count, 2))
    whole = shapely.box(0, 0, SIDE, SIDE)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(draw), extend_to=whole))
    return cells[shapely.within(cells, whole)]


def moved(shapes, east, north):
    return shapely.transform(shapes, lambda xy: xy + np.array([east, north]))


VECTORS = [(-63.2, 88.7), (120.0, -5.0), (150.0, 0.0), (-6.0, 3.0), (3.0, 0.0), (400.0, 300.0)]


@pytest.mark.parametrize("vector", VECTORS)
def test_the_vector_is_found(vector):
    land = fabric(1)
    own = np.concatenate([land[::4], fabric(2, 60)[:20]])  # some follow nothing
    found = drift(moved(own, *vector), land)
    assert (found.east_m, found.north_m) == pytest.approx((-vector[0], -vector[1]), abs=0.2)
    assert found.distance_m == pytest.approx(np.hypot(*vector), abs=0.2)
    assert 0.8 * found.looked_at < found.matched < found.looked_at <= len(own), "those that follow nothing do not count"


def test_nothing_is_said_where_nothing_proves_it():
    land = fabric(1)
    assert drift(land[::4], land) is None, "in its place"
    again = shapely.transform(land[::4], lambda xy: xy + (1.5, 2.0) + 1.2 * np.sin(xy[:, ::-1] * 12.9898))
    assert drift(again, land) is None, "two surveys of one corner"
    assert drift(fabric(2), land) is None, "drawn on other ground"
    assert drift(moved(land[:7], 60.0, 60.0), land) is None, "too few"
    assert drift(moved(land[::4], 9_000.0, 0.0), land) is None, "elsewhere"
    mixed = np.concatenate([land[::4], moved(land[1::8], 60.0, 60.0)])
    assert drift(mixed, land) is None, "not as a whole"
    cells = np.array([shapely.box(x, y, x + 100, y + 100) for x in range(0, 3000, 100) for y in range(0, 3000, 100)])
    assert drift(moved(cells[::3], 30.0, 40.0), cells) is None, "a grid fits in many ways"
    assert drift(np.empty(0, object), land) is None
    assert drift(land, np.empty(0, object)) is None
