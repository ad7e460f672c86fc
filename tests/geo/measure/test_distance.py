import numpy as np
import pytest
import shapely

from geo.measure import distance
from tests.geo.measure.making import X, Y, box, layer, measure, parcels, world

PARCEL = box(0, 0, 100, 100)


def point(x, y):
    return shapely.Point(X + x, Y + y)


def interval(made, *lands):
    found = distance.table(np.array(lands or [PARCEL], object), made)
    name = made.layer_id
    return found[f"{name}_dist_m"].tolist(), found[f"{name}_dist_hi_m"].tolist(), found[f"{name}_dist_id"].tolist()


def road(*shapes, **more):
    return layer(*shapes, name="road", **more)


def test_distance_is_shortest_and_names_the_feature():
    low, high, ids = interval(road(point(160, 180), point(50, 130), point(500, 50)))
    assert (low, high, ids) == ([pytest.approx(30.0)], [pytest.approx(30.0)], ["road1"])


def test_touching_is_nought_and_a_diagonal_is_a_diagonal():
    assert interval(road(box(100, 20, 200, 40)))[0] == [0.0]
    assert interval(road(point(130, 140)))[0] == [pytest.approx(50.0)]


def test_ties_go_to_the_smallest_id_whatever_the_order():
    first = interval(road(point(-10, 50), point(110, 50)))
    backwards = road(point(110, 50), point(-10, 50))
    assert first[2] == interval(backwards)[2] == ["road0"]


def test_the_edge_of_coverage_is_the_proved_distance():
    """A road just beyond the edge would be 20 m away, whatever was found at 70 m."""
    made = road(point(170, 50), coverage="partial", known=box(-20, -500, 600, 600))
    assert interval(made)[:2] == ([pytest.approx(20.0)], [pytest.approx(70.0)])


def test_a_parcel_outside_the_coverage_proves_nothing_but_what_is_found():
    made = road(point(110, 50), coverage="partial", known=box(50, 0, 600, 600))
    assert interval(made)[:2] == ([0.0], [pytest.approx(10.0)])


def test_a_hole_in_the_coverage_is_an_edge():
    known = box(-500, -500, 600, 600).difference(box(130, 40, 140, 60))
    assert interval(road(coverage="partial", known=known))[0] == [pytest.approx(30.0)]


def test_unknown_coverage_bounds_from_above_only():
    assert interval(road(point(110, 50), coverage="unknown"))[:2] == ([0.0], [pytest.approx(10.0)])
    low, high, ids = interval(road(coverage="unknown"))
    assert (low, ids) == ([0.0], [""])
    assert np.isnan(high).all()


def test_nothing_anywhere_is_infinitely_far_and_nothing_nearby_is_at_least_the_edge():
    assert interval(road())[:2] == ([np.inf], [np.inf])
    low, high, _ = interval(road(coverage="partial", known=box(-30, -30, 130, 130)))
    assert low == [pytest.approx(30.0)]
    assert np.isnan(high).all()


def test_maybe_features_lower_the_proved_distance_only():
    made = road(point(110, 50), point(150, 50), maybe=[0])
    assert interval(made) == ([pytest.approx(10.0)], [pytest.approx(50.0)], ["road1"])
    low, high, ids = interval(road(point(110, 50), maybe=[0]))
    assert (low, ids) == ([pytest.approx(10.0)], [""])
    assert np.isnan(high).all()


@pytest.mark.parametrize("state", ["missing", "failed", "stale"])
def test_a_layer_that_is_not_ok_is_unbounded(state):
    low, high, ids = interval(road(point(110, 50), state=state))
    assert np.isnan(low).all()
    assert np.isnan(high).all()
    assert ids == [""]


def test_an_empty_parcel_has_no_distance():
    low, high, _ = interval(road(point(110, 50)), shapely.Polygon(), PARCEL, None)
    assert np.isnan([low[0], high[0], low[2], high[2]]).all()
    assert low[1] == pytest.approx(10.0)


def test_many_parcels_equal_brute_force_also_for_huge_lines_and_polygons():
    rng = np.random.default_rng(3)
    bends = np.cumsum(rng.normal(0, 4, (3000, 2)), axis=0) + np.array([X, Y])
    angle = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    lake = shapely.Polygon(np.c_[X + 400 + 90 * np.cos(angle), Y + 90 * np.sin(angle)])
    made = road(shapely.LineString(bends), lake)
    lands = [box(x, y, x + 9, y + 7) for x, y in rng.uniform(-600, 900, (60, 2))]
    expected = [min(land.distance(s) for s in made.shapes) for land in lands]
    assert interval(made, *lands)[0] == pytest.approx(expected, abs=1e-7)


def test_distances_are_facts_by_layer_and_unknown_layers_are_left_out():
    tables = measure(world(parcels(PARCEL), road(point(110, 50))), [], ["road", "rail"])
    assert tables["facts"]["road_dist_m"].tolist() == [pytest.approx(10.0)]
    assert not [c for c in tables["facts"] if c.startswith("rail")]
