"""The reserve library (储备库): who is in, who is not yet, who leaves, by rules that name their reason.

Rules are data (`data/project/reserve.toml`). Each answers yes, no or unknown of a project. One that calls for
leaving and is met takes a project out; otherwise it is in where every rule of entry is met, out where one is not,
and open where one cannot be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd

from geo.basis.reason import Reason, reason
from geo.basis.tables import rows
from geo.project.stages import STAGES, rank
from geo.rank.rating import Rating

Test = Literal["stage", "result", "score", "known", "overdue"]
Answer = Literal["yes", "no", "unknown"]
IN, LEFT, OUT, OPEN = "in", "left", "out", "open"
STATES = (IN, OPEN, OUT, LEFT)


@dataclass(frozen=True)
class ReserveRule:
    """One rule.

    Parameters
    ----------
    id : str
    test : {"stage", "result", "score", "known", "overdue"}
        stage: it has come to one of `codes` · result: of its gates is one of `codes` · score: at least `least`
        points are proved · known: every column of `codes` is filled · overdue: the next milestone is due for more
        than `least` days.
    codes : tuple of str
    least : float
    """

    id: str
    test: Test
    codes: tuple[str, ...] = ()
    least: float = 0.0


@dataclass(frozen=True)
class Reserve:
    """Rules of entry and of exit."""

    entry: tuple[ReserveRule, ...]
    exit: tuple[ReserveRule, ...]


def library(projects: pd.DataFrame, rating: Rating, results: pd.DataFrame, rules: Reserve, as_of: date) -> pd.DataFrame:
    """Return the table: ``project_id, state, reasons``, reasons a tuple of `Reason`, what decides first.

    Parameters
    ----------
    projects, results : DataFrame
        The tables `projects` and `gate_results`.
    rating : Rating
    rules : Reserve
    as_of : date
    """
    score = rating.ranking.set_index("project_id")[["score", "score_high"]]
    gates = dict(zip(results["project_id"].astype(str), results["result"].astype(str), strict=True))
    out = []
    for row, at in zip(rows(projects), rank(projects), strict=True):
        p = str(row["project_id"])
        facts = row | {
            "at": STAGES[at] if at >= 0 else "", "result": gates.get(p, "unknown"),
            "low": score["score"].get(p, np.nan), "high": score["score_high"].get(p, np.nan),
        }  # fmt: skip
        state, why = _state(facts, rules, as_of)
        out.append((p, state, why))
    return pd.DataFrame(out, columns=["project_id", "state", "reasons"])


def _state(facts: dict[str, Any], rules: Reserve, as_of: date) -> tuple[str, tuple[Reason, ...]]:
    leave = [told for rule in rules.exit if (told := _told(rule, facts, as_of, "leaves"))[0] == "yes"]
    if leave:
        return LEFT, tuple(why for _, why in leave)
    enter = [_told(rule, facts, as_of, "enters") for rule in rules.entry]
    for answer, state in (("no", OUT), ("unknown", OPEN)):
        if some := tuple(why for said, why in enter if said == answer):
            return state, some
    return IN, tuple(why for _, why in enter)


def _told(rule: ReserveRule, facts: dict[str, Any], as_of: date, side: str) -> tuple[Answer, Reason]:
    said, more = _TESTS[rule.test](rule, facts, as_of)
    return said, reason(f"reserve_{rule.test}_{said}", side=side, **more)


def _stage(rule: ReserveRule, facts: dict[str, Any], _: date) -> tuple[Answer, dict[str, Any]]:
    at = facts["at"]
    return ("unknown" if not at else "yes" if at in rule.codes else "no"), {"at": at, "stages": list(rule.codes)}


def _result(rule: ReserveRule, facts: dict[str, Any], _: date) -> tuple[Answer, dict[str, Any]]:
    found = facts["result"]
    return ("yes" if found in rule.codes else "unknown" if found == "unknown" else "no"), {"result": found}


def _score(rule: ReserveRule, facts: dict[str, Any], _: date) -> tuple[Answer, dict[str, Any]]:
    low, high = float(facts["low"]), float(facts["high"])
    said: Answer = "yes" if low >= rule.least else "no" if high < rule.least else "unknown"
    return said, {"score": low, "high": high, "least": rule.least}


def _known(rule: ReserveRule, facts: dict[str, Any], _: date) -> tuple[Answer, dict[str, Any]]:
    lost = [c for c in rule.codes if _blank(facts.get(c))]
    return ("unknown" if lost else "yes"), {"columns": lost or list(rule.codes)}


def _blank(value: Any) -> bool:
    return value is None or value == "" or bool(pd.isna(value))


def _overdue(rule: ReserveRule, facts: dict[str, Any], as_of: date) -> tuple[Answer, dict[str, Any]]:
    due = facts.get("due")
    if _blank(due):
        return "unknown", {"days": np.nan, "least": rule.least}
    days = (pd.Timestamp(as_of) - pd.Timestamp(due)).days  # type: ignore[arg-type]
    return ("yes" if days > rule.least else "no"), {"days": float(days), "least": rule.least}


_TESTS = {"stage": _stage, "result": _result, "score": _score, "known": _known, "overdue": _overdue}


def counted(found: pd.DataFrame) -> dict[str, int]:
    """Return how many projects are in each state; the numbers add up to all of them."""
    return {state: int((found["state"] == state).sum()) for state in STATES}


def unused(rules: Sequence[ReserveRule]) -> list[str]:
    """Return rules that name a stage or a result nobody has."""
    known = {"stage": set(STAGES), "result": {"clear", "conflict", "unknown"}}
    return [r.id for r in rules if r.test in known and not set(r.codes) <= known[r.test]]
