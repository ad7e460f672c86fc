"""Evaluation per mu: points reckoned by hand, ranges where something is not stated, grades only where they are sure."""

import json

import numpy as np
import pandas as pd
import pytest

from geo.idle import mu
from geo.idle.mu import MuPack
from layers.study.registers.mu import FOLDER
from layers.study.registers.mu import pack as read

HUANGYAN = read("huangyan", FOLDER)
FULL = {"land_mu": 10.0, "tax_wan": 240.97, "added_value_wan": 1361.6, "energy_tce": 1361.6 / 2.694,
        "emissions_t": 1361.6 / 4929.81, "staff": 1361.6 / 18.14,
        "research_wan": 3.02, "revenue_wan": 100.0}  # fmt: skip


def firms(*rows):
    base = {"name": "", "asset_id": "", "year": 2022, "scale": "large"} | dict.fromkeys(mu.FACTS, np.nan)
    return pd.DataFrame([base | {"enterprise_id": f"F{k}"} | r for k, r in enumerate(rows)])


def by_score(**more):
    body = HUANGYAN.model_dump() | {"grades": [{"grade": "A", "least": 90.0}, {"grade": "B", "least": 70.0},
                                               {"grade": "C", "least": 50.0}, {"grade": "D"}]}  # fmt: skip
    return MuPack.model_validate(body | more)


def test_a_firm_at_every_benchmark_has_a_hundred_points():
    (row,) = mu.evaluated(firms(FULL), [by_score()]).to_dict("records")
    assert (row["score"], row["score_hi"], row["grade"]) == (pytest.approx(100.0), pytest.approx(100.0), "A")
    assert row["items"].startswith("tax=30.00|added-value=20.00")


def test_the_cap_and_what_is_not_stated():
    rich = firms(FULL | {"tax_wan": 2409.7}, FULL | {"tax_wan": np.nan}, FULL | {"energy_tce": 0.0})
    found = mu.evaluated(rich, [by_score()])
    assert found["score"].tolist() == pytest.approx([115.0, 70.0, 80.0])
    assert found["score_hi"].tolist() == pytest.approx([115.0, 115.0, 110.0])
    assert found["grade"].tolist() == ["A", "", ""], "a grade is given only where all of the range leads to it"
    assert json.loads(found["reason"][1])["items"] == ["tax"]


def test_the_year_switches_the_benchmarks():
    found = mu.evaluated(firms(FULL, FULL | {"year": 2021}, FULL | {"year": 2019}), [by_score()]).set_index("year")
    assert found.loc[2021, "score"] == pytest.approx(
        30 * 24.097 / 26.01 + 20 * 136.16 / 132.27 + 20 * 2.694 / 2.54 + 10 * 4929.81 / 4861.08 + 10 * 18.14 / 17.45
        + 10 * 3.02 / 3.05
    )  # fmt: skip
    assert np.isnan(found.loc[2019, "score"])
    assert json.loads(found.loc[2019, "reason"])["code"] == "mu_year_unknown"


def test_below_scale_and_no_scale_at_all():
    small = {"scale": "small", "land_mu": 2.0, "tax_wan": 23.1864, "power_kwh": 23.1864 * 1e4 / 0.2352}
    found = mu.evaluated(firms(small, FULL | {"scale": ""}), [by_score()])
    assert found["score"][0] == pytest.approx(100.0)
    assert (found["grade"][1], json.loads(found["reason"][1])["code"]) == ("", "mu_scale_unknown")


def test_grades_by_rank_are_open_where_the_order_is():
    rows = [FULL | {"tax_wan": 240.97 * (1 - k / 25)} for k in range(20)]
    found = mu.evaluated(firms(*rows), [HUANGYAN])
    assert found["grade"].tolist() == ["A"] * 4 + ["B"] * 10 + ["C"] * 5 + ["D"]
    rows[19] = FULL | {"tax_wan": np.nan}
    open_ = mu.evaluated(firms(*rows), [HUANGYAN])
    assert open_["grade"][19] == ""
    assert open_["grade"][0] == "A"


def test_the_grade_of_land_is_that_of_its_firms_in_the_last_year():
    rows = firms(FULL | {"asset_id": "G-1"}, FULL | {"asset_id": "G-1", "tax_wan": 0.0, "added_value_wan": 0.0},
                 FULL | {"asset_id": "G-2", "year": 2021, "tax_wan": 0.0}, FULL | {"asset_id": "G-2"},
                 FULL | {"asset_id": "G-3", "scale": ""})  # fmt: skip
    found = mu.grade_codes(mu.evaluated(rows, [by_score()])).set_index("asset_id")
    assert found.loc["G-1"].tolist() == [1.0, 4.0]
    assert found.loc["G-2"].tolist() == [1.0, 1.0]
    assert found.loc["G-3"].tolist() == [1.0, 4.0], "not graded: it may be any"


@pytest.mark.parametrize("change", [{"grades": [{"grade": "A"}]}, {"items": [{"id": "x", "title": "x", "scale": "large",
                                    "points": 1.0, "of": "profit", "over": "land_mu"}]}])  # fmt: skip
def test_a_pack_that_does_not_hold_together_is_refused(change):
    with pytest.raises(ValueError, match="mu_"):
        by_score(**change)
