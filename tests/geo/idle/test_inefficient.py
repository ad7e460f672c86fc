"""Criteria of a place: what must fail and what must hold, and that missing data never meets one."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.idle.inefficient import judged, standing
from geo.idle.landfacts import whole_months
from layers.study.registers.inefficient import FOLDER, names, pack

PACKS = {name: pack(name, FOLDER) for name in names()}
NAN = np.nan


def met(name, **facts):
    found = judged([PACKS[name]], pd.DataFrame([{"asset_id": "a"} | facts]))
    return found.set_index("criterion")["met"].to_dict()


@pytest.mark.parametrize(
    ("facts", "criterion", "expected"),
    [
        ({"tax_wan_mu": 5.0}, "tax", "no"), ({"tax_wan_mu": 4.99}, "tax", "yes"),
        ({"tax_wan_mu": NAN}, "tax", "unknown"),
        ({"tax_wan_mu": 3.0, "tax_wan_hi_mu": np.inf}, "tax", "unknown"),
        ({"tax_wan_mu": 6.0, "tax_wan_hi_mu": np.inf}, "tax", "no"),
        # the key list asks for 3 mu and a tax below 5
        ({"tax_wan_mu": 4.0, "area_mu": 3.0}, "key-tax", "yes"),
        ({"tax_wan_mu": 4.0, "area_mu": 2.99}, "key-tax", "no"),
        ({"tax_wan_mu": 4.0, "area_mu": NAN}, "key-tax", "unknown"),
        ({"tax_wan_mu": NAN, "area_mu": 2.0}, "key-tax", "no"), ({"tax_wan_mu": 9.0, "area_mu": NAN}, "key-tax", "no"),
        ({"tax_industry_ratio": 0.99}, "tax-mean", "yes"), ({"tax_industry_ratio": 0.5}, "key-half-mean", "no"),
        ({"tax_industry_ratio": 0.49}, "key-half-mean", "yes"),
    ],
)  # fmt: skip
def test_dongyang(facts, criterion, expected):
    assert met("dongyang", **facts)[criterion] == expected


@pytest.mark.parametrize(
    ("facts", "criterion", "expected"),
    [
        ({"empty_mu": 20.0}, "empty", "no"), ({"empty_mu": 20.01}, "empty", "yes"),
        ({"stopped_months": 12.0, "idle_code": 0.0}, "stopped", "yes"),
        ({"stopped_months": 11.0, "idle_code": 0.0}, "stopped", "no"),
        # land that may be recognised as idle is not also inefficient by this criterion
        ({"stopped_months": 15.0, "idle_code": 1.0}, "stopped", "no"),
        ({"stopped_months": 15.0, "idle_code": NAN}, "stopped", "unknown"),
        ({"production_stopped_months": 12.0, "unfinished_code": 0.0}, "still", "yes"),
        ({"production_stopped_months": 12.0, "unfinished_code": 1.0}, "still", "no"),
        ({"far_contract_ratio": 0.98}, "far", "yes"), ({"eliminated_code": 1.0}, "industry", "yes"),
        ({}, "industry", "unknown"),
    ],
)  # fmt: skip
def test_lixin(facts, criterion, expected):
    assert met("lixin", **facts)[criterion] == expected


STOPPED = {"developed_pct": 40.0, "invested_pct": 30.0, "stopped_months": 12.0}


@pytest.mark.parametrize(
    ("change", "expected"),
    [({}, "yes"), ({"developed_pct": 30.0}, "no"), ({"invested_pct": 25.0}, "no"), ({"stopped_months": 11.0}, "no"),
     ({"invested_pct": NAN}, "unknown")],
)  # fmt: skip
def test_minhou_asks_for_what_the_idle_test_leaves_out(change, expected):
    """More than a third and more than 25 %, unfinished and stopped for a year: AND throughout."""
    assert met("minhou", **(STOPPED | change))["unfinished"] == expected


NAMES = ("area_mu", "tax_wan_mu", "tax_industry_ratio", "empty_mu", "stopped_months", "far_contract_ratio", "idle_code",
         "production_stopped_months", "unfinished_code", "developed_pct", "invested_pct", "no_tax_months")  # fmt: skip
FACTS = st.fixed_dictionaries({n: st.none() | st.floats(0, 60) for n in NAMES})


@given(FACTS, st.sampled_from(sorted(PACKS)), st.data())
def test_losing_a_fact_never_decides_anything(facts, name, data):
    full = {k: NAN if v is None else v for k, v in facts.items()}
    gone = full | {data.draw(st.sampled_from(sorted(full))): NAN}
    before, after = met(name, **full), met(name, **gone)
    assert all(after[c] in (before[c], "unknown") for c in before)


def test_one_criterion_is_enough_and_all_must_be_ruled_out():
    table = pd.DataFrame({"asset_id": ["a", "a", "b", "b", "c", "c"], "pack": "p", "grade": "",
                          "met": ["no", "yes", "no", "unknown", "no", "no"]})  # fmt: skip
    assert standing(table).set_index("asset_id")["met"].to_dict() == {"a": "yes", "b": "unknown", "c": "no"}


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [("2025-08-01", "2026-07-31", 11), ("2025-08-01", "2026-08-01", 12), ("2025-08-31", "2025-09-30", 0),
     ("2025-12-15", "2026-01-15", 1)],
)  # fmt: skip
def test_whole_months(since, until, months):
    assert whole_months(date.fromisoformat(since), date.fromisoformat(until)) == months
