"""A delivery on its way in: what was said and taken of one delivery says nothing of the next."""

from types import SimpleNamespace

import pytest

from layers.study.jobs import JobState
from views.parts import acts, arrivals, state


@pytest.fixture
def board(monkeypatch):
    """Jobs by name and notes of a visit, without processes or a browser."""
    jobs, notes, clock = {}, {}, iter(range(100))

    def begin(folder, what, *words):
        jobs[what] = SimpleNamespace(words=words, began=next(clock), poll=lambda: JobState(done=True, ok=True))

    monkeypatch.setattr(arrivals.jobs, "known", lambda folder, what: jobs.get(what))
    monkeypatch.setattr(arrivals.jobs, "forget", lambda folder, what: jobs.pop(what, None))
    monkeypatch.setattr(arrivals.jobs, "stop", lambda folder, what: jobs.pop(what, None))
    monkeypatch.setattr(arrivals.jobs, "begin", begin)
    monkeypatch.setattr(acts, "require", lambda action: None)
    monkeypatch.setattr(state, "noted", notes.get)
    monkeypatch.setattr(state, "note", notes.__setitem__)
    return jobs


def test_a_second_delivery_begins_with_nothing_said_of_the_first(board, tmp_path):
    arrivals.start(tmp_path, tmp_path / "first")
    for name, value in (("said", {1: "roads"}), ("done", frozenset({1, 2})), ("accept-3", ("crs:x",))):
        arrivals._note(tmp_path, name, value)
    arrivals._take(tmp_path, [3], {"owner": "甲局"})
    assert arrivals._noted(tmp_path, "done", frozenset()) == {1, 2}
    assert arrivals._noted(tmp_path, "options", {}) == {"owner": "甲局"}
    arrivals.start(tmp_path, tmp_path / "second")
    arrivals._forget_older(tmp_path)
    assert arrivals.TAKE not in board, "numbers of the first delivery hide no line of the second"
    assert arrivals._said(tmp_path) == {}
    for name in ("done", "accept-3", "options"):
        assert arrivals._noted(tmp_path, name, None) is None


def test_what_was_taken_of_this_delivery_is_remembered(board, tmp_path):
    arrivals.start(tmp_path, tmp_path / "first")
    arrivals._take(tmp_path, [1], {})
    arrivals._forget_older(tmp_path)
    assert arrivals.TAKE in board
