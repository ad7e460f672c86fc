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
