"""The law on the study day: a pack opened after it expired is told on every output, and never clears by silence."""

import json
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from docx import Document

from geo.basis.progress import silent
from layers.library import kinds
from layers.outputs import dossier, files, redline_files, rule_list, summary
from layers.outputs.page import explanation_text
from layers.serve.pages import data_desk
from layers.study import checks, inspection, spec
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.words import law
from tests.cases.base import ROOT
from tests.district import write
from tests.views import studies

EXPIRED = 'expires = 2026-08-14\nreplaced_by = { zh = "新农田法 第九条", en = "New Farmland Law, art. 9" }\n'
LINE = "J1,1,3180010,500010\nJ2,1,3180010,500090\nJ3,1,3180090,500090\nJ4,1,3180090,500010\n"


@pytest.fixture
def district(tmp_path):
    return write(tmp_path / "district")


def change(folder, old, new, name="inputs/rules.toml"):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def expire(folder, more=EXPIRED):
    """Let the farmland rule end before the study day."""
    change(folder, 'clause = "条 farm"\n', 'clause = "条 farm"\n' + more)


def results(folder):
    runs.update(folder, "screen", silent)
    return open_results(folder)


def status(found):
    table = found.table("candidates")
    return dict(zip(table["parcel_id"], table["status"].astype(str), strict=True))


def codes(found):
    return {n.reason.code: n for n in law.notices(found, "zh")}


def test_in_force_nothing_is_said_but_that_nobody_checked(district):
    assert set(codes(results(district))) == {"law_never_checked"}
    change(district, 'id = "district"\n', 'id = "district"\nchecked_on = 2026-11-01\nsource = "县规则"\n')
    assert codes(results(district)) == {}


def test_an_expired_rule_is_judged_in_doubt_and_takes_no_ground(district):
    before = status(results(district))
    assert (before["p01"], before["p02"]) == ("conditional", "excluded")
    expire(district)
    found = results(district)
    after = status(found)
    assert (after["p01"], after["p02"], after["p03"]) == ("unknown", "unknown", before["p03"])
    row = found.table("verdicts").query("parcel_id == 'p02' and rule_id == 'farm'").iloc[0]
    assert (row["outcome"], row["value"]) == ("unknown", 10_000.0)
    assert json.loads(row["reason"])["code"] == "rule_out_of_force"
    land = found.table("candidates").set_index("parcel_id")
    assert land.loc["p02", "net_m2"] == pytest.approx(0.0)
    assert land.loc["p02", "net_hi_m2"] == pytest.approx(10_000.0)
    assert land.loc["p01", ["net_m2", "net_hi_m2"]].tolist() == pytest.approx([5_000.0, 10_000.0])


@pytest.mark.parametrize("more", [EXPIRED, "in_force = 2027-01-01\n"])
def test_every_output_says_that_a_rule_is_out_of_force(district, tmp_path, more):
    expire(district, more)
    found, word = results(district), "永久基本农田"
    report = runs.update(district, "screen", silent)
    told = [*summary.after_run(district, report, "zh"), *explanation(found)]
    assert any("不在施行期" in line and word in line for line in told)
    for kind in ("xlsx", "csv", "gpkg"):
        assert files.export(found, tmp_path / f"out.{kind}", "candidates", "zh") > 0
    assert "不在施行期" in cells(tmp_path / "out.xlsx")
    assert "不在施行期" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    files.export(found, tmp_path / "meeting.xlsx", "candidates", "zh", layout="meeting")
    assert "不在施行期" in cells(tmp_path / "meeting.xlsx")


def explanation(found):
    from layers.words.explain import explain

    return list(explanation_text(explain(found, "p02", "zh"), "zh"))


def cells(path):
    book = openpyxl.load_workbook(path)
    return " ".join(str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row if c)


def test_a_red_line_says_it_in_every_file(district, tmp_path):
    expire(district)
    (tmp_path / "line.txt").write_text(LINE, encoding="utf-8")
    results(district)
    found = checks.check(district, tmp_path / "line.txt", checks.RedlineQuestion("线"), silent)
    answer = redline_files.answer_of(found)
    assert any("不在施行期" in line for line in law.lines(found, "zh"))
    row = next(c for c in answer.constraints if c.rule.id == "farm")
    assert (row.outcome, row.low) == ("unknown", pytest.approx(3_200.0))
    assert answer.net_hi_m2 == pytest.approx(answer.gross_m2)
    text = " ".join(p.text for p in Document(BytesIO(dossier.document(answer, "zh"))).paragraphs)
    assert "不在施行期" in text
    redline_files.write(answer, tmp_path / "line.xlsx", "zh")
    assert "不在施行期" in cells(tmp_path / "line.xlsx")


@pytest.mark.parametrize("page", ["home", "screen"])
def test_the_pages_say_it(district, monkeypatch, page):
    expire(district)
    results(district)
    monkeypatch.setenv("LUODI_STUDY", str(district))
    opened = studies.open_page(ROOT / "views" / "main.py", page)
    opened.query_params["lang"] = "zh"
    opened.run()
    assert not opened.exception
    assert any("不在施行期" in h.proto.body for h in opened.get("html"))


def test_a_check_long_ago_and_a_change_to_come_are_notes(district):
    head = 'checked_on = {day}\nsource = "县规则"\n'
    change(district, 'id = "district"\n', 'id = "district"\n' + head.format(day="2025-11-23"))
    assert codes(results(district)) == {}
    change(district, "2025-11-23", "2025-11-22")
    assert codes(results(district))["law_check_old"].severity == "note"
    change(district, "[[not_examined]]", "[study.law]\ncheck_days = 366\n\n[[not_examined]]", "study.toml")
    assert codes(results(district)) == {}
    announced = 'announced = [{ on = 2027-01-01, what = "新法 第三条" }]\n'
    change(district, 'clause = "条 farm"\n', 'clause = "条 farm"\n' + announced)
    found = codes(results(district))["law_announced"]
    assert (found.severity, found.reason.values["what"]) == ("note", "新法 第三条")
    change(district, "check_days = 366", "check_days = 366\nahead_days = 30", "study.toml")
    assert codes(results(district)) == {}


def test_a_layer_older_than_its_rule_takes_for_current_is_a_note(district):
    before = status(results(district))
    change(district, 'clause = "条 farm"\n', 'clause = "条 farm"\nolder_than_years = 1\n')
    change(district, "vintage = 2025-12-31\n", "", "study.toml")
    assert set(codes(results(district))) == {"law_never_checked", "law_layers_undated"}
    change(district, 'title = "永久基本农田"\n', 'title = "永久基本农田"\nvintage = 2025-12-31\n', "study.toml")
    assert set(codes(results(district))) == {"law_never_checked"}
    change(district, "vintage = 2025-12-31", "vintage = 2025-11-23", "study.toml")
    day = spec.read(district).as_of
    one = next(r for r in results(district).rules if r.older_than_years)
    assert one.outdates(day.replace(year=day.year - 1) - timedelta(days=1), day)
    assert not one.outdates(day.replace(year=day.year - 1), day)
    assert set(codes(results(district))) == {"law_never_checked"}
    change(district, "vintage = 2025-11-23", "vintage = 2025-11-22", "study.toml")
    found = codes(results(district))["law_layers_old"]
    assert found.severity == "note"
    assert "2025-11-22" in str(found.reason.values["items"])
    assert status(results(district)) == before
    # only where the rule speaks
    assert not any("2025-11-22" in line for line in law.lines(results(district), "zh", "parcels"))
    change(district, "older_than_years = 1", "older_than_years = 2")
    assert set(codes(results(district))) == {"law_never_checked"}


def test_a_survey_of_land_older_than_a_year_is_told_everywhere_and_blocks_nothing(district):
    """Land is surveyed anew every year (土地调查条例 6): of what was surveyed before, every output says so."""
    before = status(results(district))
    change(district, "vintage = 2026-06-30", "vintage = 2025-11-23", "study.toml")
    assert "law_layers_old" not in codes(results(district))
    change(district, "vintage = 2025-11-23", "vintage = 2025-11-22", "study.toml")
    found = codes(results(district))["law_layers_old"]
    assert found.severity == "note"
    assert status(results(district)) == before
    for language, clause in (("zh", "土地调查条例 第六条"), ("en", "Land Survey Regulations, art. 6")):
        lines = law.lines(results(district), language, "candidates")
        assert any("2025-11-22" in line and clause in line for line in lines)
        assert any(clause in line for line in law.lines(results(district), language, "parcels"))
    told = inspection.of_study(district, silent)
    assert [(f.code, f.severity) for f in told if f.code.startswith("layer_older")] == [("layer_older", "warn")]
    shown = data_desk.layers(district, spec.read(district), "zh")
    assert [f.code for one in shown for f in one.findings if f.code == "layer_older"] == ["layer_older"]
    # another day of the study is another age, and the page does not keep the old answer
    change(district, "as_of = 2026-11-23", "as_of = 2026-11-22", "study.toml")
    shown = data_desk.layers(district, spec.read(district), "zh")
    assert not [f.code for one in shown for f in one.findings if f.code == "layer_older"]


@pytest.mark.parametrize("kind", ["parcels", "cultivated_land", "construction_land"])
def test_present_use_is_renewed_every_year(kind):
    due = kinds.kinds().get(kind).renewal
    assert (due.older_than_years, due.confidence) == (1, "S")
    assert due.age_clause.zh == "土地调查条例 第六条"
    assert due.source
    assert due.checked_on


def test_the_list_of_rules_as_lines_json_and_csv(district, tmp_path):
    expire(district)
    frame = rule_list.of_study(district, "zh")
    row = frame[frame["id"] == "farm"].iloc[0]
    assert (row["expires"], row["replaced_by"], row["why"][:2]) == ("2026-08-14", "新农田法 第九条", "规则")
    rule_list.write(frame, tmp_path / "rules.csv", "zh", district)
    assert "核对日期" in (tmp_path / "rules.csv").read_text(encoding="utf-8-sig")
    every = rule_list.shipped(date(2026, 11, 23), "en")
    assert set(every["kind"]) == {"rule", "standard", "code list", "criteria of inefficient land", "evaluation per mu"}
    assert (every["checked_on"] != "").all()
    assert (every["source"] != "").all()
    assert not every.map(lambda v: str(v).startswith("[")).any(axis=None)
    assert len(list(rule_list.as_text(every, "zh"))) == 2 * len(every)


def test_of_a_use_only_layer_no_law_is_told(district, tmp_path):
    expire(district)
    change(district, "vintage = 2025-12-31\n", "vintage = 2025-12-31\nuse_only = true\n", "study.toml")
    told = " ".join([*law.lines(results(district), "zh"), *rule_list.as_text(rule_list.of_study(district, "zh"), "zh")])
    assert "永久基本农田" not in told
    assert "条 farm" not in told
    assert "新农田法" not in told
    assert "2026-08-14" not in told
