"""Golden: the eight projects of the county, their gates and demand as scene 2 tells them."""

import json

import numpy as np
import pytest

from county import registers
from geo.basis.units import MU_M2
from layers.text import sentence
from tests.layers.study import pipeline


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return pipeline.judged(pipeline.county(tmp_path_factory.mktemp("county")))


@pytest.fixture(scope="module")
def demand(made):
    return made[1]["demand"].set_index("project_id")


@pytest.fixture(scope="module")
def gates(made):
    return made[1]["gates"].set_index(["project_id", "gate_id", "park_id"]).sort_index()


def test_eight_projects_as_the_office_wrote_them(made):
    found = made[0].projects.set_index("project_id")
    assert found.index.tolist() == [f"XM-0{k}" for k in range(1, 9)]
    assert found["investment_wan"].tolist()[:-1] == [31000, 35000, 12000, 25700, 30000, 400000, 20000]
    assert np.isnan(found.loc["XM-08", "investment_wan"]), "its total is no figure of its fixed assets"
    assert found.loc["XM-08", "investment_total_wan"] == 24000
    assert (found["asked_m2"] / MU_M2).round(2).tolist() == [143, 150, 80, 170, 200, 900, 130, 150]
    assert found["power_kva"].tolist() == [2500, 4000, 800, 12000, 3000, 60000, 1500, 14000]
    assert found["industry"].tolist() == ["C17", "C26", "C34", "C30", "C17", "C32", "", "C36"]
    assert found["wish_park_id"].tolist() == ["B2", "B1", "D1", "B4", "D2", "", "", "D1"]
    assert found["stage"].tolist() == ["signed", "signed", "preparing", "signed", "talks", "talks", "talks", "talks"]
    assert found.loc["XM-01", "due"].isoformat() == "2026-11-23T00:00:00"
    assert [f.code for _, f in made[0].findings if f.severity == "rejected"] == []
    assert len(made[0].links) == 10


def test_results_add_up_to_eight(made):
    found = made[1]["gate_results"].set_index("project_id")["result"].to_dict()
    assert found == {"XM-01": "clear", "XM-02": "clear", "XM-03": "clear", "XM-04": "clear", "XM-05": "clear",
                     "XM-06": "conflict", "XM-07": "unknown", "XM-08": "clear"}  # fmt: skip


def test_a_project_that_states_only_its_total_passes_with_a_condition(made, demand):
    """Only 2.4 亿 of total investment for 150 亩: it stands if its fixed assets reach 150 × 150 万元."""
    assert demand["condition_wan"].dropna().to_dict() == {"XM-08": pytest.approx(22500.0)}
    conditions = made[1]["gate_results"].set_index("project_id")["conditions"]
    assert [p for p, c in conditions.items() if "investment-intensity" in c.split("|")] == ["XM-08"]


def test_puke_asks_ten_mu_too_many(made, demand, gates):
    row = demand.loc["XM-02"]
    assert row["land_max_m2"] / MU_M2 == pytest.approx(140.0, abs=1e-9)
    assert row["land_m2"] / MU_M2 == pytest.approx(140.0, abs=1e-9)
    assert row["over_m2"] / MU_M2 == pytest.approx(10.0, abs=1e-9)
    findings = made[1]["project_findings"]
    told = findings[(findings["project_id"] == "XM-02") & (findings["code"] == "land_above_ceiling")].iloc[0]
    assert "10.00 亩" in sentence(told["reason"], "zh")
    assert "140.00 亩" in sentence(told["reason"], "zh")
    gate = gates.loc[("XM-02", "investment-intensity", "")]
    assert (gate["outcome"], gate["value"], gate["threshold"]) == ("clear", 250.0, 250.0)
    assert row["tax_wan"] == pytest.approx(2800.0)


def test_nobody_else_asks_above_the_ceiling(made):
    findings = made[1]["project_findings"]
    assert findings.loc[findings["code"] == "land_above_ceiling", "project_id"].tolist() == ["XM-02"]


def test_zhongxin_passes_because_the_operator_is_at_least(demand, gates):
    gate = gates.loc[("XM-05", "investment-intensity", "")]
    assert (gate["outcome"], gate["operator"], gate["value"], gate["threshold"]) == ("clear", ">=", 150.0, 150.0)
    assert demand.loc["XM-05", "land_m2"] / MU_M2 == pytest.approx(200.0)
    assert demand.loc["XM-05", "over_m2"] == 0.0


def test_leiqi_takes_eighty_mu_or_eight_thousand_square_metres(demand):
    row = demand.loc["XM-03"]
    assert row["land_m2"] / MU_M2 == pytest.approx(80.0)
    assert row["building_m2"] == 8000.0
    assert demand["building_m2"].notna().sum() == 1


def test_shenghai_is_rejected_by_park_data_not_by_memory(made, gates):
    found = made[1]["gate_results"].set_index("project_id").loc["XM-06"]
    assert found["failed"] == "park-admission"
    admission = gates.loc[("XM-06", "park-admission", "")]
    assert (admission["severity"], admission["confidence"]) == ("exclude", "local")
    assert json.loads(admission["reason"]) == {"code": "no_park_admits", "industry": "C32", "count": 6}
    two_high = gates.loc[("XM-06", "two-high", "")]
    assert (two_high["outcome"], two_high["severity"], two_high["confidence"]) == ("conflict", "restrict", "M")
    against = gates[(gates["outcome"] == "conflict") & (gates["severity"] == "exclude")].reset_index()
    assert set(against.loc[against["confidence"] == "M", "project_id"]) == set()


def test_lisheng_is_unknown_because_its_industry_is_blank(made, demand, gates):
    assert made[1]["gate_results"].set_index("project_id").loc["XM-07", "failed"] == ""
    assert gates.loc[("XM-07", "park-admission", ""), "outcome"] == "unknown"
    mine = gates.xs("XM-07").reset_index()
    assert "conflict" not in set(mine["outcome"])
    # without an industry the ceiling lies between the standard for chemicals and the general one
    assert demand.loc["XM-07", "land_max_m2"] / MU_M2 == pytest.approx(80.0)
    assert demand.loc["XM-07", "land_max_hi_m2"] / MU_M2 == pytest.approx(133.3333, abs=1e-3)


def test_parks_that_admit(made):
    found = made[1]["gate_results"].set_index("project_id")["parks"].to_dict()
    assert found["XM-02"] == "B1"
    assert found["XM-04"] == "B4"
    assert set(found["XM-05"].split("|")) == {"D2", "B2", "B3"}
    assert found["XM-06"] == ""


def test_only_the_recognised_park_takes_chemicals(gates):
    rows = gates.xs("chemical-park", level="gate_id").reset_index()
    mine = rows[rows["project_id"] == "XM-02"].set_index("park_id")["outcome"].to_dict()
    assert mine == {"B1": "clear", "B2": "conflict", "B3": "conflict", "B4": "conflict", "D1": "conflict",
                    "D2": "conflict"}  # fmt: skip
    assert set(rows["severity"]) == {"restrict"}  # from memory: it never rejects


def test_demands_are_as_stated_and_bind(demand):
    row = demand.loc["XM-04"]
    assert (row["power_kva"], row["power_hi_kva"]) == (12000.0, 12000.0)
    assert "power_kva" in row["binding"].split("|")
    assert demand.loc["XM-02", "sewage_m3d"] == 900.0
    assert np.isnan(demand.loc["XM-04", "gas_m3d"])  # nobody says: unknown, not nought


def test_park_list_that_may_be_incomplete_rejects_nobody(tmp_path):
    _, tables = pipeline.judged(pipeline.county(tmp_path), pipeline.parks(complete=False))
    assert "conflict" not in set(tables["gate_results"]["result"])


def test_words_of_every_reason_exist_in_both_languages(made):
    for name in ("gates", "gate_results", "demand_lines", "project_findings"):
        for text in made[1][name]["reason"].unique():
            for language in ("en", "zh"):
                assert not sentence(text, language).startswith("["), text
    for _, finding in made[0].findings:
        assert not sentence(finding.reason, "zh").startswith("["), finding.code


def test_a_list_that_states_only_the_total_places_nobody_without_a_condition(tmp_path, monkeypatch):
    only_total = tuple(c for c in registers.PROJECT_COLUMNS if c[1] != "fixed_yi")
    monkeypatch.setattr(registers, "PROJECT_COLUMNS", only_total)
    register, made = pipeline.judged(pipeline.county(tmp_path))[:2]
    assert register.projects["investment_wan"].isna().all()
    assert "project_total_only" in {f.code for _, f in register.findings}
    needed = made["demand"].set_index("project_id")["condition_wan"]
    result = made["gate_results"].set_index("project_id")
    for project, land in (("XM-01", 143.0), ("XM-03", 80.0), ("XM-04", 170.0), ("XM-05", 200.0)):
        assert needed[project] == pytest.approx(land * 150.0)
        assert "investment-intensity" in result.loc[project, "conditions"].split("|")
    assert needed["XM-02"] == pytest.approx(140.0 * 250.0)  # all of 3.5 亿 would have to be fixed assets
    assert result.loc["XM-07", "result"] == "unknown"
