"""Figures that are bounds: a total investment is the most the fixed assets can be, and a condition is no placing."""

import numpy as np
import pandas as pd
import pytest

from geo.basis.figure import Figure
from geo.basis.units import MU_M2, hi
from geo.place.answer import subject_to
from geo.project import demand, gate
from tests.geo.project import making

LOCAL = Figure(low=150.0, high=150.0, unit="万元/亩", source="测试", confidence="local")
OPEN = Figure(low=150.0, high=250.0, unit="万元/亩", source="测试", confidence="local")


def judged(limit=LOCAL, **row):
    listed = making.projects({"industry": "C17"} | row)
    made = demand.tables(listed, lambda industry, park: {"investment": limit})
    rows = gate.by_intensity(listed, made["demand"], lambda industry: limit)
    result = gate.results(listed, rows).iloc[0]
    return made["demand"].iloc[0], rows.iloc[0], result, made["project_findings"]["code"].tolist()


def test_a_total_that_would_just_do_is_a_condition_and_no_pass():
    row, intensity, result, found = judged(asked_m2=200 * MU_M2, investment_total_wan=30000.0)
    assert (row["land_m2"] / MU_M2, row["land_hi_m2"] / MU_M2) == pytest.approx((200.0, 200.0))
    assert row["condition_wan"] == pytest.approx(30000.0)
    assert (intensity["outcome"], intensity["severity"]) == ("unknown", "restrict")
    assert (result["result"], result["conditions"]) == ("clear", "investment-intensity")
    assert found == ["fixed_assets_needed"]


@pytest.mark.parametrize(
    ("given", "land", "needed"),
    [
        ({"investment_total_wan": 40000.0}, 200.0, 30000.0),
        ({"investment_total_wan": 24000.0}, 160.0, 24000.0),  # the most it may get; all of it must be fixed assets
        ({"investment_total_wan": 40000.0, "investment_ex_land_wan": 25000.0}, 200.0, 30000.0),
        ({"investment_total_wan": 40000.0, "investment_wan": 28000.0, hi("investment_wan"): 36000.0}, 200.0, 30000.0),
        ({"investment_ex_land_wan": 25000.0}, 200.0, 30000.0),
    ],
)
def test_what_must_be_reached(given, land, needed):
    row, _, result, _ = judged(asked_m2=200 * MU_M2, **given)
    assert (row["land_m2"] / MU_M2, row["condition_wan"]) == pytest.approx((land, needed))
    assert result["result"] == "clear"
    assert result["conditions"] == "investment-intensity"


@pytest.mark.parametrize(
    "given",
    [
        {"investment_wan": 30000.0, "investment_total_wan": 50000.0},
        {"investment_ex_land_wan": 31000.0, "investment_total_wan": 50000.0},
    ],
)
def test_what_is_proved_needs_no_condition(given):
    row, intensity, result, _ = judged(asked_m2=200 * MU_M2, **given)
    assert np.isnan(row["condition_wan"])
    assert (intensity["outcome"], result["conditions"]) == ("clear", "")


def test_stated_fixed_assets_that_fail_are_not_saved_by_a_total():
    row, intensity, *_ = judged(asked_m2=200 * MU_M2, investment_wan=24000.0, investment_total_wan=50000.0)
    assert row["land_m2"] / MU_M2 == pytest.approx(160.0)
    assert np.isnan(row["condition_wan"])
    assert intensity["outcome"] == "clear"  # on the ceiling; that it asks too much is a finding


def test_where_the_minimum_is_not_one_figure_nobody_can_say_how_much_would_do():
    row, intensity, result, _ = judged(OPEN, asked_m2=200 * MU_M2, investment_total_wan=40000.0)
    assert np.isnan(row["condition_wan"])
    assert (intensity["outcome"], result["result"]) == ("unknown", "unknown")


def test_a_total_alone_without_land_is_open():
    row, intensity, result, _ = judged(investment_total_wan=40000.0)
    assert np.isnan(row["condition_wan"])
    assert (intensity["outcome"], result["result"]) == ("unknown", "unknown")


def test_a_condition_is_counted_apart_and_a_building_has_none():
    matches = pd.DataFrame(
        {"project_id": list("abcd"), "status": ["placed", "placed", "placed", "unplaced"],
         "kind": ["land", "building", "land", ""]}
    )  # fmt: skip
    needs = pd.DataFrame({"project_id": list("abcd"), "condition_wan": [100.0, 100.0, np.nan, 100.0]})
    found = subject_to(matches, needs)
    assert found["status"].tolist() == ["conditional", "placed", "placed", "unplaced"]
    assert found["condition_wan"].fillna(-1).tolist() == [100.0, -1, -1, -1]


@pytest.mark.parametrize("given", [{"investment_wan": 31000.0}, {"investment_ex_land_wan": 31000.0}])
def test_fixed_assets_above_the_total_prove_nothing_alone(given):
    """One of the two figures is wrong: what only the greater one meets is open, or a condition; never met."""
    row, intensity, result, _ = judged(asked_m2=200 * MU_M2, investment_total_wan=3.1, **given)
    assert intensity["outcome"] == "unknown"
    assert (result["result"], result["conditions"]) != ("clear", "")
    assert row["condition_wan"] == pytest.approx(30000.0)
    # what both figures meet is met
    assert judged(asked_m2=200 * MU_M2, investment_total_wan=30500.0, **given)[1]["outcome"] == "clear"
