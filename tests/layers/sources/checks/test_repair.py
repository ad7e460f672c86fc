"""Repair is measured (reliability cases 31-40, 45)."""

import pathlib

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.sources.checks import repair

ROOT = pathlib.Path(__file__).resolve().parents[4]


def mended(*shapes, geographic=False):
    array = np.empty(len(shapes), object)
    array[:] = shapes
    return repair.repaired(array, [], geographic)


def test_a_bow_tie_is_mended_once_and_its_areas_are_said():
    out = mended(shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]))
    [said] = out.findings
    assert said.code == "geometry_repaired_much"
    assert said.severity == "warn"
    assert said.reason.values["before_m2"] == 0.0
    assert said.reason.values["after_m2"] == 50.0
    assert out.shapes[0].area == 50.0
    assert out.shapes[0].is_valid


def test_a_small_repair_is_only_noted():
    ring = [(0, 0), (1000, 0), (1000, 1000), (500, 1000), (500, 1000.01), (500, 1000), (0, 1000)]
    [said] = mended(shapely.Polygon(ring)).findings
    assert said.severity == "fixed"
    assert said.code == "geometry_repaired"


def test_a_hole_outside_its_shell_is_ambiguous():
    shape = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(20, 20), (30, 20), (30, 30), (20, 30)]])
    [said] = mended(shape).findings
    assert (said.severity, said.code) == ("warn", "geometry_ambiguous")
    assert {said.reason.values["after_m2"], said.reason.values["other_m2"]} == {200.0, 100.0}


def test_left_over_lines_are_dropped_and_counted():
    spike = shapely.Polygon([(0, 0), (10, 0), (10, 10), (10, 20), (10, 10), (0, 10)])
    [said] = mended(spike).findings
    assert said.reason.values["dropped"] == 1
    assert said.reason.values["after_m2"] == 100.0


def test_buffer_zero_is_nowhere_in_the_code():
    for folder in ("geo", "layers", "views"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8").replace(" ", "")
            assert ".buffer(0)" not in text, path
            assert "buffer(0)" not in text.replace("`buffer(0)`", ""), path


def test_collections_keep_their_highest_dimension():
    mixed = shapely.GeometryCollection(
        [shapely.box(0, 0, 1, 1), shapely.Point(5, 5), shapely.LineString([(0, 0), (9, 9)])]
    )
    out = mended(mixed)
    assert out.shapes[0].equals(shapely.box(0, 0, 1, 1))
    assert [(f.code, f.reason.values["count"]) for f in out.findings] == [("geometry_parts_lost", 2)]


def test_degrees_are_reported_in_square_metres():
    tie = shapely.Polygon([(120, 28), (120.001, 28.001), (120.001, 28), (120, 28.001)])
    [said] = mended(tie, geographic=True).findings
    metres = np.cos(np.radians(28.0005)) * 111_194.9**2 * 1e-6 / 2
    assert said.reason.values["after_m2"] == pytest.approx(metres, rel=1e-3)


def test_heights_are_dropped_and_lines_without_length_rejected():
    out = mended(shapely.Polygon([(0, 0, 1), (1, 0, 1), (1, 1, 1)]), shapely.LineString([(1, 1), (1, 1)]))
    assert {f.code for f in out.findings} >= {"geometry_flattened", "geometry_no_length"}
    assert not shapely.has_z(out.shapes[0])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=9))
def test_any_ring_comes_out_valid_or_is_listed(points):
    out = mended(shapely.Polygon(points))
    if out.shapes[0] is None:
        assert [f.severity for f in out.findings] == ["rejected"]
    else:
        assert shapely.is_valid(out.shapes[0])
        assert out.shapes[0].geom_type in ("Polygon", "MultiPolygon")
        assert out.shapes[0].area > 0
