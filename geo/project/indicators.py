"""Control indicators (控制指标) as gates: what a project states of its building against the table that holds.

A table that is out of force on the study day decides nothing: its figure is shown, under its own name, and the
answer is open, whatever the figure says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from geo.basis.reason import Reason, reason
from geo.basis.units import hi
from geo.rules.judge import CLEAR, CONFLICT, OUTCOMES, UNKNOWN, outcome

Limits = Mapping[str, "Limit"]
"""What holds for an industry, by the name of an `Indicator`; a name that is missing has no figure anywhere."""
Interval = tuple[float, float]
NOT_STATED = (np.nan, np.nan)
SCALE = {"share": 100.0, "ratio": 1.0}


@dataclass(frozen=True)
class Indicator:
    """One indicator: the column that states it, or the two columns it is the quotient of.

    Parameters
    ----------
    name : str
        Its gate is ``indicator-NAME``.
    fact : str
        Column of the project list that states it: a ratio, or a percentage.
    part, whole : str
        Columns it is reckoned from where nobody states it; "" where it is only stated.
    operator : {">=", "<="}
    kind : {"ratio", "share"}
        A share is in percent.
    """

    name: str
    fact: str
    part: str = ""
    whole: str = ""
    operator: Literal[">=", "<="] = "<="
    kind: Literal["ratio", "share"] = "share"

    @property
    def gate_id(self) -> str:
        """Name of its gate."""
        return f"indicator-{self.name}"


INDICATORS = (
    Indicator("far", "far", operator=">=", kind="ratio"),
    Indicator("coefficient", "coefficient_pct", operator=">="),
    Indicator("office-land", "office_land_pct", "office_land_m2", "asked_m2"),
    Indicator("office-floor", "office_floor_pct", "office_floor_m2", "floor_m2"),
    Indicator("research-floor", "research_floor_pct"),
    Indicator("green", "green_pct", "green_m2", "asked_m2"),
)


@dataclass(frozen=True)
class Limit:
    """What a table demands of an indicator.

    Parameters
    ----------
    low, high : float
        The limit; a range where the industry is unknown, or too coarse to tell which figure holds.
    confidence : str
        Mark of the figure.
    unverified : bool
        It rests on memory: it restricts, it never rejects.
    document : mapping of language to str
        Text it stands in.
    superseded : str
        Last day that text was in force, where the study day is later; else "".
    """

    low: float
    high: float
    confidence: str
    unverified: bool = False
    document: Mapping[str, str] | None = None
    superseded: str = ""


def gates(projects: pd.DataFrame, limits: Callable[[str], Limits]) -> list[dict[str, object]]:
    """Return the rows of the table ``gates`` for every indicator a project states.

    Parameters
    ----------
    projects : DataFrame
        Table of that name; a column that is missing is not stated.
    limits : callable
        Industry code ("" for unknown) → what holds for it.
    """
    rows = []
    for row in projects.to_dict("records"):
        mine = {str(k): v for k, v in row.items()}
        rows += [{"project_id": mine["project_id"]} | r for r in _of(mine, limits(str(mine["industry"])))]
    return rows


def _of(row: Mapping[str, Any], limits: Limits) -> Iterator[dict[str, object]]:
    for indicator in INDICATORS:
        value, derived = stated(indicator, row)
        if not np.isnan(value[0]):
            yield _judged(indicator, value, derived, limits.get(indicator.name))


def stated(indicator: Indicator, row: Mapping[str, Any]) -> tuple[Interval, bool]:
    """Return what a project says of an indicator, and whether it was reckoned; NaN twice where it says nothing."""
    own = _interval(row, indicator.fact)
    if not np.isnan(own[0]) or not indicator.part:
        return own, False
    part, whole = _interval(row, indicator.part), _interval(row, indicator.whole)
    if np.isnan(part[0]) or np.isnan(whole[0]) or not whole[0] > 0:
        return NOT_STATED, False
    scale = SCALE[indicator.kind]
    return (part[0] / whole[1] * scale, part[1] / whole[0] * scale), True


def _interval(row: Mapping[str, Any], name: str) -> Interval:
    """Return a cell as an interval: an end nobody states is open, a cell that says nothing is NaN twice."""
    low = float(row.get(name, np.nan))
    high = float(row.get(hi(name), low))
    if np.isnan(low) and np.isnan(high):
        return NOT_STATED
    return (0.0 if np.isnan(low) else low), (np.inf if np.isnan(high) else high)


def _judged(indicator: Indicator, value: Interval, derived: bool, limit: Limit | None) -> dict[str, object]:
    row = {"gate_id": indicator.gate_id, "park_id": "", "value": value[0], "value_hi": _finite(value[1]),
           "operator": indicator.operator, "tolerance": 0.0}  # fmt: skip
    if limit is None:
        return row | {"outcome": "unknown", "severity": "restrict", "threshold": np.nan, "confidence": "",
                      "reason": reason("indicator_no_table", indicator=indicator.gate_id).to_json()}  # fmt: skip
    code = _code(indicator, value, limit)
    against = limit.unverified or bool(limit.superseded)
    told = _why(code, derived, limit)
    code = UNKNOWN if limit.superseded else code
    return row | {"outcome": OUTCOMES[code], "severity": "restrict" if against else "exclude",
                  "threshold": limit.low if indicator.operator == ">=" else limit.high,
                  "confidence": limit.confidence, "reason": told.to_json()}  # fmt: skip


def _finite(value: float) -> float:
    return value if np.isfinite(value) else float("nan")


def _code(indicator: Indicator, value: Interval, limit: Limit) -> int:
    lo, hi_ = np.array([np.round(value[0], 9)]), np.array([np.round(value[1], 9)])
    answers = {int(outcome(lo, hi_, indicator.operator, t, 0.0)[0]) for t in (limit.low, limit.high)}
    return answers.pop() if len(answers) == 1 else UNKNOWN


def _why(code: int, derived: bool, limit: Limit) -> Reason:
    said = {CLEAR: "within", CONFLICT: "beyond", UNKNOWN: "open"}[code]
    document = dict(limit.document or {})
    if limit.superseded:
        return reason(f"indicator_superseded_{said}", document=document, until=limit.superseded)
    return reason(f"indicator_{said}_reckoned" if derived else f"indicator_{said}", document=document)
