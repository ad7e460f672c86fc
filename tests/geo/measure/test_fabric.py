import numpy as np
import pytest
import shapely

from geo.basis.area import basis
from geo.measure.fabric import composition

PLANAR = basis("planar", "EPSG:4549", (500_000, 3_180_000, 501_000, 3_181_000))


def box(west, south, east, north):
    return shapely.box(500_000 + west, 3_180_000 + south, 500_000 + east, 3_180_000 + north)


def of(shapes, fabric, uses, ids=None):
    names = np.array(ids or [f"u{k}" for k in range(len(shapes))], object)
    made = composition(
        names, np.array(shapes, object), np.array(fabric, object), {"use": np.array(uses, object)}, PLANAR
    )
    return {(r.unit_id, r.use): pytest.approx(r.area_m2) for r in made.itertuples()}


def test_a_red_line_across_two_uses_and_bare_ground():
    found = of([box(50, 0, 250, 100)], [box(0, 0, 100, 100), box(100, 0, 200, 100)], ["0101", "201A"])
    assert found == {("u0", "0101"): 5000.0, ("u0", "201A"): 10000.0, ("u0", ""): 5000.0}


def test_parcels_that_overlap_are_counted_once_within_a_use():
    found = of([box(0, 0, 100, 100)], [box(0, 0, 100, 100), box(50, 0, 100, 100)], ["0101", "0101"])
    assert found == {("u0", "0101"): 10000.0}


def test_parts_of_one_unit_are_summed():
    found = of([box(0, 0, 10, 10), box(20, 0, 30, 10)], [box(0, 0, 100, 100)], ["x"], ids=["u", "u"])
    assert found == {("u", "x"): 200.0}


def test_no_fabric_and_no_units():
    assert of([box(0, 0, 10, 10)], [], []) == {("u0", ""): 100.0}
    assert of([], [box(0, 0, 10, 10)], ["x"]) == {}
