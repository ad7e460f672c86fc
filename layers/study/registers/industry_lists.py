"""What people put on the positive and negative lists of parks, and the industries the lists are drawn up for."""

from __future__ import annotations

from collections.abc import Iterable

from geo.project.gate import Park
from geo.project.park_lists import Decision
from layers.library import standards
from layers.study.edits import Edits

KIND = "industry"
CODES = "industries"


def decisions(edits: Edits) -> tuple[Decision, ...]:
    """Return the decisions that count now."""
    found = edits.values(KIND).values()
    return tuple(Decision(str(v["park"]), str(v["industry"]), v["said"], str(v.get("condition", ""))) for v in found)


def subject(park: str, industry: str) -> str:
    """Return what a decision is about: one a park ("" all parks) and an industry."""
    return f"{park or '*'}/{industry}"


def industries(parks: Iterable[Park], more: Iterable[str]) -> list[str]:
    """Return the codes the lists are drawn up for: all divisions of the code list, and what parks and others name."""
    divisions = [c.code for c in standards.codes(CODES).codes if c.code != c.group]
    named = [code for p in parks for code in (*p.admitted, *p.leading, *p.refused, *p.also)]
    return sorted({*divisions, *named, *more} - {""})
