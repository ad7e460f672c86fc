import numpy as np
import pytest
import shapely

from geo.measure import shape
from tests.geo.measure.making import X, Y, box


def array(*shapes):
    out = np.empty(len(shapes), object)
    out[:] = shapes
    return out


def test_width_is_the_largest_circle_of_the_widest_part():
    strip = box(0, 0, 500, 20)
    dumbbell = shapely.MultiPolygon([strip, box(600, 0, 660, 60)])
    assert shape.widths(array(strip, dumbbell)) == pytest.approx([20, 60], abs=0.1)


def test_width_is_never_too_large_and_sees_holes():
    disc = shapely.Point(X, Y).buffer(50, quad_segs=64)
    ring = disc.difference(shapely.Point(X, Y).buffer(30, quad_segs=64))
    found = shape.widths(array(disc, ring, box(0, 0, 0.4, 3)))
    assert (found <= np.array([100, 20.1, 0.4]) + 1e-6).all()
    assert found == pytest.approx([100, 20, 0.4], abs=0.11)


def test_shapes_without_area_have_no_width():
    assert np.isnan(shape.widths(array(None, shapely.Polygon(), shapely.Point(X, Y)))).all()
    assert np.isnan(shape.compactness(array(None, shapely.Polygon()))).all()
    assert shape.wide_enough(array(None, shapely.Polygon()), 0.0).tolist() == [False, False]


def test_compactness_of_known_shapes():
    circle = shapely.Point(X, Y).buffer(50, quad_segs=64)
    assert shape.compactness(array(box(0, 0, 10, 10), circle)) == pytest.approx([np.pi / 4, 1.0], abs=1e-3)


@pytest.mark.parametrize(("width", "expected"), [(0, True), (19.99, True), (20.0, True), (20.01, False), (60, False)])
def test_wide_enough_is_sharp_at_the_limit(width, expected):
    assert shape.wide_enough(array(box(0, 0, 500, 20)), width).tolist() == [expected]
