"""The table of bad inputs names a test for every case, or says why there is none; each test named is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "tests" / "cases" / "RELIABILITY.md").read_text(encoding="utf-8")
ROWS = [[c.strip() for c in line.strip("|").split("|")] for line in TABLE.splitlines() if re.match(r"\| \d", line)]


def test_every_case_is_answered():
    assert [int(number) for number, *_ in ROWS] == [*range(1, 77), *range(79, 83), 85, 86]
    assert [number for number, _, tests, note in ROWS if tests == "–" and len(note) < 20] == []


def test_every_test_named_is_there():
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TABLE)
    assert len(named) > 80
    files = {file: (ROOT / file).read_text(encoding="utf-8") for file, _ in named}
    assert [(f, t) for f, t in named if t and f"def {t}(" not in files[f]] == []
