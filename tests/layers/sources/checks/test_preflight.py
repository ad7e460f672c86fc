"""Checks that know what a file is for (reliability cases 14, 41-44, 48)."""

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.measure import blocks
from layers.sources.checks import preflight


def boxes(*origins, side=10.0):
    return np.array([shapely.box(x, y, x + side, y + side) for x, y in origins], object)


def names(count):
    return np.array([f"P{k + 1}" for k in range(count)], object)


def test_ids_block_with_both_proposals_and_are_mended_when_accepted():
    values, rows = pd.Series(["A", None, "A", "B", "", "A"]), np.arange(1, 7)
    _, found = preflight.settled_ids(values, rows, ())
    assert [(f.severity, f.code, f.proposal) for f in found] == [
        ("block", "ids_null", "number-null-ids"), ("block", "ids_repeat", "suffix-duplicate-ids"),
    ]  # fmt: skip
    ids, found = preflight.settled_ids(values, rows, ("number-null-ids", "suffix-duplicate-ids"))
    assert ids.tolist() == ["A", "row-2", "A#2", "B", "row-5", "A#3"]
    assert {f.severity for f in found} == {"fixed"}


def test_made_up_ids_never_meet_real_ones():
    values = pd.Series(["A", "A", "A#2", None, "row-4"])
    ids, _ = preflight.settled_ids(values, np.arange(1, 6), ("number-null-ids", "suffix-duplicate-ids"))
    assert len(set(ids)) == 5


def test_missing_fields_name_near_misses():
    frame = pd.DataFrame(columns=["bsm", "DLBM", "YJJBNTTBBH"])
    [found] = preflight.missing_fields(frame, {"parcel_id": "BSM", "land_use": "DLBM"})
    assert found.severity == "block"
    assert found.reason.values["fields"] == ["BSM"]
    assert found.reason.values["near"] == ["bsm"]
    assert preflight.missing_fields(frame, {"land_use": "DLBM"}) == []


@pytest.mark.parametrize(
    ("unit", "factor"), [("mu", 2000 / 3), ("ha", 10_000.0), ("km2", 1e6), ("sqft", 0.09290304), ("acre", 4046.8564224)]
)
def test_legal_areas_in_another_unit_are_recognised(unit, factor):
    shapes = boxes((0, 0), (20, 0), (40, 0))
    given = pd.Series([str(100 / factor)] * 3)
    _, [found] = preflight.legal_area(given, shapes, names(3), "", ())
    assert (found.severity, found.proposal) == ("block", f"legal-unit:{unit}")
    legal, found = preflight.legal_area(given, shapes, names(3), "", (f"legal-unit:{unit}",))
    assert legal == pytest.approx([100.0] * 3)
    assert found == []


def test_legal_areas_that_differ_or_cannot_be_read():
    shapes = boxes((0, 0), (20, 0), (40, 0), (60, 0))
    legal, found = preflight.legal_area(pd.Series(["100", "0.15亩", "85", "无"]), shapes, names(4), "", ())
    assert legal[:3] == pytest.approx([100.0, 100.0, 85.0])
    assert np.isnan(legal[3])
    assert {f.code: f.reason.values["rows"] for f in found} == {
        "legal_area_unreadable": ["P4"],
        "legal_area_differs": ["P3"],
    }


@pytest.mark.parametrize("few", [5000, 0])  # few neighbours are overlaid, of many those that share ground by a sum
def test_overlaps_are_pairs_with_area_and_touching_is_none(monkeypatch, few):
    monkeypatch.setattr(blocks, "FEW_PAIRS", few)
    assert preflight.overlapping(boxes((0, 0), (10, 0), (0, 10)), names(3)) == []
    [found] = preflight.overlapping(boxes((0, 0), (5, 0), (100, 0), (0, 0)), names(4))
    assert found.reason.values["count"] == 3
    assert found.reason.values["area_m2"] == pytest.approx(50 + 50 + 100)
    assert found.reason.values["rows"][0] == "P1 × P4"


def test_repeats_are_found_whatever_vertex_they_begin_at():
    turned = shapely.Polygon([(10, 10), (0, 10), (0, 0), (10, 0)])
    shapes = np.array([shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10), turned], object)
    [found] = preflight.duplicates(shapes, names(3))
    assert found.reason.values["rows"] == ["P3"]


def test_places_far_away():
    home = shapely.box(0, 0, 1000, 1000)
    [found] = preflight.far_away(boxes((0, 0), (500_000, 0)), names(2), home)
    assert (found.code, found.reason.values["rows"]) == ("shapes_far_away", ["P2"])
    [found] = preflight.far_away(boxes((500_000, 0)), names(1), home)
    assert found.code == "outside_study"
    assert preflight.far_away(boxes((1005, 0)), names(1), home)[0].code == "outside_study"
    assert preflight.far_away(boxes((990, 0)), names(1), home) == []


def test_strays_are_named_where_nobody_said_where_the_study_lies():
    [found] = preflight.far_away(boxes((0, 0), (50, 0), (90_000, 40)), names(3), None)
    assert (found.code, found.reason.values["rows"]) == ("shapes_far_away", ["P3"])
    assert found.reason.values["distance_m"] == pytest.approx(89_940)
    row = boxes(*((15_000.0 * k, 0) for k in range(20)))
    assert preflight.far_away(row, names(20), None) == [], "a long study without a gap is one study"


def test_a_larger_layer_has_no_gap_and_a_wrong_zone_has():
    assert not preflight.set_apart(np.array([0.0, 30_000, 80_000, 150_000])).any()
    assert preflight.set_apart(np.array([0.0, 10_000, 290_000, 291_000])).tolist() == [False, False, True, True]


def test_dimensions_are_split_and_the_rest_listed():
    shapes = np.array([shapely.box(0, 0, 1, 1), shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)])], object)
    keep, found = preflight.of_dimension(shapes, np.array([4, 5, 6]), 2)
    assert keep.tolist() == [True, False, False]
    assert [(f.row, f.severity) for f in found] == [("5", "rejected"), ("6", "rejected")]
    keep, _ = preflight.of_dimension(shapes[1:], np.array([5, 6]), None)
    assert keep.tolist() == [False, True], "of two equals the higher dimension"


def test_every_parcel_whose_legal_area_cannot_be_read_is_named():
    count = 12
    shapes = np.array([shapely.box(20 * k, 0, 20 * k + 10, 10) for k in range(count)], object)
    given = pd.Series(["不详"] * (count - 1) + ["100"])
    ids = np.array([f"P{k}" for k in range(count)], object)
    _, found = preflight.legal_area(given, shapes, ids, "", ())
    (told,) = [f for f in found if f.code == "legal_area_unreadable"]
    assert told.reason.values["rows"] == [f"P{k}" for k in range(count - 1)]
