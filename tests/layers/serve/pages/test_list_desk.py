"""The list people work in: candidates first, columns by address, sums that are the table's."""

import numpy as np
import pandas as pd
import pytest

from layers.serve.draw.styles import STATUSES
from layers.serve.pages import list_desk, outputs_desk, run_desk
from layers.serve.pages import trial as trials
from layers.study.run.released import open_results
from layers.text import code


@pytest.fixture(scope="module")
def results(run_district):
    return open_results(run_district)


def test_candidates_come_first_and_nobody_is_lost(results):
    found = results.table("candidates")
    rows = list_desk.candidates_first(found["status"], np.arange(len(found)))
    assert sorted(rows) == list(range(len(found)))
    rank = [STATUSES.index(s) for s in found["status"].astype(str).to_numpy()[rows]]
    assert rank == sorted(rank)
    assert len(set(rank)) > 1, "a list of one status proves nothing"


def test_columns_stand_in_the_address():
    frame = pd.DataFrame({"a": [1], "b": [2], "c": [3]})
    assert list_desk.asked(["a", "b", "c"], frame) == ""
    assert list_desk.asked(["c", "a"], frame) == "2-0"
    assert list_desk.columns("2-0", frame) == ["c", "a"]
    assert list_desk.columns("9-x", frame) == ["a", "b", "c"]


@pytest.mark.parametrize("by", list_desk.BY)
def test_sums_are_those_of_the_listed_rows(results, by):
    trial = trials.trial(results)
    found = trial.found
    rows = np.flatnonzero((found["status"] != "excluded").to_numpy())
    made = list_desk.sums(trial, rows, by, "en")
    words = [code("status", s, "en") for s in STATUSES if code("status", s, "en") in made]
    assert int(made[words].to_numpy().sum()) == len(rows)
    assert made.iloc[:, -3].sum() == pytest.approx(found.iloc[rows]["gross_m2"].sum() / 10_000, rel=0.02)


def test_what_can_leave_says_so_and_holds_the_rows_of_the_table(results, monkeypatch):
    asked, real = [], type(results).stale
    monkeypatch.setattr(type(results), "stale", lambda self: asked.append(1) or real(self))
    ready = outputs_desk.ready(results)
    assert len(asked) == 1, "the folder is held against the run once, not once an output"
    assert (ready["candidates"], ready["rules"], ready["matches"]) == ("", "", "no_run")
    made = outputs_desk.made(results.folder, "candidates", "csv", "zh")
    assert made.rows == len(results.table("candidates"))
    assert len(made.fingerprint) == 64
    assert set(outputs_desk.ready(None).values()) == {"", "no_run"}


def test_a_run_held_against_itself_differs_in_nothing(results):
    run = results.run_id
    assert run in [r.run_id for r in run_desk.runs(results.folder)]
    found = run_desk.compared(results.folder, run, run, "zh")
    assert len(found.rows) == 0
    assert found.parcels == ()
    assert len(found.lines) == 1
