"""One function is asked before anything is done; what it refuses is refused in words."""

import ast
from pathlib import Path

import pytest

from geo.basis.errors import CallError
from layers.study import may
from layers.text import LANGUAGES, sentence

ROOT = Path(__file__).resolve().parents[3]
STARTERS = {"start", "begin"}
WRITERS = {
    "accept.accept", "describe.describe", "replacing.remove", "waive.aside", "waive.again", "catalog.new",
    "decisions.decide", "field_checks.record", "field_checks.withdraw", "incoming.keep", "incoming.keep_text",
    "idle.recover", "idle.undo", "jobs.begin", "jobs.start", "edits.record", "edits.withdraw", "edits.save_scenario",
    "edits.load_scenario", "served.save", "served.withdraw", "uploads.begin", "local_rules.keep", "local_rules.undo",
    "overrides.correct", "overrides.undo", "own_weights.keep",
    "criteria_sets.keep", "criteria_sets.use",
}  # fmt: skip
"""What changes a study or starts work, as pages call it."""
ASKS = {"acts.again", "acts.do", "acts.require", "acts.may", "acts.button"}


def dotted(node):
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def test_on_ones_own_computer_everything_is_allowed(tmp_path):
    assert all(may.may("", action, tmp_path) for action in may.ACTIONS)
    assert not may.may("", "burn", tmp_path)


def test_what_may_not_be_done_is_refused_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr(may, "may", lambda person, action, study: False)
    with pytest.raises(CallError) as problem:
        may.require("甲", "run", tmp_path)
    assert problem.value.reasons[0].code == "may_not"
    for language in LANGUAGES:
        assert "run" in sentence(problem.value.reasons[0], language)


@pytest.mark.parametrize("path", sorted(ROOT.glob("views/**/*.py")), ids=lambda p: p.name)
def test_a_page_that_changes_something_asks(path):
    """Whoever writes or starts work from a page asks `may`: in it, around it, or by a function beside it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = [n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    called = {part.name: {dotted(n) for n in ast.walk(part)} for part in parts}
    asks = ASKS | {name for name, calls in called.items() if calls & ASKS and not calls & WRITERS}
    for outer in parts:
        names = called[outer.name]
        if names & WRITERS:
            assert names & asks, f"{path.name}:{outer.lineno} {outer.name} does {names & WRITERS} and asks nobody"
