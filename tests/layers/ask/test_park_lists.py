"""Positive and negative lists of a study: derived, decided by people with ground, read by gates with the next run."""

import json
import shutil

import openpyxl
import pytest
from typer.testing import CliRunner

import luodi
from geo.basis.errors import BlockedError, CallError
from geo.basis.progress import silent
from layers.ask import park_lists
from layers.serve.pages import drive_lists
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.text import LANGUAGES, code
from layers.words import park_lists as words


@pytest.fixture(scope="module")
def run(month_end, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lists") / "study"
    shutil.copytree(month_end, folder, symlinks=True)
    runs.update(folder, "parklists", silent)
    return folder


@pytest.fixture
def folder(run, tmp_path):
    made = tmp_path / "study"
    shutil.copytree(run, made, symlinks=True)
    return made


def states(folder):
    frame = park_lists.lists(open_results(folder)).frame
    return frame.set_index("industry")["state"]


def luodi_(*words_):
    return CliRunner().invoke(luodi.cli, [str(w) for w in words_])


def test_derived_from_what_the_park_admits(run):
    found = states(run)
    # 河东园 admits C13, C17 (leading), C26, C30, C34 and G59
    assert found[["C13", "C17", "C26", "C32", "G59"]].tolist() == ["admits", "leads", "admits", "refuses", "admits"]
    assert set(found.index) >= {"C28", "C18"}  # codes of the links are listed too


def test_what_people_decide_counts_at_once_and_gates_follow_with_the_next_run(folder):
    told = luodi_("industry", folder, "P1", "C32", "positive", "--person", "周", "--why", "专班会议", "--lang", "zh")
    assert told.exit_code == 0, told.output
    assert "列入正面清单" in told.output
    park_lists.put(open_results(folder), ("*", "C17"), "negative", "", "周", "专班会议")
    assert states(folder)[["C32", "C17"]].tolist() == ["admits", "refuses"]
    before = open_results(folder).table("gate_results").set_index("project_id")["result"]
    assert before[["M1", "M6"]].tolist() == ["clear", "conflict"]
    runs.update(folder, "parklists", silent)
    after = open_results(folder)
    result = after.table("gate_results").set_index("project_id")["result"]
    assert result[["M1", "M6"]].tolist() == ["conflict", "clear"]
    assert states(folder)[["C32", "C17"]].tolist() == ["admits", "refuses"]
    assert not park_lists.lists(after).frame["against"].any()
    done = luodi_("industry", folder, "*", "C17", "--undo", "--person", "周", "--why", "撤回", "--lang", "en")
    assert done.exit_code == 0, done.output
    assert states(folder)["C17"] == "refuses"  # the run still reads what it was made with
    runs.update(folder, "parklists", silent)
    assert states(folder)["C17"] == "leads"


def test_a_decision_needs_a_park_an_industry_a_list_a_person_and_of_a_limit_a_condition(folder):
    results = open_results(folder)
    wrong = [(("P9", "C17"), "positive", "", "周", "会"), (("P1", "nothing"), "positive", "", "周", "会"),
             (("P1", "C17"), "best", "", "周", "会"), (("P1", "C17"), "limited", " ", "周", "会"),
             (("P1", "C17"), "positive", "", "", "会"), (("P1", "C17"), "positive", "", "周", " ")]  # fmt: skip
    for where, said, condition, person, why in wrong:
        with pytest.raises(CallError):
            park_lists.put(results, where, said, condition, person, why)
    with pytest.raises(BlockedError):
        park_lists.take_off(results, ("P1", "C17"), "周", "会")
    with pytest.raises(CallError):
        park_lists.lists(results, "P9")
    assert states(folder).to_dict() == states(folder).to_dict()


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_are_told_and_written_alike(folder, tmp_path, language):
    park_lists.put(open_results(folder), ("P1", "纺织业"), "limited", "不含印染", "周", "会议纪要")
    out = tmp_path / "lists.xlsx"
    told = luodi_("industries", folder, "--out", out, "--lang", language)
    assert told.exit_code == 0, told.output
    assert "不含印染" in told.output
    found = park_lists.lists(open_results(folder))
    lines = words.listed(found, language)
    book = openpyxl.load_workbook(out)
    matrix, sheet = (list(page.values) for page in book.worksheets)
    assert len(book.worksheets) == 2
    assert sum(row[2] in set(lines["state"]) for row in sheet if row[2]) == len(lines)
    textiles = next(row for row in matrix if str(row[0]).startswith("C17 "))
    assert textiles[1] == f"{code('parkstate', 'limited', language)} ▲"
    assert luodi_("industries", folder, "--out", tmp_path / "l.csv", "--lang", language).exit_code == 0
    said = luodi_("industries", folder, "--json")
    result = next(e for e in map(json.loads, said.stdout.splitlines()) if e["event"] == "result")
    assert next(r for r in result["lists"] if r["industry"] == "C17")["condition"] == "不含印染"
    notes, shown = drive_lists.shown(open_results(folder), "P1", language)
    assert len(shown) == len(lines)
    assert notes[0] == words.notes(found, language)[0]


def test_a_negative_list_of_a_park_is_not_lifted(folder):
    results = open_results(folder)
    lists = results.table("park_industries")
    why = '{"code": "park_refuses", "industry": "C26", "park": "河东园"}'
    mine = lists["industry"] == "C26"
    results._tables["park_industries"] = lists.assign(
        state=lists["state"].mask(mine, "refuses"), reason=lists["reason"].mask(mine, why)
    )
    park_lists.put(results, ("P1", "C26"), "positive", "", "周", "会议")
    found = park_lists.lists(results)
    row = found.frame.set_index("industry").loc["C26"]
    assert (row["state"], row["against"]) == ("refuses", True)
    for language in LANGUAGES:
        assert any("C26" in note for note in words.notes(found, language))
