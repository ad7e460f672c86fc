"""A study carries a format: the first opens for ever, an older one is brought up, a newer one is named."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

import luodi
from geo.basis.errors import BlockedError, CallError, SpecError
from geo.basis.progress import silent
from layers.study import catalog, changes, edits, formats, spec
from layers.study.run import runs
from layers.study.run.results import open_results

FIRST = Path(__file__).parent / "format_1"


@pytest.fixture
def first(tmp_path):
    """The study of format 1 that is kept: settings, plain inputs, and decisions as the SQL they were written with."""
    folder = tmp_path / "study"
    shutil.copytree(FIRST, folder)
    script = (folder / "study.sql").read_text(encoding="utf-8")
    (folder / "study.sql").unlink()
    asked(folder, script)
    return folder


def asked(folder, script):
    base = sqlite3.connect(folder / edits.FILE)
    base.executescript(script)
    found = base.execute("pragma user_version").fetchone()[0]
    base.close()
    return found


def test_the_first_format_opens_for_ever(first):
    settings = (first / spec.FILE).read_bytes()
    report = runs.update(first, "screen", silent)
    assert report.built == ("load", "measure", "screen")
    found = open_results(first).table("candidates").set_index("parcel_id")
    assert found["status"].to_dict() == {"P1": "excluded", "P2": "eligible", "P3": "conditional"}
    assert found.loc["P2", "net_m2"] == pytest.approx(10_000, abs=0.01)
    assert {e.subject: e.person for e in edits.history(first)} == {"XM-1": "张三"}
    assert (first / spec.FILE).read_bytes() == settings


def bumped(monkeypatch, step):
    monkeypatch.setattr(formats, "FORMAT", 2)
    monkeypatch.setattr(formats, "STEPS", {1: step})


def renamed(settings):
    settings["study"]["name"] = f"{settings['study']['name']} (2)"


def test_an_older_study_is_brought_up_and_kept(first, monkeypatch):
    bumped(monkeypatch, renamed)
    before = (first / spec.FILE).read_text(encoding="utf-8")
    assert spec.read(first).name == "第一版 (2)"  # in memory at once
    assert (first / spec.FILE).read_text(encoding="utf-8") == before
    report = runs.update(first, "screen", silent)
    assert [n.code for n in report.notes] == ["did_upgrade"]
    assert (first / "study.toml.format-1").read_text(encoding="utf-8") == before
    after = (first / spec.FILE).read_text(encoding="utf-8")
    assert "# 保留的注释" in after
    assert "format = 2" in after
    again = runs.update(first, "screen", silent)
    assert (again.built, again.notes) == ((), ())


def test_a_step_that_fails_leaves_the_file(first, monkeypatch):
    def broken(settings):
        raise KeyError("x")

    bumped(monkeypatch, broken)
    before = sorted((p.name, p.read_bytes()) for p in first.iterdir() if p.is_file())
    with pytest.raises(KeyError):
        runs.update(first, "screen", silent)
    assert sorted((p.name, p.read_bytes()) for p in first.iterdir() if p.is_file()) == before


@pytest.mark.parametrize(
    ("given", "code"),
    [("9", "study_newer"), ("0", "study_format_wrong"), ("true", "study_format_wrong"), ('"1"', "study_format_wrong")],
)
def test_settings_of_another_format_are_named(first, given, code):
    path = first / spec.FILE
    path.write_text(path.read_text(encoding="utf-8").replace("format = 1", f"format = {given}"), encoding="utf-8")
    before = path.read_bytes()
    for act in (lambda: spec.read(first), lambda: runs.update(first, "screen", silent)):
        with pytest.raises(SpecError) as told:
            act()
        assert [r.code for r in told.value.reasons] == [code]
    assert path.read_bytes() == before


def test_decisions_of_a_newer_format_are_named(first):
    asked(first, "pragma user_version = 7;")
    for act in (lambda: edits.current(first), lambda: edits.record(first, "pin", "XM-1", {"site": "S"}, "甲", "理由")):
        with pytest.raises(BlockedError) as told:
            act()
        assert [r.code for r in told.value.reasons] == ["edits_newer"]


def test_what_is_written_carries_its_format(tmp_path):
    folder = tmp_path / "new"
    catalog.new(folder, crs="EPSG:4549")
    assert f"format = {formats.FORMAT}" in (folder / spec.FILE).read_text(encoding="utf-8")
    edits.record(folder, "pin", "XM-1", {"site": "S-1"}, "张三", "理由")
    assert asked(folder, "") == formats.EDITS


def test_a_study_from_before_it_carried_a_format_is_the_first(first):
    path = first / spec.FILE
    path.write_text(path.read_text(encoding="utf-8").replace("format = 1\n", ""), encoding="utf-8")
    assert runs.update(first, "screen", silent).notes == ()
    assert "format" not in path.read_text(encoding="utf-8")


def test_a_new_kind_of_decision_is_a_new_format():
    # what a format was written with stands: whoever adds a kind adds a format
    assert formats.KINDS_SINCE == {
        1: ("pin", "ban", "project", "override", "recovered", "field_check", "capacity"),
        2: ("score", "step"),
        3: ("industry", "answer"),
        4: ("entry",),
    }
    assert formats.EDITS == 4


@pytest.mark.parametrize("before", [1, 2])
@pytest.mark.parametrize("kind", ["score", "industry", "answer", "entry"])
def test_an_older_luodi_refuses_newer_decisions_by_their_number(first, kind, before, monkeypatch):
    edits.record(first, kind, "XM-1/a", {"project": "XM-1"}, "张三", "理由")
    monkeypatch.setattr(formats, "EDITS", before)
    monkeypatch.setattr(edits, "KINDS", formats.KINDS_SINCE[1])
    for act in (lambda: edits.current(first), lambda: edits.history(first)):
        with pytest.raises(BlockedError) as told:
            act()
        assert [(r.code, r.values["found"]) for r in told.value.reasons] == [("edits_newer", 4)]


def test_decisions_are_brought_up_by_the_first_that_is_written(first):
    before = edits.history(first)
    had, kept = asked(first, ""), first / f"{edits.FILE}.format-1"
    assert had < formats.EDITS
    with pytest.raises(CallError), changes.noting() as done:
        edits.record(first, "score", "XM-1/a", {}, "", "理由")
    assert (asked(first, ""), kept.exists(), dict(done)) == (had, False, {})
    with pytest.raises(BlockedError), changes.noting() as done:  # a change that is refused changes no number
        edits.withdraw(first, "pin", "XM-2", "张三", "理由")
    assert (asked(first, ""), dict(done)) == (had, {})
    edits.history(first)
    with changes.noting() as done:
        edits.record(first, "score", "XM-1/a", {"points": 80}, "李四", "评审会")
        edits.record(first, "score", "XM-1/b", {"points": 70}, "李四", "评审会")
    assert [r.code for r in done.values()].count("did_upgrade") == 1
    assert asked(first, "") == formats.EDITS
    assert edits.history(first)[: len(before)] == before
    (first / edits.FILE).unlink()
    kept.rename(first / edits.FILE)  # the way back
    assert edits.history(first) == before
    assert [p.name for p in first.glob(".*.part")] == []


def test_who_decides_by_command_is_told_that_the_file_was_brought_up(first):
    call = ["scenario", str(first), "save", "A", "--lang", "en"]
    told = [CliRunner().invoke(luodi.cli, call).output for _ in range(2)]
    assert "kept as study.sqlite.format-1" in told[0]
    assert "format-1" not in told[1]
