"""Areas of sets of zones against overlays of shapely, which know nothing of a grid."""

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.measure.grid import rings, sets

NEAR_M2 = 1e-4
X, Y = 500_000.0, 3_100_000.0


def array(shapes):
    out = np.empty(len(shapes), object)
    out[:] = shapes
    return out


def found(parcels, zones):
    """What the grid says: per parcel a dict of the zones on it to its area."""
    flat, area = rings.of(array(parcels))
    got = sets.found(flat, area, rings.joined([rings.of(array(z))[0] for z in zones]), len(zones))
    out = [{} for _ in parcels]
    for parcel, label, size in zip(got.parcel, got.label, got.area_m2, strict=True):
        out[parcel][frozenset(np.flatnonzero(got.holds[label]))] = size
    assert got.off_m2.max(initial=0) <= 1e-6
    return out


def overlaid(parcels, zones):
    """What shapely says: every parcel split by one zone after the other."""
    out = []
    unions = [shapely.union_all(array(z)) if len(z) else shapely.Polygon() for z in zones]
    for parcel in parcels:
        parts = [(frozenset(), parcel)]
        for k, zone in enumerate(unions):
            split = [(names | {k}, shapely.intersection(shape, zone)) for names, shape in parts]
            parts = split + [(names, shapely.difference(shape, zone)) for names, shape in parts]
            parts = [(names, shape) for names, shape in parts if shape.area > 0]
        mine = {}
        for names, shape in parts:
            mine[names] = mine.get(names, 0.0) + shape.area
        out.append(mine)
    return out


def same(parcels, zones, near=NEAR_M2):
    for got, told in zip(found(parcels, zones), overlaid(parcels, zones), strict=True):
        for names in {*got, *told}:
            assert got.get(names, 0.0) == pytest.approx(told.get(names, 0.0), abs=near), (names, got, told)


def box(west, south, east, north):
    return shapely.box(X + west, Y + south, X + east, Y + north)


def blob(rng, x, y, radius, vertices, rough=0.4):
    turn = np.sort(rng.uniform(0, 2 * np.pi, vertices))
    far = radius * (1 + rough * rng.uniform(-1, 1, vertices))
    shape = shapely.Polygon(np.c_[X + x + far * np.cos(turn), Y + y + far * np.sin(turn)])
    return shape if shape.is_valid else shapely.make_valid(shape, method="structure", keep_collapsed=False)


def moved(shapes, by):
    return [shapely.transform(s, lambda xy: xy + by) for s in shapes]


def scene(seed, parcels=12, zones=3, features=4, span=200.0):
    rng = np.random.default_rng(seed)

    def some(n, low, high):
        return [blob(rng, *rng.uniform(0, span, 2), rng.uniform(low, high), int(rng.integers(4, 40))) for _ in range(n)]

    return some(parcels, 5, 60), [some(features, 10, 90) for _ in range(zones)]


@pytest.mark.parametrize("seed", range(12))
def test_blobs_of_all_sizes(seed):
    same(*scene(seed, span=50.0 * (1 + seed)))


def test_holes_parts_and_shapes_within_one_another():
    ring = box(0, 0, 100, 100).difference(box(30, 30, 70, 70))
    island = shapely.MultiPolygon([box(40, 40, 45, 60), box(200, 0, 300, 10), box(150.5, 3.25, 150.75, 40)])
    parcels = [shapely.union(ring, box(210, 0, 220, 10)), box(0, 0, 100, 100), box(35, 35, 65, 65), island]
    same(parcels, [[island], [ring], [box(-10, 50, 400, 51)], []])
    with_z = shapely.force_3d(array(parcels), 7.0)
    assert found(list(with_z), [[island], [ring]]) == found(parcels, [[island], [ring]])


def test_edges_on_the_lines_of_the_grid():
    lines = [32.0 * k for k in range(-3, 6)]
    parcels = [box(a, b, a + 32, b + 32) for a in lines[:4] for b in lines[:4]] + [
        box(-64, -64, 128, 128),
        box(0, 0, 8, 8),
    ]
    parcels += [shapely.Polygon([(X, Y), (X + 64, Y), (X + 32, Y + 32)]), box(-33, -1, 65, 31.5)]
    same(parcels, [[box(-32, -32, 64, 64)], [box(0, 0, 32, 96), box(32, 0, 64, 32)], [box(-100, 32, 100, 64)]])


@pytest.mark.parametrize("by", [0.0, 1e-9, 1e-8, 1e-6, 1e-3])
def test_the_same_boundaries_drawn_twice(by):
    rng = np.random.default_rng(5)
    fabric = [blob(rng, 40 * (k % 4), 40 * (k // 4), 22, 14, 0.15) for k in range(12)]
    same(fabric, [fabric[::2], moved(fabric, by), moved(fabric[3:7], (by, -by))])


def test_edges_that_all_but_stand_upright_and_needles():
    upright = [shapely.Polygon([(X + 10, Y), (X + 10 + 1e-9, Y + 90), (X + 60, Y + 90), (X + 60 - 1e-9, Y)])]
    needle = [shapely.Polygon([(X - 5, Y + 20), (X + 300, Y + 20.001), (X - 5, Y + 20.002)])]
    comb = [(X + 0.5 * k, Y + (45 if k % 2 else 5)) for k in range(160)]
    comb = [shapely.Polygon([*comb, (X + 80, Y - 10), (X, Y - 10)])]
    same([box(0, 0, 80, 80), *upright, *comb, *needle], [upright, needle, comb, moved(comb, (0.25, 1.0))])


def test_a_large_parcel_over_many_cells_and_one_far_away():
    rng = np.random.default_rng(9)
    large = blob(rng, 0, 0, 2500, 300, 0.3)
    far = blob(rng, 480_000, 900_000, 40, 30)
    tiny = blob(rng, 100, 100, 0.8, 9)
    same([large, far, tiny], [[blob(rng, 300, 200, 900, 3000, 0.2)], [blob(rng, 480_010, 900_000, 30, 40), tiny]], 1e-3)


def test_a_parcel_so_large_that_its_cells_are_wider():
    wide = box(-60_000, -20_000, 70_000, 30_000)
    same([wide, box(0, 0, 30, 30)], [[box(-5, -5, 10, 1000)], [box(-100_000, 0, 100_000, 3)]], 1e-2)


def test_more_sets_than_there_is_room_for_at_first():
    rng = np.random.default_rng(2)
    zones = [[blob(rng, *rng.uniform(0, 120, 2), 40, 20)] for _ in range(70)]
    parcels = [box(40 * k, 40 * j, 40 * k + 40, 40 * j + 40) for k in range(3) for j in range(3)]
    got = found(parcels, zones)
    assert len({names for mine in got for names in mine}) > 1024
    for parcel, mine in zip(parcels, got, strict=True):
        for k, zone in enumerate(zones):
            have = sum(size for names, size in mine.items() if k in names)
            assert have == pytest.approx(parcel.intersection(zone[0]).area, abs=1e-3)


def test_a_parcel_gets_the_same_bits_whoever_is_measured_with_it():
    parcels, zones = scene(31, parcels=40, span=900.0)
    parcels += [box(70_000, 0, 70_050, 40), blob(np.random.default_rng(1), 20, 20, 3, 8)]
    together = found(parcels, zones)
    assert [found([p], zones)[0] for p in parcels] == together
    assert found(parcels[::-1], zones)[::-1] == together


def test_nothing_is_measured_of_nothing():
    assert found([], [[box(0, 0, 1, 1)]]) == []
    assert found([shapely.Polygon(), None, box(0, 0, 2, 2)], []) == [{}, {}, {frozenset(): 4.0}]
    assert found([box(0, 0, 2, 2)], [[None, shapely.Polygon()], []]) == [{frozenset(): 4.0}]


def test_what_is_no_valid_polygon_is_told_by_its_sums():
    bow = shapely.Polygon([(X, Y), (X + 50, Y + 50), (X + 50, Y), (X, Y + 60)])
    flat, area = rings.of(array([bow]))
    got = sets.found(flat, area, rings.of(array([box(40, -5, 60, 70)]))[0], 1)
    assert got.off_m2[0] > 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**9), st.integers(1, 4), st.sampled_from([1e-6, 0.25, 8.0, 32.0]))
def test_corners_that_fall_on_one_another(seed, zones, step):
    """Points on a coarse lattice: edges that coincide, meet in corners, run along lines of the grid."""
    rng = np.random.default_rng(seed)

    def some(n):
        shapes = []
        while len(shapes) < n:
            hull = shapely.MultiPoint(X + step * rng.integers(0, 9, (5, 2)) + [0, Y - X]).convex_hull
            if hull.area > 0:
                shapes.append(hull)
        return shapes

    same(some(3), [some(2) for _ in range(zones)])
