"""The shipped table of which industries are of which use (`data/codes/industry_uses.toml`)."""

from __future__ import annotations

from functools import cache

from geo.project.facts import MAYBE, YES
from geo.project.uses import Uses
from layers.library import standards

LIST = "industry_uses"
_ANSWERS = {"yes": YES, "open": MAYBE}


@cache
def table() -> Uses:
    """Return the table."""
    known: dict[str, dict[str, int]] = {}
    for code in standards.codes(LIST).codes:
        use, _, industry = code.code.partition(":")
        known.setdefault(use, {})[industry] = _ANSWERS[code.group]
    return Uses(known)
