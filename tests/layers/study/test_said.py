"""What is said after a failure is what happened: nothing was changed, or what was and stays."""

import errno
import os
import random
import shutil
import signal
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import luodi
from county import county
from geo.basis.errors import Cancelled
from geo.basis.reason import reason
from layers.outputs import formats
from layers.outputs.console import Console
from layers.study import catalog, changes, edits, spec
from layers.study.lock import writing
from layers.study.run import runs, store
from layers.study.run.results import open_results
from layers.text import LANGUAGES, say, sentence
from tests import district
from tests.layers.sources import make

NOTHING = {language: sentence(reason("nothing_changed"), language) for language in LANGUAGES}
FAULT = RuntimeError("a fault of the test")


def called(*words, language="en"):
    done = CliRunner().invoke(luodi.cli, [*map(str, words), "--lang", language])
    assert "Traceback" not in done.output
    return done


def state(folder):
    """Return every file of a study a person sees, with what it holds, and what is decided."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if ".luodi" in path.parts or path.is_symlink() or not path.is_file() or "runs" in path.parts:
            continue
        found[str(path.relative_to(folder))] = path.read_bytes()
    link = folder / "results"
    return found | {"results": str(link.resolve()) if link.is_symlink() else "", "edits": len(edits.history(folder))}


def broken(*given, **more):
    raise FAULT


@pytest.fixture
def empty(tmp_path):
    catalog.new(tmp_path / "study", crs=make.GK)
    return tmp_path / "study"


# --- the step is done, and telling of it fails -------------------------------------


@pytest.mark.grid
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("problem", [FAULT, UnicodeEncodeError("gbk", "m²", 1, 2, "x"), BrokenPipeError(32, "x")])
def test_an_add_that_cannot_tell_of_it_says_that_the_layer_stays(empty, tmp_path, monkeypatch, language, problem):
    def silent(*given):
        raise problem

    monkeypatch.setattr(Console, "text", silent)
    done = called("add", empty, make.gpkg(tmp_path, make.squares(1), name="a.gpkg"), "--role", "constraint",
                  language=language)  # fmt: skip
    assert done.exit_code == 1
    assert [layer.id for layer in spec.read(empty).layers] == ["a"]
    assert sentence(reason("did_layer", id="a", file="study.toml"), language) in done.output
    assert NOTHING[language] not in done.output


def test_every_command_that_changed_something_says_so_when_it_fails_later(own_district, tmp_path, monkeypatch):
    plot = tmp_path / "plot.csv"
    corners = [(210, 10), (290, 10), (290, 90), (210, 90)]
    plot.write_text("\n".join(f"{k},{district.Y0 + y},{district.X0 + x}" for k, (x, y) in enumerate(corners, 1)))
    shutil.rmtree(own_district / "runs")
    for words, code in (
        (("new", tmp_path / "new", "--crs", make.GK), "did_study"),
        (("screen", own_district), "did_results"),
        (("redline", own_district, plot, "--name", "A"), "did_check"),
        (("export", own_district, tmp_path / "a.csv"), "did_file"),
        (("scenario", own_district, "save", "现状"), "did_scenario"),
        (("scenario", own_district, "load", "现状"), "did_scenario_loaded"),
    ):
        monkeypatch.setattr(Console, "text", broken)
        done = called(*words)
        monkeypatch.undo()
        assert done.exit_code == 1
        assert NOTHING["en"] not in done.output, words
        start = say(f"reason.{code}", "en", stages=[], path="?", run="?", name="?").split("?")[0]
        assert start in done.output, (words, done.output)


def test_a_fault_before_anything_happened_says_that_nothing_was_changed(own_district, monkeypatch):
    before = state(own_district)
    monkeypatch.setattr(runs, "plan", broken)
    for language in LANGUAGES:
        done = called("run", own_district, language=language)
        assert NOTHING[language] in done.output
    assert state(own_district) == before


# --- a run ------------------------------------------------------------------------


def rename(folder, name):
    path = folder / "study.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("小区", name), encoding="utf-8")


def stopping_at(stage, problem):
    def progress(self, done, total, now):
        if now == stage:
            raise problem

    return progress


@pytest.mark.parametrize("problem", [Cancelled(), KeyboardInterrupt(), FAULT])
def test_a_run_that_stops_says_what_is_kept_and_that_the_results_are_as_they_were(own_district, monkeypatch, problem):
    cut = district.parcels().iloc[:11]
    cut.to_file(own_district / "inputs" / "parcels.gpkg", layer="parcels")
    before = state(own_district)
    monkeypatch.setattr(Console, "progress", stopping_at("measure", problem))
    done = called("run", own_district)
    assert done.exit_code == 1
    assert sentence(reason("did_stages_kept", stages=["load"]), "en") in done.output
    assert NOTHING["en"] not in done.output
    assert state(own_district) == before
    monkeypatch.undo()
    assert runs.update(own_district, "screen", lambda *_: None).kept == ("load",)


def test_a_run_that_stops_before_its_first_stage_changed_nothing(own_district, monkeypatch):
    rename(own_district, "another")
    (own_district / "inputs" / "farm.geojson").unlink()
    before = state(own_district)
    monkeypatch.setattr(Console, "progress", stopping_at("load", Cancelled()))
    done = called("run", own_district)
    assert sentence(reason("cancelled"), "en") in done.output
    assert NOTHING["en"] in done.output
    assert state(own_district) == before
    assert len(list((own_district / "runs").iterdir())) == 1


def test_stages_added_to_the_results_on_show_are_said_to_be_added(own_district, monkeypatch):
    """The land is measured and on show; a later run of the same study stops on its way."""
    monkeypatch.setattr(Console, "progress", stopping_at("project", Cancelled()))
    done = called("run", own_district)
    assert sentence(reason("did_stages_added", stages=["supply"]), "en") in done.output
    assert NOTHING["en"] not in done.output
    assert open_results(own_district).has("supply")


def full(*given, **more):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_disk_that_fills_up_in_a_run_is_said_with_its_folder(own_district, monkeypatch, language):
    rename(own_district, "another")
    (own_district / "inputs" / "farm.geojson").unlink()
    before = state(own_district)
    monkeypatch.setattr(store.pq, "write_table", full)
    done = called("run", own_district, language=language)
    assert sentence(reason("no_space", path=str(own_district)), language) in done.output
    assert state(own_district) == before
    assert not list(own_district.glob("runs/*/.*.part"))
    assert len(list((own_district / "runs").iterdir())) == 1, "a run nobody can use takes no room"


# --- every moment of a step -------------------------------------------------------

STEPS = ((os, "replace"), (os, "fsync"), (shutil, "copyfile"), (shutil, "move"), (Path, "mkdir"), (Path, "write_text"),
         (Path, "write_bytes"))  # fmt: skip


class Moments:
    """Lets the k-th step of the disk fail, or happen and be followed by Ctrl+C."""

    def __init__(self, monkeypatch, watched, at, how):
        self.count, self.at, self.how = 0, at, how
        for place, name in STEPS:
            monkeypatch.setattr(place, name, self.wrapped(getattr(place, name), str(watched)))

    def wrapped(self, real, watched):
        def step(*given, **more):
            if not any(watched in str(g) for g in given if isinstance(g, (str, os.PathLike))):
                return real(*given, **more)
            self.count += 1
            if self.count != self.at:
                return real(*given, **more)
            if self.how == "full":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(given[0]))
            if self.how == "fault":
                raise FAULT
            out = real(*given, **more)
            signal.raise_signal(signal.SIGINT)
            return out

        return step


def acts(tmp_path):
    file = make.shapefile(tmp_path, make.squares(2), name="zone")
    plot = tmp_path / "plot.csv"
    corners = [(210, 10), (290, 10), (290, 90), (210, 90)]
    plot.write_text("\n".join(f"{k},{district.Y0 + y},{district.X0 + x}" for k, (x, y) in enumerate(corners, 1)))
    return {
        "add": ("add", file, "--role", "constraint"),
        "redline": ("redline", plot, "--name", "A"),
        "export": ("export", "OUT/a.csv"),
    }


QUICK = {("export", "interrupted"), ("export", "full"), ("export", "fault")}
GRID = [
    pytest.param(act, how, marks=[] if (act, how) in QUICK else pytest.mark.long)
    for act in ("add", "redline", "export")
    for how in ("full", "fault", "interrupted")
]


@pytest.mark.parametrize(("act", "how"), GRID)
def test_at_every_moment_what_is_said_is_what_happened(run_district, tmp_path, monkeypatch, act, how):
    words = acts(tmp_path)[act]
    at = 0
    chance = random.Random(f"{act} {how}")
    while True:
        at += chance.choice((1, 1, 2)) if at > 3 else 1
        folder = tmp_path / f"at-{at}"
        shutil.copytree(run_district, folder / "study", symlinks=True)
        given = [w.replace("OUT", str(folder)) if isinstance(w, str) else w for w in words[1:]]
        before = state(folder)
        with monkeypatch.context() as patched:
            moments = Moments(patched, folder, at, how)
            done = called(words[0], folder / "study", *given)
        shutil.rmtree(folder / "study" / ".luodi", ignore_errors=True)
        changed = state(folder) != before
        if moments.count < at:
            assert (done.exit_code, changed) == (0, True)
            break
        assert done.exit_code in (0, 1), done.output
        if done.exit_code == 1:
            assert changed == ("What was done stays" in done.output), (at, done.output)
            assert not (changed and NOTHING["en"] in done.output)
            if how == "full":
                assert "o space left" in done.output, done.output
            else:
                assert changed or NOTHING["en"] in done.output, (at, done.output)
        assert not list(folder.rglob("*.part")), at
        assert not list(folder.rglob(".luodi-part-*")), at
        spec.read(folder / "study")
    assert at > 4


@pytest.fixture
def interrupts():
    """Ctrl+C reaches the test, also where whoever started it ignores it (a job in the background of a shell)."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
def test_a_decision_is_whole_whatever_happens_to_it(own_district, monkeypatch):
    class Base(sqlite3.Connection):
        def execute(self, text, *more):
            if text == "commit":
                signal.raise_signal(signal.SIGINT)  # in the middle of the last step
            return super().execute(text, *more)

    connect = sqlite3.connect
    with monkeypatch.context() as patched:
        patched.setattr(edits.sqlite3, "connect", lambda *a, **k: connect(*a, **k, factory=Base))
        done = called("scenario", own_district, "save", "现状", "--person", "周工")
    assert done.exit_code == 1
    assert sentence(reason("did_scenario", name="现状"), "en") in done.output
    assert sorted(edits.scenarios(own_district)) == ["现状"]

    class Full(sqlite3.Connection):
        def execute(self, text, *more):
            if text.startswith("insert"):
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(text, *more)

    with monkeypatch.context() as patched:
        patched.setattr(edits.sqlite3, "connect", lambda *a, **k: connect(*a, **k, factory=Full))
        done = called("scenario", own_district, "save", "另一")
    assert "No space left" in done.output
    assert sorted(edits.scenarios(own_district)) == ["现状"]


def test_a_demonstration_that_stops_leaves_nothing(tmp_path, monkeypatch):
    def half(folder, progress):
        (folder / "inputs").mkdir()
        (folder / "inputs" / "DLTB.gpkg").write_text("half")
        raise FAULT

    monkeypatch.setattr(county, "_made", half)
    done = called("demo", tmp_path / "demo")
    assert NOTHING["en"] in done.output
    assert [p.name for p in (tmp_path / "demo").iterdir()] == [".luodi"]
    assert not list((tmp_path / "demo" / ".luodi").glob("making-*"))


def test_an_export_that_fails_leaves_the_old_file(own_district, tmp_path, monkeypatch):
    path = tmp_path / "out" / "a.csv"
    path.parent.mkdir()
    path.write_text("old")

    def half(part, *more):
        part.write_text("half")
        raise FAULT

    monkeypatch.setitem(formats.FORMATS, "csv", replace(formats.FORMATS["csv"], write=half))
    done = called("export", own_district, path)
    assert NOTHING["en"] in done.output
    assert (path.read_text(), [p.name for p in path.parent.iterdir()]) == ("old", ["a.csv"])


# --- the note itself --------------------------------------------------------------


def test_only_what_happened_is_noted_and_the_newest_of_each_counts():
    with changes.noting() as done:
        assert [r.code for r in changes.told(done)] == ["nothing_changed"]
        with pytest.raises(RuntimeError), changes.commit("a", "did_file", path="a"):
            raise FAULT
        assert not done
        for name in ("b", "c"):
            with changes.commit("run", "did_results", run=name):
                pass
        with changes.commit("x", "did_file", path="x"):
            pass
    assert [(r.code, *r.values.values()) for r in changes.told(done)] == [("did_results", "c"), ("did_file", "x")]
    with changes.commit("later", "did_file", path="nobody listens"):
        pass
    assert len(done) == 2


def test_a_stopped_short_step_does_not_hold_the_study(empty):
    with pytest.raises(KeyboardInterrupt), writing(empty, "x"):
        raise KeyboardInterrupt
    with writing(empty, "y"):
        pass
