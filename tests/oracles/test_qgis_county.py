"""QGIS on the files of the demonstration county: verdicts and scene 1 within 1e-6 of the area (planar)."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo import study as flow
from geo.basis.area import basis
from geo.basis.layer import Zone
from geo.basis.progress import silent
from layers.ask.redline import RedlineAnswer
from layers.study import checks, load
from layers.study.run import runs
from tests.counties import copied

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
ANEW = "the county is another one: python -m tests.oracles.make_qgis_county"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("qgis") / "county"
    return copied("written", place)


@pytest.fixture(scope="module")
def golden():
    return pd.read_csv(GOLDEN / "qgis_county_verdicts.csv", comment="#", dtype={"parcel_id": str})


@pytest.fixture(scope="module")
def golden_sums():
    return pd.read_csv(GOLDEN / "qgis_county_sums.csv", comment="#").set_index("rule_id")


@pytest.fixture(scope="module")
def ours(folder, golden, golden_sums):
    """Verdicts of the parcels in the golden table, by the stages of a run."""
    return judged(folder, golden_sums.index, golden["parcel_id"])


def judged(folder, rule_ids, parcel_ids=None):
    """Measure and judge the named parcels, or all of them, by the rules of the golden tables."""
    plan = runs.plan(folder)
    inputs = load.inputs(plan.study, folder)
    assert plan.study.area == "planar"
    planar = basis("planar", plan.study.crs, tuple(inputs.parcels.total_bounds))
    parcels = inputs.parcels.assign(area_m2=planar.areas(inputs.parcels.geometry.to_numpy()))
    if parcel_ids is not None:
        parcels = parcels[parcels["parcel_id"].isin(parcel_ids)].reset_index(drop=True)
    zones = [Zone(plan_rule.layer) for plan_rule in plan.rules if plan_rule.id in set(rule_ids)]
    own = replace(inputs, parcels=parcels, rasters={})  # areas only
    tables = flow.measure(own, zones, [], planar, silent) | {"parcels": parcels}
    return tables | flow.screen(tables, plan.setting)


QGIS_NOISE_M2 = 5.1e5 * 3.19e6 * 2.0**-52
"""QGIS adds up products of whole coordinates: their last bit, 3.6e-4 m², is what its small areas are good for."""


def close(found, expected, size):
    """Within 1e-6 of the expected area, and of the parcel where a difference of two areas is compared."""
    return np.abs(found - expected) <= np.maximum(1e-6 * np.maximum(expected, size), QGIS_NOISE_M2)


def left_out(golden, ours):
    """Permanent farmland on the parcels of the rule that leaves it out: QGIS measured all cultivated land."""
    farm = ours["verdicts"].query("rule_id == 'basic-farmland'").set_index("parcel_id")["value"]
    return np.where(golden["rule_id"] == "cultivated-land", farm.reindex(golden["parcel_id"]).to_numpy(), 0.0)


def test_the_golden_table_is_worth_comparing_with(golden):
    assert len(golden) == 50
    assert golden["rule_id"].nunique() >= 5
    inside = (golden["value_m2"] > 1) & (golden["value_m2"] < golden["area_m2"] - 1)
    assert inside.sum() == 40
    assert not golden.duplicated(["parcel_id", "rule_id"]).any()


def test_areas_of_the_parcels(golden, ours):
    area = ours["parcels"].set_index("parcel_id")["area_m2"].reindex(golden["parcel_id"]).to_numpy()
    assert close(area, golden["area_m2"].to_numpy(), 0.0).all(), ANEW


def test_values_of_fifty_verdicts(golden, ours):
    keys = list(zip(golden["parcel_id"], golden["rule_id"], strict=True))
    found = ours["verdicts"].set_index(["parcel_id", "rule_id"]).loc[keys]
    expected = golden["value_m2"].to_numpy() - left_out(golden, ours)
    exact = golden["rule_id"].map(lambda rule: rule not in ("development-boundary", "stock-land")).to_numpy()
    size = np.where(exact, 0.0, golden["area_m2"])  # what lies outside is a difference of two areas
    off = ~close(found["value"].to_numpy(), expected, size)
    assert not off.any(), golden[off]
    # the answer follows from the value: more than the tolerance beyond the threshold is a conflict
    beyond = expected > (found["threshold"] + found["tolerance"]).to_numpy()
    assert (found["outcome"].to_numpy() == np.where(beyond, "conflict", "clear"))[found["outcome"] != "unknown"].all()


@pytest.mark.long
def test_sums_over_the_county(golden_sums, folder):
    """Every rule with a layer of polygons, summed over every parcel: 1e-6 of the sum."""
    ours = judged(folder, golden_sums.index)
    assert len(golden_sums) == 10
    assert (golden_sums["parcels"] == len(ours["parcels"])).all(), ANEW
    assert (golden_sums["value_m2"] > 1e4).sum() >= 8
    area = ours["parcels"]["area_m2"].sum()
    assert golden_sums["area_m2"].to_numpy() == pytest.approx(area, rel=1e-6), ANEW
    # of the township whose development boundary has not come in all is or may be outside, which is what QGIS saw
    found = ours["verdicts"].groupby("rule_id")["value_hi"].sum(min_count=1).reindex(golden_sums.index)
    sums = golden_sums["value_m2"].to_dict()
    sums["cultivated-land"] -= sums["basic-farmland"]  # which is cultivated throughout
    for rule_id, expected in sums.items():
        # what lies outside is a difference of two areas; the noise of one small area, for all that have any
        size = area if rule_id in ("development-boundary", "stock-land") else expected
        assert found[rule_id] == pytest.approx(expected, abs=max(1e-6 * size, QGIS_NOISE_M2)), rule_id


@pytest.fixture(scope="module")
def answer(folder):
    made = checks.check(folder, folder / "incoming" / "redline_liren.zip", checks.RedlineQuestion(name="QGIS"), silent)
    return RedlineAnswer(made)


@pytest.fixture(scope="module")
def red():
    frame = pd.read_csv(GOLDEN / "qgis_county_redline.csv", comment="#")
    return dict(zip(frame["what"], frame["area_m2"], strict=True))


def test_scene_1_three_lines(answer, red):
    assert close(answer.gross_m2, red["own"], 0.0), ANEW
    found = {c.rule.id: c.low for c in answer.constraints}
    assert close(found["basic-farmland"], red["basic_farmland"], 0.0)
    assert close(found["development-boundary"], red["own"] - red["development_boundary"], red["own"])
    assert found["ecological-redline"] == red["ecological_redline"] == 0.0


def test_scene_1_present_use(answer, red):
    found = {}
    for use in answer.uses:
        found[f"use {use.code}"] = found.get(f"use {use.code}", 0.0) + use.before_m2
    expected = {k: v for k, v in red.items() if k.startswith("use ")}
    cultivated = [name for name in expected if name.startswith("use 01")]
    assert len(cultivated) == 1, "field ridges (1203) are a share of the one cultivated class here"
    found[cultivated[0]] += found.pop("use 1203")  # the ground is measured gross; the ledger tells the ridges apart
    assert set(found) == set(expected)
    assert all(close(found[k], v, 0.0) for k, v in expected.items()), (found, expected)
    assert sum(expected.values()) == pytest.approx(red["own"], rel=1e-6)
