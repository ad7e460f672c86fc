"""Flaws of a layer of areas, worked out by hand: what overlaps, repeats, gapes or is a strip, and what does not."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.measure import topology
from geo.measure.topology import KINDS, _areas, flaws

CRS = "EPSG:4549"


def found(*boxes, ids=None):
    shapes = np.array([b if isinstance(b, shapely.Geometry) else shapely.box(*b) for b in boxes], object)
    names = np.array(ids or [f"p{k}" for k in range(len(shapes))], object)
    made = flaws(shapes, names, CRS)
    return [(r.kind, r.first, r.second, round(r.area_m2, 4)) for r in made.itertuples()]


def test_neighbours_that_meet_have_no_flaw():
    assert found((0, 0, 100, 100), (100, 0, 200, 100), (0, 100, 200, 200)) == []
    assert found((0, 0, 100, 100), (130, 0, 200, 100)) == [], "a lane of 30 m is no gap"
    assert found() == []
    ring = shapely.box(0, 0, 300, 300).difference(shapely.box(100, 100, 200, 200))
    assert found(ring) == [], "a lake is no gap"
    assert found(ring, (100, 100, 200, 200)) == []


def test_each_kind_is_found_with_its_rows_and_area():
    assert found((0, 0, 100, 100), (98, 0, 200, 100)) == [("overlap", "p0", "p1", 200.0)]
    turned = shapely.Polygon([(100, 100), (0, 100), (0, 0), (100, 0)])
    assert found((0, 0, 100, 100), turned) == [("repeat", "p0", "p1", 10_000.0)]
    assert found((0, 0, 100, 0.5), (0, 0.5, 100, 100)) == [("sliver", "p0", "", 50.0)]
    open_slit = found((0, 0, 100, 100), (100.4, 0, 200, 100))
    assert open_slit == [("gap", "p0", "p1", pytest.approx(40.0, abs=0.5))]


def test_a_gap_that_is_closed_at_its_ends_is_found_exactly():
    frame = [(0, 0, 50, 100), (50.4, 10, 100, 90), (50, 0, 100, 10), (50, 90, 100, 100)]
    assert found(*frame) == [("gap", "p0", "p1", 32.0)]
    ring = shapely.box(0, 0, 300, 300).difference(shapely.box(100, 100, 200, 200))
    inner = (100.3, 100.3, 199.7, 199.7)
    assert found(ring, inner) == [("gap", "p0", "p1", pytest.approx(100**2 - 99.4**2, abs=0.01))]


def test_rounding_is_no_flaw():
    assert found((0, 0, 100, 100), (100.00005, 0, 200, 100), (99.99995, 100, 200, 200)) == []


def test_three_that_repeat_overlap_nobody_twice():
    kinds = [k for k, *_ in found((0, 0, 10, 10), (0, 0, 10, 10), (0, 0, 10, 10), (5, 0, 15, 10))]
    assert kinds.count("repeat") == 2
    assert kinds.count("overlap") == 3, "the fourth lies on each of the three rows"


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(1, 4), st.integers(1, 4)), max_size=7))
def test_areas_of_overlaps_are_those_of_the_pairs(corners):
    shapes = [shapely.box(x * 10, y * 10, (x + w) * 10, (y + h) * 10) for x, y, w, h in corners]
    told = found(*shapes)
    pairs = [(a, b) for k, a in enumerate(shapes) for b in shapes[k + 1 :]]
    doubled = sum(a.intersection(b).area for a, b in pairs if a.normalize() != b.normalize())
    assert sum(area for kind, *_, area in told if kind == "overlap") == pytest.approx(doubled)
    assert not [t for t in told if t[0] in ("gap", "sliver")]


@pytest.mark.parametrize("shape", ["LINESTRING (0 0, 1 1)", "POINT (0 0)", "POLYGON EMPTY", "GEOMETRYCOLLECTION EMPTY"])
def test_insides_that_meet_in_less_than_can_be_drawn_are_no_area(shape):
    assert _areas(shapely.from_wkt(shape)).is_empty


def test_only_the_kinds_asked_for_are_looked_for(monkeypatch):
    """The check of parcels asks for gaps and slivers; overlaps it has counted itself."""
    shapes = np.array([shapely.box(*b) for b in [(0, 0, 100, 100), (98, 0, 200, 100), (200.4, 0, 300, 100)]], object)
    names = np.array(["p0", "p1", "p2"], object)
    whole = flaws(shapes, names, CRS)
    assert set(whole["kind"]) == {"overlap", "gap"}
    for kind in KINDS:
        alone = flaws(shapes, names, CRS, (kind,))
        assert list(alone["first"]) == list(whole.loc[whole["kind"] == kind, "first"]), kind
    for kind in ("overlap", "repeat"):
        monkeypatch.setitem(topology._SEARCH, kind, lambda *_: pytest.fail("nobody asked for it"))
    assert list(flaws(shapes, names, CRS, ("gap", "sliver"))["kind"]) == ["gap"]
