"""The status of a parcel from its rules: what each binding does, and the edge of what is too small."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geo.rules.evidence import measured
from geo.rules.gather import evidence
from geo.rules.judge import judge
from geo.screen import status
from geo.screen.ledger import settled
from geo.screen.remains import deductions, remaining
from geo.screen.status import Minimum
from tests.geo.screen.test_screen import FARM, FLOOD, OK, OUTSIDE, SCHOOL, screened, zones


def stood(pieces, rules, minimum=Minimum(), narrow=None, aside=()):  # noqa: B008
    rows = [(p, z, a) for p, parts in pieces.items() for z, a in parts.items()]
    frame = pd.DataFrame(rows, columns=["parcel_id", "zones", "area_m2"])
    parcels = frame.groupby("parcel_id", as_index=False, sort=False)["area_m2"].sum()
    data = evidence(parcels, zones(**OK), frame, parcels[["parcel_id"]])
    judged = judge(rules, data.parcel_ids, lambda r: measured(r, data))
    left = deductions(rules, data).total
    return status.standing(judged, left, frozenset(aside), minimum, narrow)


@pytest.mark.parametrize(
    ("severity", "expected"),
    [("exclude", "excluded"), ("restrict", "conditional"), ("procedure", "conditional"), ("prefer", "eligible")],
)
def test_what_a_rule_that_is_broken_does(severity, expected):
    rule = SCHOOL.model_copy(update={"severity": severity})
    there = stood({"a": {"school": 100.0}, "b": {"": 100.0}}, [rule])
    assert [status.STATUSES[c] for c in there.code] == [expected, "eligible"]


def test_exactly_the_least_area_is_enough_and_a_hair_less_is_not():
    pieces = {"enough": {"edge": 50.0}, "less": {"edge": 49.999}, "more": {"edge": 51.0}}
    there = stood(pieces, [OUTSIDE], Minimum(50.0))
    assert there.too_small.tolist() == [False, True, False]
    assert [status.STATUSES[c] for c in there.code] == ["eligible", "excluded", "eligible"]


def test_without_a_least_area_less_than_the_closing_tolerance_is_no_land():
    pieces = {"none": {"edge|farm": 100.0, "edge": 0.009}, "some": {"edge|farm": 100.0, "edge": 0.01}}
    there = stood(pieces, [FARM, OUTSIDE])
    assert there.too_small.tolist() == [True, False]


def test_a_parcel_wide_enough_nowhere_is_too_small_whatever_its_area():
    pieces = {"narrow": {"edge": 90.0}, "wide": {"edge": 90.0}, "small": {"edge": 10.0}}
    there = stood(pieces, [OUTSIDE], Minimum(50.0, 20.0), np.array([True, False, False]))
    assert there.too_small.tolist() == [True, False, True]


def test_too_small_names_only_what_no_rule_excludes():
    pieces = {"banned": {"edge|school": 10.0}, "small": {"edge": 10.0}}
    there = stood(pieces, [OUTSIDE, SCHOOL], Minimum(50.0))
    assert (there.failed.tolist(), there.too_small.tolist()) == ([True, False], [False, True])
    assert [status.STATUSES[c] for c in there.code] == ["excluded", "excluded"]


def test_flags_say_whether_the_whole_parcel_or_a_piece_is_open():
    pieces = {"piece": {"?farm|edge": 40.0, "edge": 60.0}, "whole": {"?school|edge": 40.0, "edge": 60.0},
              "flooded": {"edge|flood": 40.0, "edge": 60.0}}  # fmt: skip
    there = stood(pieces, [FARM, OUTSIDE, FLOOD, SCHOOL])
    assert there.unsure.tolist() == [True, True, False]
    assert there.unsure_whole.tolist() == [False, True, False]
    assert there.conditional.tolist() == [False, False, True]


def test_nothing_of_a_parcel_that_only_may_be_one_of_the_study_is_proved():
    frame = pd.DataFrame({"parcel_id": ["p", "q"], "zones": ["edge", "edge"], "area_m2": [100.0, 100.0]})
    parcels = pd.DataFrame({"parcel_id": ["p", "q"], "area_m2": [100.0, 100.0]})
    data = evidence(parcels, zones(**OK), frame, parcels[["parcel_id"]])
    left = remaining([OUTSIDE], replace(data, may_belong=np.array(["land_use", ""], object)))
    assert (left.net.tolist(), left.net_hi.tolist()) == ([0.0, 100.0], [100.0, 100.0])


def test_each_cutting_rule_is_told_apart_in_what_it_takes_alone_with_others_and_perhaps():
    frame = pd.DataFrame(
        [("p", "edge|farm", 5.0), ("p", "farm", 3.0), ("p", "", 9.0), ("p", "?farm|edge", 20.0), ("p", "?farm", 2.0),
         ("p", "edge", 61.0)],
        columns=["parcel_id", "zones", "area_m2"],
    )  # fmt: skip
    parcels = pd.DataFrame({"parcel_id": ["p"], "area_m2": [100.0]})
    found = deductions([FARM, OUTSIDE], evidence(parcels, zones(**OK), frame, parcels[["parcel_id"]]))
    # farm takes 5 alone and 3 with the edge, and perhaps 20: the 2 it may take besides lie outside the edge anyway
    assert found.exclusive.ravel().tolist() == [5.0, 11.0]
    assert found.shared.ravel().tolist() == [3.0, 3.0]
    assert found.unsure.ravel().tolist() == [20.0, 0.0]
    assert found.left.ravel().tolist() == [92.0, 81.0]
    assert (found.total.net_hi.tolist(), found.total.net.tolist()) == ([81.0], [61.0])


def test_ground_a_rule_in_doubt_would_take_is_open_and_nothing_left_is_nothing():
    frame = pd.DataFrame([("p", "farm", 40.0), ("p", "", 60.0), ("q", "farm", 10.0)],
                         columns=["parcel_id", "zones", "area_m2"])  # fmt: skip
    parcels = pd.DataFrame({"parcel_id": ["p", "q"], "area_m2": [100.0, 10.0]})
    data = evidence(parcels, zones(**OK), frame, parcels[["parcel_id"]])
    sure = deductions([FARM], data)
    assert (sure.left.ravel().tolist(), sure.unsure.ravel().tolist()) == ([60.0, 0.0], [0.0, 0.0])
    open_ = deductions([FARM.model_copy(update={"standing": "past"})], data)
    assert open_.exclusive.ravel().tolist() == [0.0, 0.0]
    assert open_.unsure.ravel().tolist() == [40.0, 10.0]
    assert (open_.total.net_hi.tolist(), open_.total.net.tolist()) == ([100.0, 10.0], [60.0, 0.0])


@pytest.mark.parametrize(
    ("taken", "unknown", "printed"),
    [(0.0, 0.0, 0.0), (0.0, 0.4, None), (0.4, 0.0, 0.4), (0.4, 0.4, 0.4), (5.0, 3.0, 5.0), (0.0, 3.0, None)],
)
def test_a_line_that_may_take_and_proves_nothing_is_open_not_zero(taken, unknown, printed):
    found = settled(taken, unknown)
    assert np.isnan(found) if printed is None else found == printed


def test_lines_are_numbered_in_the_order_of_the_rules_then_the_whole_parcel_then_what_is_open():
    pieces = {
        "a": {"edge|farm": 10.0, "": 5.0, "?farm|edge": 20.0, "edge": 65.0},
        "b": {"edge|school": 10.0, "farm": 1.0},
    }
    pieces["c"] = {"edge|farm": 0.5, "edge": 9.5}  # half a square metre is a line, nothing is none
    _, lines = screened(pieces, [FARM, OUTSIDE, SCHOOL], **OK)
    steps = {p: [(r.step, r.layer_id, r.left_m2) for r in g.itertuples()] for p, g in lines.groupby("parcel_id")}
    assert steps["a"] == [(0, "", 100.0), (1, "farm", 90.0), (2, "edge", 85.0), (4, "?", 65.0)]
    assert steps["b"] == [(0, "", 11.0), (1, "farm", 10.0), (2, "edge", 10.0), (3, "whole", 0.0)]
    assert steps["c"] == [(0, "", 10.0), (1, "farm", 9.5)]
