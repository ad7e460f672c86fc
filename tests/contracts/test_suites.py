"""What drives a browser is run by the line of the Makefile that runs browsers."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_walk_is_run():
    [walks] = re.findall(r"^WALKS\s*=\s*(.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    run = {p for walk in walks.split() for p in [ROOT / walk, *(ROOT / walk).rglob("*.py")]}
    tests = [p for p in (ROOT / "tests").rglob("test_*.py") if p != Path(__file__)]
    marked = {p for p in tests if "mark.browser" in p.read_text(encoding="utf-8")}
    assert len(marked) > 5
    assert marked - run == set()


def test_a_brief_test_names_cases_there_are(request):
    """A case that was renamed would let a test run nowhere in a hurry."""
    wrong = {}
    for item in request.session.items:
        few = item.get_closest_marker("brief")
        if few:
            wrong.setdefault(item.nodeid.split("[")[0], set(few.args)).discard(item.callspec.id)
    assert {test: left for test, left in wrong.items() if left} == {}
