"""Findings by gravity: every severity has its place, and findings of one keep their order."""

from typing import get_args

from geo.basis.reason import reason
from layers.sources.finding import GRAVITY, Finding, Severity, gravest_first


def test_every_severity_has_a_place():
    assert sorted(GRAVITY) == sorted(get_args(Severity))


def test_the_gravest_come_first_and_equals_stay_in_order():
    given = [Finding(str(k), "x", s, "", reason("x")) for k, s in enumerate(("note", "warn", "block", "note", "warn"))]
    assert [f.row for f in gravest_first(given)] == ["2", "1", "4", "0", "3"]
