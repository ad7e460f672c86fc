"""The ground of a site in words: present use by tenure, every rule on the parcels it is made of, what they lose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from geo.basis.tables import rows
from geo.rules.terms import AREA_TESTS
from geo.screen.ledger import UNSURE_LINE, settled
from layers.library import standards
from layers.study.run.results import Results
from layers.text import Language, say
from layers.words.explain import LedgerLine, RuleLine, by_urgency, ledger_title, marked_title, rule_line

MEMBERS = ("members", "check_members")
"""Tables of what sites, and red lines taken as sites, are made of."""
WORST = ("conflict", "unknown", "clear")


@dataclass(frozen=True)
class UseLine:
    """Ground of one land class under one tenure, in words; area in m², NaN where it is not given."""

    use: str
    tenure: str
    area_m2: float


def members_of(results: Results, site: str) -> pd.DataFrame:
    """Return the parts a site is made of; empty for what is none, as a building."""
    for name in MEMBERS:
        if site and results.has(name):
            found = results.table(name)
            if len(mine := found[found["site_id"] == site]):
                return mine
    return pd.DataFrame({"site_id": [], "parcel_id": [], "area_m2": []})


def land_use(results: Results, members: pd.DataFrame, language: Language) -> tuple[UseLine, ...]:
    """Return the ground by present use and tenure, largest first; what nobody described has a line."""
    known = results.table("parcels").drop(columns=["geometry"], errors="ignore").set_index("parcel_id")
    sums: dict[tuple[str, str], float] = {}
    open_ = say("sheet.to_verify", language)
    for part in rows(members):
        place = str(part["parcel_id"])
        row = known.loc[place] if place in known.index else {"land_use": "", "land_use_scheme": "", "tenure": ""}
        use = standards.coded(str(row["land_use_scheme"]), str(row["land_use"]), language) or open_
        held = standards.worded(standards.TENURE, str(row["tenure"]), language) or open_
        sums[use, held] = sums.get((use, held), 0.0) + float(part["area_m2"])
    found = [UseLine(use, held, area) for (use, held), area in sums.items()]
    return tuple(sorted(found, key=lambda u: (-np.nan_to_num(u.area_m2), u.use, u.tenure)))


def rules(results: Results, parcels: Sequence[str], language: Language) -> tuple[RuleLine, ...]:
    """Say every rule once for several whole parcels: worst outcome, areas added up, other measures from least to most.

    Nothing is clear unless it is clear on all of them; an outcome that is not that of all says on how many it is.
    """
    if not parcels or not results.has("verdicts"):
        return ()
    mine = results.rows_of("verdicts", parcels)
    lines = [
        _together(results, verdicts, len(parcels), language) for _, verdicts in mine.groupby("rule_id", sort=False)
    ]
    return tuple(sorted(lines, key=by_urgency))


def _together(results: Results, verdicts: pd.DataFrame, count: int, language: Language) -> RuleLine:
    worst = next(w for w in WORST if (verdicts["outcome"] == w).any())
    ours = verdicts[verdicts["outcome"] == worst]
    rule = results.rule(str(verdicts["rule_id"].iloc[0]))
    least, most = (verdicts[c].astype(float).to_numpy() for c in ("value", "value_hi"))
    added = rule.test in AREA_TESTS and rule.test != "overlap_share"
    ends = (least.sum(), most.sum()) if added else (least.min(), most.max())
    line = rule_line(results, {**rows(ours)[0], "value": ends[0], "value_hi": ends[1]}, language)
    if len(ours) == count:
        return line
    return replace(
        line, outcome_word=say("sheet.of_parcels_of", language, word=line.outcome_word, some=len(ours), all=count)
    )


def ledger(results: Results, parcels: Sequence[str], language: Language) -> tuple[LedgerLine, ...]:
    """Return the ledger of several whole parcels as one; what is left falls from line to line."""
    titles = {r.id: marked_title(results, r, language) for r in results.rules}
    if not parcels or not results.has("ledger"):
        return ()
    found = results.table("ledger")
    mine = found[found["parcel_id"].isin(list(parcels))].sort_values(["parcel_id", "step"])
    if mine.empty:
        return ()
    before = mine.groupby("parcel_id")["left_m2"].shift()
    mine = mine.assign(gone=(before - mine["left_m2"]).fillna(0.0))
    lines, left = [], float(mine.loc[mine["step"] == 0, "left_m2"].sum())
    for _, part in mine.groupby("step"):  # a step is the same deduction on every parcel
        first: dict[str, Any] = rows(part)[0]
        gone, shared, unknown = (float(part[c].sum()) for c in ("gone", "shared_m2", "unknown_m2"))
        left -= gone
        taken = 0.0 if first["layer_id"] == UNSURE_LINE else gone
        own, both = (settled(a, unknown) for a in (taken, shared))
        lines.append(LedgerLine(ledger_title(first, titles, language), _or_none(own), _or_none(both), unknown, left))
    return tuple(lines)


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
