"""Scene 4. The month's last day, the project officer: who is worth having, what is late, who leads, what is missing.

Eight projects, two late, one gap of the chain that a project fills, six units, five offers. Every number is worked by
hand in `tests/month_end.py`; here the commands say it, in both languages, and what they write says the same.
"""

import json
import shutil

import openpyxl
import pytest
from typer.testing import CliRunner

import luodi
from tests.month_end import OFFERS, OPEN, RANKED, with_offers


@pytest.fixture(scope="module")
def folder(month_end, tmp_path_factory):
    made = tmp_path_factory.mktemp("scene4") / "study"
    shutil.copytree(month_end, made, symlinks=True)
    return made


def told(*words):
    """Return what a command tells scripts, and what it tells people in both languages."""
    call = [str(w) for w in words]
    done = CliRunner().invoke(luodi.cli, [*call, "--json", "--lang", "en"])
    assert done.exit_code == 0, done.output
    result = next(e for e in map(json.loads, done.stdout.splitlines()) if e["event"] == "result")
    people = CliRunner().invoke(luodi.cli, [*call, "--lang", "zh"]).stdout
    assert "[" not in people.replace("[0m", "")
    return result, people


def test_monthly_round(folder, tmp_path):
    found, people = told("rate", folder, "--out", tmp_path / "rating.xlsx")
    ranked = {r["project_id"]: r["score"] for r in found["ranking"] if r["state"] == "ranked"}
    assert ranked == pytest.approx(RANKED, abs=1e-6)
    assert {r["project_id"]: r["score"] for r in found["ranking"] if r["state"] == "open"} == pytest.approx(
        OPEN, abs=1e-6
    )
    assert [r["project_id"] for r in found["ranking"] if r["state"] == "rejected"] == ["M6"]
    assert "请人评“可持续评审”，最多加 14.29 分" in people
    assert len(openpyxl.load_workbook(tmp_path / "rating.xlsx").worksheets) == 6

    found, people = told("schedule", folder, "--out", tmp_path / "gantt.svg")
    late = [(p["project_id"], p["late_days"], p["critical"]) for p in found["projects"] if p["state"] == "late"]
    assert late == [("M2", 11, "eia"), ("M3", 10, "permit")]
    assert "延误 11 天：M2 乙化工" in people
    assert "生态环境局" in people

    found, people = told("bulletin", folder, "--period", "year", "--out", tmp_path / "league.docx")
    assert [(r["name"], r["place"]) for r in found["standing"]] == [
        ("经信局", 1), ("应急局", 2), ("招商局", 2), ("交通局", 4), ("发改局", 5), ("西镇", 5),
    ]  # fmt: skip
    assert "M7 庚未定" in people

    found, people = told("chainmap", folder, "--out", tmp_path / "chain.svg")
    assert (found["fillers"][0]["industry"], found["fillers"][0]["projects"]) == ("C17", ["M1"])
    assert "M1 甲纺织" in people
    assert {p.name for p in tmp_path.iterdir()} == {"rating.xlsx", "gantt.svg", "league.docx", "chain.svg"}


def test_a_report_from_the_office_counts_at_once(folder):
    step = ("step", folder, "M2", "eia", "--done", "2026-11-27", "--person", "周", "--why", "批复")
    told(*step)
    found, _ = told("schedule", folder, "M2")
    # permit alone is open: ten working days from 30 November end on 11 December, before the promise of the 31st;
    # energy beside it runs to 11 December too, so the permit follows it to the 25th
    two = next(p for p in found["projects"] if p["project_id"] == "M2")
    assert (two["state"], two["forecast"], two["critical"]) == ("kept", "2026-12-25", "energy")
    told("score", folder, "丙装备", "technology", "90", "--person", "王工", "--why", "专家评审")
    found, _ = told("rate", folder)
    three = next(r for r in found["ranking"] if r["project_id"] == "M3")
    assert three["score"] == pytest.approx((2.63 + 0.45) * 100 / 7, abs=1e-6)


def test_five_offers_and_a_wish(tmp_path):
    folder = with_offers(tmp_path / "study")
    out = tmp_path / "offers.xlsx"
    found, people = told("offers", folder, "--out", out)
    land = [(o["offer_id"], o["net_m2"] * 3 / 2000, o["price_wan"]) for o in found["offers"] if o["kind"] == "land"]
    for (offer, mu, wan), (given, has, price) in zip(OFFERS, land, strict=True):
        assert (given, has, price) == (offer, pytest.approx(mu, abs=1e-6), pytest.approx(wan, abs=1e-6))
    [gap] = [o for o in found["offers"] if o["kind"] != "land"]
    assert (gap["offer_id"], gap["subject"], gap["partners"]) == ("C01", "C19", "C18")
    assert found["near"]["P1"]["firms"]["C18"] == 2
    assert "投资机会 5 个：土地 4 个、厂房楼宇 0 个、补链 1 个" in people
    assert "4,536.00 万元" in people
    cells = [c for row in openpyxl.load_workbook(out).worksheets[0].iter_rows(values_only=True) for c in row]
    assert {"L01", "L04", "C01"} <= set(cells)

    found, people = told("offers", folder, "--land-mu", 60, "--industry", "C17", "--investment", 9000)
    answers = {a["offer_id"]: a for a in found["answer"]}
    assert [a["offer_id"] for a in found["answer"]] == ["L01", "L03", "L02", "L04"]
    assert [a["outcome"] for a in found["answer"]] == ["unknown", "unknown", "unknown", "conflict"]
    tests = {o: [t for t in ("land", "area", "industry", "intensity") if a[t] != "clear"] for o, a in answers.items()}
    assert tests == {"L01": ["land"], "L03": ["land", "industry"], "L02": ["land", "industry"],
                     "L04": ["land", "area", "industry"]}  # fmt: skip
    assert "投资强度符合（150.00 万元/亩，当地最低 20.00 万元/亩）" in people
    assert "面积不符合（可用 33.75 亩，要 60.00 亩）" in people
