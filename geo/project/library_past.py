"""What changed in a library from one file to the next: entries that came, went, and cells that say otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.basis.tables import rows

CAME, GONE, CHANGED = "came", "gone", "changed"
WATCHED = ("name", "industries", "about", "level", "unit", "stage", "park_id", "amount_wan", "left_wan", "asked_m2",
           "updated_on", "expires_on")  # fmt: skip
"""Columns of `library_entries` that are held against each other; nothing personal is among them."""


@dataclass(frozen=True)
class EntryChange:
    """One thing that changed: the entry, what happened, and of a cell its column with what stood and stands in it."""

    library: str
    entry_id: str
    name: str
    what: str
    column: str = ""
    before: Any = None
    after: Any = None


def changes(before: pd.DataFrame, after: pd.DataFrame) -> list[EntryChange]:
    """Return what changed between two states of the table `library_entries`, by entry and column.

    An entry is the same where its number is: one that was given another number went and came.
    """
    old = {(str(r["library"]), str(r["entry_id"])): r for r in rows(before)}
    new = {(str(r["library"]), str(r["entry_id"])): r for r in rows(after)}
    out = []
    for at in sorted({*old, *new}):
        if at not in new:
            out.append(EntryChange(*at, str(old[at]["name"]), GONE))
        elif at not in old:
            out.append(EntryChange(*at, str(new[at]["name"]), CAME))
        else:
            out += [EntryChange(*at, str(new[at]["name"]), CHANGED, c, old[at][c], new[at][c])
                    for c in WATCHED if not _same(old[at][c], new[at][c])]  # fmt: skip
    return out


def _same(one: Any, other: Any) -> bool:
    empty = [v is None or v == "" or bool(pd.isna(v)) for v in (one, other)]
    return all(empty) if any(empty) else bool(one == other)
