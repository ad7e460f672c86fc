import numpy as np
import pytest
import shapely

from geo.measure.subdivide import Near, subdivided
from tests.geo.measure.making import X, Y, box


def array(*shapes):
    out = np.empty(len(shapes), object)
    out[:] = shapes
    return out


def star(points, seed=0, x=0.0):
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    radius = 300 * (1 + 0.4 * rng.random(points))
    return shapely.Polygon(np.c_[X + x + radius * np.cos(angle), Y + radius * np.sin(angle)])


def test_parts_are_small_and_cover_the_same_ground():
    shapes = array(star(9000).difference(star(700, 1).buffer(-150)), box(0, 0, 5, 5), star(2000, 2, 2000))
    parts, owner = subdivided(shapes, 128)
    assert (shapely.get_num_coordinates(parts) <= 128).all()
    assert shapely.is_valid(parts).all()
    assert (np.diff(owner) >= 0).all()
    for k, shape in enumerate(shapes):
        own = parts[owner == k]
        assert shapely.area(own).sum() == pytest.approx(shape.area, rel=1e-12)
        assert shapely.union_all(own).symmetric_difference(shape).area < 1e-6
    assert parts[owner == 1].tolist() == [shapes[1]]


def test_lines_keep_their_length_and_points_are_let_be():
    bends = np.c_[X + np.arange(5000.0), Y + 30 * np.sin(np.arange(5000.0))]
    line, points = shapely.LineString(bends), shapely.MultiPoint([(X, Y), (X + 1, Y)])
    parts, owner = subdivided(array(line, points), 100)
    assert shapely.length(parts[owner == 0]).sum() == pytest.approx(line.length, rel=1e-12)
    assert (shapely.get_num_coordinates(parts) <= 100).all()
    assert (owner == 1).sum() == 2


def test_missing_and_empty_shapes_give_no_part_and_crowded_points_end():
    parts, owner = subdivided(array(None, shapely.Polygon(), box(0, 0, 1, 1)))
    assert owner.tolist() == [2]
    assert len(parts) == 1
    crowded = shapely.LineString(np.full((900, 2), X) + np.random.default_rng(0).uniform(0, 1e-5, (900, 2)))
    assert shapely.length(subdivided(array(crowded), 100)[0]).sum() == pytest.approx(crowded.length)
    assert len(subdivided(array())[0]) == 0


def test_only_what_may_meet_a_shape_is_kept():
    angles = np.linspace(0, 2 * np.pi, 4001)[:-1]
    wide = shapely.Polygon(np.c_[1000 + 900 * np.cos(angles), 1000 + 900 * np.sin(angles)])
    lots = array(shapely.box(1850, 950, 1910, 1010), shapely.box(500, 500, 510, 510))
    parts, owner = subdivided(array(wide), 64, Near(lots))
    assert 0 < len(parts) < len(subdivided(array(wide), 64)[0])
    assert set(owner) == {0}
    for lot in lots:  # nothing is missing of what they meet
        assert shapely.union_all(parts).intersection(lot).area == pytest.approx(wide.intersection(lot).area, abs=1e-6)
    far = array(shapely.box(-500, 0, -400, 1), shapely.box(0, 9000, 1, 9001), shapely.box(1e6, 1e6, 1e6 + 1, 1e6 + 1))
    assert not Near(lots).meets(far).any()
    assert Near(array(shapely.box(0, 0, 0, 0))).meets(array(shapely.box(-1, -1, 1, 1))).all()
    assert not Near(array(None, shapely.Polygon())).meets(far).any()
