"""The upper bound of a buffered zone is never below the true buffer, and close to it; the lower never above."""

import numpy as np
import pytest
import shapely

from geo.basis.layer import Zone
from geo.measure.zones import quad_segments
from tests.geo.measure.making import X, Y, box, layer, measure, overlap, parcels, world

FINE = 20_000


def true(shape, radius, within):
    """Area of a buffer as good as its curve."""
    return shape.buffer(radius, quad_segs=FINE).intersection(within).area


def bounds(shape, radius, within, **more):
    tables = measure(world(parcels(within), layer(shape, **more)), [Zone("flood", radius)])
    return overlap(tables, buffer_m=radius)[:2]


FEATURES = {
    "point": shapely.Point(X + 50, Y + 50),
    "points": shapely.MultiPoint([(X + 30, Y + 50), (X + 70, Y + 55)]),
    "line": shapely.LineString([(X, Y), (X + 60, Y + 10), (X + 20, Y + 90), (X + 120, Y + 70)]),
    "square": box(20, 20, 80, 80),
    "bay": shapely.Polygon([(X, Y), (X + 100, Y), (X + 100, Y + 100), (X + 60, Y + 100), (X + 50, Y + 30),
                            (X + 40, Y + 100), (X, Y + 100)]),
    "hole": box(0, 0, 200, 200).difference(box(60, 60, 140, 140)),
}  # fmt: skip


@pytest.mark.parametrize("name", FEATURES)
@pytest.mark.parametrize("radius", [0.5, 7.0, 100.0, 1_000.0, 5_000.0])
def test_the_true_buffer_lies_between_the_bounds(name, radius):
    within = box(-8_000, -8_000, 8_300, 8_300)
    low, high = bounds(FEATURES[name], radius, within)
    want = true(FEATURES[name], radius, within)
    assert low <= want + 1e-4
    assert high >= want - 1e-4
    arcs = FEATURES[name].buffer(radius, quad_segs=quad_segments(radius)).length
    assert high - low <= 0.06 * arcs


@pytest.mark.parametrize("seed", range(5))
def test_of_a_parcel_on_the_curve(seed):
    draw = np.random.default_rng(seed)
    centre = FEATURES["point"]
    for _ in range(6):
        x, y = draw.uniform(-420, 420, 2)
        within = box(x, y, x + 60, y + 40)
        low, high = bounds(centre, 400.0, within)
        want = true(centre, 400.0, within)
        assert low <= want + 1e-4
        assert high >= want - 1e-4


def test_straight_sides_stay_exact():
    low, high = bounds(box(-500, -500, 0, 600), 25.0, box(0, 0, 100, 100))
    assert low == pytest.approx(2_500.0)
    assert high == pytest.approx(2_500.0)


def test_coverage_ends_before_what_an_unseen_feature_could_reach():
    known = box(-500, -500, 600, 600).difference(box(0, 0, 100, 100))
    within = box(-200, -200, 300, 300)
    tables = measure(world(parcels(within), layer(coverage="partial", known=known)), [Zone("flood", 90.0)])
    open_ = overlap(tables, buffer_m=90.0)[1]
    want = true(box(0, 0, 100, 100), 90.0, within)
    assert want - 1e-4 <= open_ <= want + 0.06 * 4 * 250


def test_many_round_buffers_over_one_large_parcel_are_measured_in_parts():
    """Two hundred wells of 250 m: 40,000 chords over one parcel; bounds as for each alone, and no minute's wait."""
    draw = np.random.default_rng(3)
    places = shapely.points(X + draw.uniform(0, 20_000, 200), Y + draw.uniform(0, 20_000, 200))
    within = box(0, 0, 20_000, 20_000)
    tables = measure(world(parcels(within), layer(*places)), [Zone("flood", 250.0)])
    low, high = overlap(tables, buffer_m=250.0)[:2]
    want = shapely.union_all(shapely.buffer(places, 250.0, quad_segs=2_000)).intersection(within).area
    assert low <= want + 1e-2
    assert high >= want - 1e-2
    assert high - low <= 0.06 * 200 * 2 * np.pi * 250
    assert tables["pieces"]["area_m2"].sum() == pytest.approx(within.area, abs=1e-3)
