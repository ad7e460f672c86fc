"""Crossings: over named patches only, no wider than allowed, listed with their ground."""

import numpy as np
import pytest
import shapely

from geo.assemble.crossing import Patches, links
from geo.assemble.fabric import outline
from tests.geo.assemble.making import fabric


def two(gap):
    """Two fields 100 m square, so far apart."""
    return [shapely.box(0, 0, 100, 100), shapely.box(100 + gap, 0, 200 + gap, 100)]


def over(shapes, width):
    return Patches(np.array(shapes, object), np.asarray(width, float) * np.ones(len(shapes)))


def test_a_farm_road_is_crossed_where_it_is_narrow_enough():
    road = shapely.box(100, -500, 106, 500)
    found = links(np.array(two(6), object), over([road], 8.0), 10.0)
    assert (found.first.tolist(), found.second.tolist()) == ([0], [1])
    assert found.length_m == pytest.approx([100.0], abs=1.5)
    assert found.width_m[0] == pytest.approx([6.0])
    assert found.ground_m2 == pytest.approx([600.0], rel=0.01)
    assert found.patches[0].tolist() == [0]


def test_a_wider_road_or_no_road_separates():
    shapes = np.array(two(6), object)
    assert len(links(shapes, over([shapely.box(100, -500, 106, 500)], 5.0), 10.0).first) == 0
    assert len(links(shapes, over([], 8.0), 10.0).first) == 0
    beside = over([shapely.box(100, 200, 106, 500)], 8.0)
    assert len(links(shapes, beside, 10.0).first) == 0


def test_a_road_and_a_ditch_side_by_side_are_crossed_together():
    road, ditch = shapely.box(100, -50, 106, 150), shapely.box(106, -50, 109, 150)
    found = links(np.array(two(9), object), over([road, ditch], 8.0), 10.0)
    assert found.patches[0].tolist() == [0, 1]
    assert found.width_m[0] == pytest.approx([6.0, 3.0])
    assert found.ground_m2 == pytest.approx([900.0], rel=0.01)
    assert len(links(np.array(two(9), object), over([road, ditch], [8.0, 2.0]), 10.0).first) == 0


def test_the_way_must_lie_on_patches_all_along():
    road = shapely.box(100, -50, 104, 150)  # the last two metres belong to nobody
    assert len(links(np.array(two(6), object), over([road], 8.0), 10.0).first) == 0


def test_fields_that_face_each_other_too_little_are_not_joined():
    shapes = [shapely.box(0, 0, 100, 100), shapely.box(106, 98, 206, 198)]
    road = over([shapely.box(100, -500, 106, 500)], 8.0)
    assert len(links(np.array(shapes, object), road, 10.0).first) == 0
    assert len(links(np.array(shapes, object), road, 5.0).first) == 1


def test_the_outline_is_one_piece_with_the_road_inside():
    land = fabric(two(6), [shapely.box(100, -500, 106, 500)])
    whole = outline(land, (0, 1))
    assert whole.geom_type == "Polygon"
    assert whole.area == pytest.approx(20_600, rel=0.001)
    assert land.blocks(land.clear, within_park=False) == [(0, 1)]


def test_a_hole_and_a_multipart_do_not_break_a_set():
    ring = shapely.difference(shapely.box(0, 0, 100, 100), shapely.box(40, 40, 60, 60))
    both = shapely.union_all([shapely.box(100, 0, 120, 20), shapely.box(100, 80, 120, 100)])
    land = fabric([ring, shapely.box(40, 40, 60, 60), both, shapely.box(120, 0, 160, 100)])
    assert land.blocks(land.clear, within_park=False) == [(0, 1, 2, 3)]
    assert outline(land, (0, 1)).equals(shapely.box(0, 0, 100, 100))


def test_a_set_stays_within_its_park_when_it_must():
    shapes = [shapely.box(100 * k, 0, 100 * k + 100, 100) for k in range(4)]
    land = fabric(shapes, park_id=["B1", "B1", "", ""])
    assert land.blocks(land.clear, within_park=True) == [(0, 1), (2, 3)]
    assert land.blocks(land.clear, within_park=False) == [(0, 1, 2, 3)]
