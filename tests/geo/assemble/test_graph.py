"""Neighbours share a boundary, whatever their vertices, holes and parts; a corner is none."""

import numpy as np
import pytest
import shapely

from geo.assemble import graph
from geo.assemble.spec import Joining
from tests.geo.assemble.making import grid

EASY = Joining(tolerance_m=0.05, shared_m=1.0)


def pairs(shapes, joining=EASY):
    found = graph.adjacency(np.array(shapes, object), joining)
    return dict(
        zip(zip(found.first.tolist(), found.second.tolist(), strict=True), found.length_m.tolist(), strict=True)
    )


def test_a_chessboard_has_its_sides_and_no_corner():
    found = pairs(grid(3, 2))
    assert found == pytest.approx(dict.fromkeys([(0, 1), (1, 2), (3, 4), (4, 5), (0, 3), (1, 4), (2, 5)], 100.0))


def test_a_corner_touch_is_no_connection():
    assert pairs([shapely.box(0, 0, 10, 10), shapely.box(10, 10, 20, 20)]) == {}


def test_vertices_need_not_match():
    west = shapely.box(0, 0, 10, 100)
    east = shapely.Polygon([(10, 0), (20, 0), (20, 100), (10, 100), (10, 77), (10, 31.5)])
    assert pairs([west, east]) == pytest.approx({(0, 1): 100.0})


def test_a_hole_is_a_boundary_like_any_other():
    ring = shapely.difference(shapely.box(0, 0, 100, 100), shapely.box(40, 40, 60, 60))
    assert pairs([ring, shapely.box(40, 40, 60, 60)]) == pytest.approx({(0, 1): 80.0})


def test_every_part_of_a_multipart_counts():
    both = shapely.union_all([shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)])
    assert pairs([shapely.box(10, 0, 20, 10), both]) == pytest.approx({(0, 1): 20.0})


@pytest.mark.parametrize(("gap", "neighbours"), [(0.03, True), (0.2, False)])
def test_slivers_up_to_the_tolerance_do_not_separate(gap, neighbours):
    found = pairs([shapely.box(0, 0, 10, 50), shapely.box(10 + gap, 0, 20, 50)])
    assert bool(found) is neighbours


def test_overlaps_within_the_tolerance_are_one_boundary():
    assert pairs([shapely.box(0, 0, 10.02, 50), shapely.box(10, 0, 20, 50)])[(0, 1)] == pytest.approx(50, abs=0.2)


def test_too_short_a_boundary_is_none():
    shapes = [shapely.box(0, 0, 10, 50), shapely.box(10, 45, 20, 90)]
    assert pairs(shapes) == pytest.approx({(0, 1): 5.0})
    assert pairs(shapes, Joining(0.05, 6.0)) == {}


def test_empty_and_missing_shapes_have_no_neighbour():
    assert pairs([None, shapely.Polygon(), shapely.box(0, 0, 1, 9), shapely.box(1, 0, 2, 9)]) == {(2, 3): 9.0}


def test_bands_add_up(monkeypatch):
    rng = np.random.default_rng(3)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(rng.uniform(0, 1000, (400, 2)))))
    whole = pairs(cells)
    monkeypatch.setattr(graph, "AT_ONCE", 300)
    assert pairs(cells) == pytest.approx(whole)


def test_lengths_equal_those_of_the_overlay():
    rng = np.random.default_rng(5)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(rng.uniform(0, 1000, (300, 2)))))
    found = graph.adjacency(cells, Joining(0.001, 0.5))
    shared = shapely.length(shapely.intersection(shapely.boundary(cells[found.first]), cells[found.second]))
    assert found.length_m == pytest.approx(shared, abs=0.01)
    tree = shapely.STRtree(cells)
    one, other = tree.query(cells, "touches")
    every = shapely.length(shapely.intersection(shapely.boundary(cells[one]), cells[other]))
    assert len(found.first) == int(((one < other) & (every >= 0.5)).sum())
