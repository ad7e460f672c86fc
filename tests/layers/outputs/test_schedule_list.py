"""The schedules of the month's end, by hand; lists, workbook and charts of them."""

import shutil
import xml.etree.ElementTree as ET
from datetime import date

import openpyxl
import pytest
from typer.testing import CliRunner

import luodi
from geo.basis.errors import BlockedError, CallError
from geo.basis.progress import silent
from layers.ask import scheduled
from layers.library import schedule as tables
from layers.outputs import gantt, schedule_list
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.text import LANGUAGES, say
from layers.words import schedule as words
from tests.languages import EACH


@pytest.fixture(scope="module")
def found(month_end):
    return scheduled.scheduled(open_results(month_end))


def test_two_of_eight_are_late_as_worked_by_hand(found):
    assert found.late == ["M2", "M3"]
    two, three = found.plans["M2"], found.plans["M3"]
    assert (two.milestone, two.forecast, two.late_days, two.critical) == ("start", date(2027, 1, 11), 11, "eia")
    assert (three.forecast, three.late_days, three.critical) == (date(2026, 12, 11), 10, "permit")
    ends = {p: {x.step: x.earliest_end for x in found.plans[p].lines} for p in ("M2", "M3")}
    assert ends["M2"]["production"] == date(2027, 10, 26)
    assert ends["M3"]["production"] == date(2027, 9, 27)
    one, four = found.plans["M1"], found.plans["M4"]
    assert (one.state, one.forecast, scheduled.spare(one)) == ("kept", date(2027, 1, 18), 42)
    assert (four.state, four.milestone, four.forecast, scheduled.spare(four)) == (
        "kept", "production", date(2027, 3, 8), 298,
    )  # fmt: skip
    states = {p: plan.state for p, plan in found.plans.items()}
    assert states == {"M1": "kept", "M2": "late", "M3": "late", "M4": "kept", "M5": "unpromised", "M6": "unpromised",
                      "M7": "unpromised", "M8": "done"}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_told_and_written_in_both_languages(found, language, tmp_path):
    told = "\n".join([*words.text(found, language), *words.text(found, language, "M3")])
    assert "[" not in told
    assert "批复〔2026〕31号" in told
    for ending, project in (("xlsx", ""), ("csv", ""), ("svg", ""), ("svg", "M3"), ("csv", "M3")):
        assert schedule_list.write(found, tmp_path / f"s{project}.{ending}", language, project) >= 7
    sheets = openpyxl.load_workbook(tmp_path / "s.xlsx").worksheets
    assert len(sheets) == 3
    assert [r[0].value for r in sheets[0].iter_rows() if str(r[0].value).startswith("M")][:2] == ["M2", "M3"]
    filled = [c.fill.fgColor.rgb for r in sheets[2].iter_rows(min_row=2, min_col=3) for c in r if c.fill.fill_type]
    assert {"FFC0392B", "FF3B7DA8"} <= set(filled)
    assert len(ET.parse(tmp_path / "sM3.svg").getroot()) > 20


def test_a_name_in_a_chart_stays_text(found, monkeypatch):
    named = words.names(found)
    named["M2"] = named["M2"] | {"name": "<script>alert(1)</script>&{{x}}"}
    monkeypatch.setattr(words, "names", lambda _: named)
    root = ET.fromstring(gantt.everyone(found, "zh"))
    assert not [e for e in root.iter() if e.tag.endswith("script")]
    assert any("<script>" in (e.text or "") for e in root.iter())


def test_what_is_said_of_a_step_needs_step_person_ground_and_something(found):
    for step, value in (("beauty", {"days": 1}), ("eia", {}), ("eia", {"days": -1}), ("eia", {"days": 99999})):
        with pytest.raises(CallError):
            scheduled.say_of(found.results, "M2", step, value, "王工", "x")
    with pytest.raises(CallError):
        scheduled.say_of(found.results, "M2", "eia", {"days": 3}, "王工", "")
    with pytest.raises(BlockedError):
        scheduled.say_of(found.results, "M99", "eia", {"days": 3}, "王工", "x")


def test_the_shipped_steps_and_days_hold_together():
    steps = tables.steps()
    assert steps.unverified
    assert [s.id for s in steps.steps if s.milestone] == ["start", "production"]
    assert set(tables.days().calendar.years) == {2025, 2026, 2027, 2028}
    assert tables.days().unannounced == (2027, 2028)


@pytest.mark.parametrize("language", EACH)
def test_a_placing_that_is_out_of_date_is_said_and_made_again(month_end, tmp_path, language):
    own = tmp_path / "study"
    shutil.copytree(month_end, own, symlinks=True)
    settings = own / "study.toml"
    runs.update(own, "place", silent)
    before = scheduled.scheduled(open_results(own))
    settings.write_text(settings.read_text(encoding="utf-8").replace("2026-11-30", "2026-11-27"), encoding="utf-8")
    runs.update(own, "chain", silent)
    late = scheduled.scheduled(open_results(own))
    assert (before.placed, before.outdated, late.placed, late.outdated) == (True, False, False, True)
    told = words.notes(late, language)
    assert say("schedule.outdated", language) in told
    assert say("schedule.not_placed", language) not in told
    done = CliRunner().invoke(luodi.cli, ["schedule", str(own), "--lang", language])
    assert done.exit_code == 0, done.output
    assert say("schedule.outdated", language) not in done.output
    assert scheduled.scheduled(open_results(own)).placed
