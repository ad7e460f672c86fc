"""Control indicators: stated, reckoned, ranges, tables out of force, and industries nobody can tell."""

import json

import numpy as np
import pytest

from geo.project import indicators
from geo.project.indicators import Limit
from tests.geo.project import making

NAMES = {"zh": "甲表", "en": "Table A"}
LOCAL = {
    "far": Limit(0.8, 0.8, "local", document=NAMES), "coefficient": Limit(40.0, 40.0, "M", True, NAMES),
    "office-land": Limit(7.0, 7.0, "S", document=NAMES), "office-floor": Limit(15.0, 15.0, "M", True, NAMES),
    "green": Limit(20.0, 20.0, "M", True, NAMES, "2023-06-24"),
}  # fmt: skip


def told(limits=LOCAL, **facts):
    frame = making.projects({"industry": "C17"} | facts)
    return {r["gate_id"]: r for r in indicators.gates(frame, lambda industry: limits)}


def test_what_nobody_states_is_not_asked():
    assert told() == {}
    assert told(office_land_m2=500.0) == {}, "a part without its whole is no share"


@pytest.mark.parametrize(
    ("facts", "outcome", "severity"),
    [
        ({"far": 0.8}, "clear", "exclude"), ({"far": 0.799}, "conflict", "exclude"),
        ({"coefficient_pct": 40.0}, "clear", "restrict"), ({"coefficient_pct": 39.9}, "conflict", "restrict"),
        ({"office_land_pct": 7.0}, "clear", "exclude"), ({"office_land_pct": 7.01}, "conflict", "exclude"),
        ({"office_land_m2": 700.0, "asked_m2": 10000.0}, "clear", "exclude"),
        ({"office_land_m2": 701.0, "asked_m2": 10000.0}, "conflict", "exclude"),
        ({"office_floor_m2": 1501.0, "floor_m2": 10000.0}, "conflict", "restrict"),
        ({"office_land_m2": 700.0, "asked_m2": 9000.0, "asked_hi_m2": 11000.0}, "unknown", "exclude"),
        ({"office_land_pct": 0.07, "office_land_hi_pct": 7.0}, "clear", "exclude"),
        ({"office_land_pct": 0.12, "office_land_hi_pct": 12.0}, "unknown", "exclude"),
        ({"far": 0.8, "far_hi": np.nan}, "clear", "exclude"),
        ({"green_pct": 15.0}, "unknown", "restrict"), ({"green_pct": 25.0}, "unknown", "restrict"),
        ({"research_floor_pct": 3.0}, "unknown", "restrict"),
    ],
)  # fmt: skip
def test_each_against_its_limit(facts, outcome, severity):
    (row,) = told(**facts).values()
    assert (row["outcome"], row["severity"]) == (outcome, severity)


def test_a_table_out_of_force_is_named_and_decides_nothing():
    for value, said in ((15.0, "within"), (25.0, "beyond")):
        reason = json.loads(told(green_pct=value)["indicator-green"]["reason"])
        assert reason["code"] == f"indicator_superseded_{said}"
        assert reason["until"] == "2023-06-24"
        assert reason["document"] == NAMES


def test_an_industry_nobody_can_tell_has_the_range_of_all():
    wide = {"far": Limit(0.6, 1.0, "local", document=NAMES)}
    assert [told(wide, far=v)["indicator-far"]["outcome"] for v in (1.0, 0.9, 0.5)] == ["clear", "unknown", "conflict"]
