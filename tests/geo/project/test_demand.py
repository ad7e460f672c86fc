"""Demand worked by hand: needs, ceilings, ranges, what binds and what is from memory."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.basis.figure import Figure
from geo.basis.units import MU_M2
from geo.project import demand
from tests.geo.project import making


def figure(low, high=None, confidence="S"):
    return Figure(low=low, high=low if high is None else high, unit="1", source="test", confidence=confidence)


NORMS = {
    "investment": figure(150.0, confidence="local"), "far_min": figure(0.8, confidence="M"),
    "plan_far": figure(1.0, 2.0, "local"), "coefficient": figure(40.0, confidence="M"), "storey_double": figure(8.0),
    "power_factor": figure(0.95, confidence="M"), "power_floor": figure(40.0, 120.0, "M"),
    "water_land": figure(30.0, 150.0, "M"), "sewage_share": figure(0.6, 0.8),
}  # fmt: skip


def one(norms=NORMS, **row):
    made = demand.tables(making.projects(row), lambda i, p: norms)
    codes = made["project_findings"].set_index("code") if len(made["project_findings"]) else None
    return made["demand"].iloc[0], made["demand_lines"].set_index(["item", "method"]), codes


def test_needs_by_plot_ratio_of_the_plan_and_of_the_indicators():
    row, lines, _ = one(floor_m2=40000.0, clear_height_m=6.0)
    assert row["land_min_m2"] == 20000.0  # 40,000 ÷ 2.0
    assert lines.loc[("land_need", "floor_over_plan_far"), "high"] == 40000.0  # ÷ 1.0
    assert lines.loc[("land_need", "floor_over_far"), "high"] == 50000.0  # ÷ 0.8
    assert row["land_need_m2"] == 40000.0
    assert bool(lines.loc[("land_need", "floor_over_plan_far"), "binding"])
    assert not lines.loc[("land_need", "floor_over_far"), "binding"]


@pytest.mark.parametrize(("height", "low", "high"), [(6.0, 50000, 50000), (9.0, 100000, 100000), (None, 50000, 100000)])
def test_a_high_storey_counts_twice_in_the_plot_ratio(height, low, high):
    given_ = {} if height is None else {"clear_height_m": height}
    _, lines, _ = one(floor_m2=40000.0, **given_)
    line = lines.loc[("land_need", "floor_over_far")]
    assert (line["low"], line["high"]) == (low, high)


def test_needs_by_the_building_coefficient_count_yards():
    row, lines, _ = one(footprint_m2=10000.0, yard_m2=6000.0)
    assert row["land_min_m2"] == 16000.0
    assert lines.loc[("land_need", "footprint_over_coefficient"), "high"] == 40000.0  # 16,000 ÷ 40 %


def test_a_hall_is_a_lower_bound_of_the_ground_it_covers():
    row, lines, _ = one(hall_length_m=120.0, hall_width_m=60.0, yard_m2=800.0)
    assert row["land_min_m2"] == 8000.0
    assert ("land_need", "footprint_over_coefficient") not in lines.index  # nothing says how much more there is


def test_ceiling_and_what_is_above_it():
    row, _, found = one(asked_m2=150 * MU_M2, investment_wan=21000.0)
    assert row["land_max_m2"] / MU_M2 == pytest.approx(140.0)
    assert row["over_m2"] / MU_M2 == pytest.approx(10.0)
    assert row["land_m2"] / MU_M2 == pytest.approx(140.0)
    assert found.loc["land_above_ceiling", "amount"] / MU_M2 == pytest.approx(10.0)
    assert found.loc["land_above_ceiling", "severity"] == "warn"


def test_investment_without_land_price_proves_a_ceiling_from_below_only():
    row, _, found = one(asked_m2=150 * MU_M2, investment_ex_land_wan=21000.0)
    assert row["land_max_m2"] / MU_M2 == pytest.approx(140.0)
    assert math.isnan(row["land_max_hi_m2"])  # the land price may lift it
    assert "land_above_ceiling" not in found.index
    # 150.00 亩 stand if the land price lifts the fixed assets to 150 × 150
    assert (row["land_m2"] / MU_M2, row["condition_wan"]) == pytest.approx((150.0, 22500.0))
    assert found.loc["fixed_assets_needed", "value"] == pytest.approx(22500.0)


def test_a_range_of_land_keeps_both_ends():
    row, _, found = one(asked_m2=130 * MU_M2, asked_hi_m2=150 * MU_M2, investment_wan=21000.0)
    assert (row["land_m2"] / MU_M2, row["land_hi_m2"] / MU_M2) == (pytest.approx(130), pytest.approx(140))
    assert "land_above_ceiling" not in found.index


def test_without_land_asked_the_band_between_need_and_ceiling_is_taken():
    row, _, found = one(floor_m2=40000.0, clear_height_m=6.0, investment_wan=21000.0)
    assert (row["land_m2"], row["land_hi_m2"]) == (20000.0, 40000.0)
    assert "land_not_asked" in found.index


def test_a_building_that_cannot_stand_on_what_its_investment_may_get():
    _, _, found = one(floor_m2=400000.0, asked_m2=190000.0, investment_wan=21000.0)
    assert found.loc["ceiling_below_floor_over_plan_far", "amount"] == pytest.approx(200000 - 140 * MU_M2)
    assert found.loc["asked_below_floor_over_plan_far", "amount"] == pytest.approx(10000)


def test_stated_figures_bind_and_usual_ones_from_memory_do_not():
    row, lines, _ = one(floor_m2=10000.0, asked_m2=20000.0)
    assert lines.loc[("power_kva", "per_floor"), ["low", "high"]].tolist() == pytest.approx([400 / 0.95, 1200 / 0.95])
    assert lines.loc[("water_m3d", "per_land"), ["low", "high"]].tolist() == [60.0, 300.0]
    frame = demand.tables(making.projects({"floor_m2": 10000.0, "asked_m2": 20000.0}), lambda i, p: NORMS)["demand"]
    assert demand.sure(frame, "power_kva").tolist() == [0.0]  # an M figure alone leaves nobody unplaced
    assert demand.unsure(frame, "power_kva").tolist() == [True]
    stated = demand.tables(making.projects({"power_kva": 900.0}), lambda i, p: NORMS)["demand"]
    assert demand.sure(stated, "power_kva").tolist() == [900.0]
    assert demand.unsure(stated, "power_kva").tolist() == [False]
    assert "power_kva" not in row["binding"].split("|")


def test_kilowatts_bound_the_apparent_power_from_below():
    row, lines, _ = one(power_kw=1900.0)
    assert (row["power_kva"], row["power_hi_kva"]) == (1900.0, pytest.approx(2000.0))
    assert bool(lines.loc[("power_kva", "from_kw"), "binding"])


def test_sewage_follows_stated_water_only():
    row, _, _ = one(water_m3d=1000.0)
    assert (row["sewage_m3d"], row["sewage_hi_m3d"]) == (600.0, 800.0)
    row, _, _ = one(asked_m2=10000.0)
    assert math.isnan(row["sewage_m3d"])


def test_tax_is_of_the_land_taken():
    row, _, _ = one(asked_m2=150 * MU_M2, investment_wan=21000.0, tax_wan_mu=20.0)
    assert row["tax_wan"] == pytest.approx(2800.0)


def test_a_building_is_wanted_only_by_those_who_say_so():
    assert one(floor_m2=8000.0, accepts_building="yes")[0]["building_m2"] == 8000.0
    assert math.isnan(one(floor_m2=8000.0)[0]["building_m2"])
    assert math.isnan(one(floor_m2=8000.0, accepts_building="no")[0]["building_m2"])


NUMBER = st.one_of(st.none(), st.floats(1.0, 1e6))


@given(asked=NUMBER, invested=NUMBER, floor=NUMBER, height=st.one_of(st.none(), st.floats(3, 15)))
def test_what_is_taken_is_never_more_than_asked_or_than_the_ceiling(asked, invested, floor, height):
    given_ = {"asked_m2": asked, "investment_wan": invested, "floor_m2": floor, "clear_height_m": height}
    row, lines, _ = one(**{k: v for k, v in given_.items() if v is not None})
    assert not (row["land_m2"] > row["land_max_m2"] * (1 + 1e-12))
    assert not (asked is not None and row["land_m2"] > asked)
    assert not (row["land_m2"] > row["land_hi_m2"])
    both = lines[lines["low"].notna() & lines["high"].notna()]
    assert (both["low"] <= both["high"]).all()
    assert np.isnan(row["over_m2"]) or row["over_m2"] >= 0
