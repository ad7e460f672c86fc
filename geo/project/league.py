"""Month's report, quarter's ranking, year's score (月通报、季评比、年考核): what units did against their targets.

What is measured and how much it weighs is data. Sums and numbers are of projects signed in the period; rates are of
all projects up to its last day. A measure without a target, or with nothing to count, earns nothing and says so; a
project whose figure or day is missing is counted as such. Equal scores share a place.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.order import places
from geo.project.stages import DAY_OF, RATES, STAGES, UNKNOWN, rank

Kind = Literal["sum", "number", "rate"]
Period = Literal["month", "quarter", "year"]
PERIODS: tuple[Period, ...] = ("month", "quarter", "year")
BY = ("unit", "leader", "county", "park")
COLUMN = {"unit": "unit", "leader": "leader", "county": "county", "park": "wish_park_id"}
DECIMALS = 6
SIGNED = STAGES.index("signed")
FUNDS = "funds"
Targets = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Measure:
    """One measure.

    Parameters
    ----------
    id : str
        Of a rate: performance, funds, start, completion, production.
    kind : {"sum", "number", "rate"}
    points : float
        What reaching the target earns.
    fact : str
        Of a sum: the column that is added up.
    most : float
        Completion that still earns: 1 pays nothing beyond the target.
    """

    id: str
    kind: Kind
    points: float
    fact: str = ""
    most: float = 1.0


@dataclass(frozen=True)
class Span:
    """A period: its first and last day, and the last day of the one before it."""

    first: date
    last: date
    before: date


def span(period: Period, on: date) -> Span:
    """Return the period a day lies in, up to that day; before it lies the month before, whatever the period."""
    month = {"month": on.month, "quarter": on.month - (on.month - 1) % 3, "year": 1}[period]
    return Span(date(on.year, month, 1), on, date(on.year, on.month, 1) - timedelta(days=1))


def started(period: Period, on: date) -> date:
    """Return the first day of the period a day lies in."""
    return span(period, on).first


def at(projects: pd.DataFrame, on: date) -> npt.NDArray[np.int64]:
    """Return how far each project had come on a day.

    A stage with a day counts from that day on; one that is named without a day counts on every day: nobody knows
    since when.
    """
    named = projects["stage"].map({s: k for k, s in enumerate(STAGES)}).fillna(UNKNOWN).to_numpy(np.int64)
    out = np.full(len(projects), UNKNOWN, np.int64)
    day = pd.Timestamp(on)
    for k, stage in enumerate(STAGES):
        when = projects[DAY_OF[stage]]
        reached = (when <= day).to_numpy() | (when.isna().to_numpy() & (named == k))
        out = np.where(reached, k, out)
    return out


def undated(projects: pd.DataFrame) -> int:
    """Return how many projects name a stage without the day it was reached."""
    reached = rank(projects)
    known = [pd.notna(projects[DAY_OF[STAGES[k]]].iloc[i]) if k >= 0 else True for i, k in enumerate(reached)]
    return known.count(False)


def table(projects: pd.DataFrame, by: str, period: Span, measures: Sequence[Measure], targets: Targets) -> pd.DataFrame:
    """Return a group by a measure a row.

    Columns ``name, measure, part, whole, actual, target, completion, points, unknown``: `part` over `whole` is a
    rate; `unknown` counts projects that could not be counted. A project without a group stands under "".

    Parameters
    ----------
    projects : DataFrame
    by : {"unit", "leader", "county", "park"}
    period : Span
        Its days, first to last; the day before is not read.
    measures : sequence of Measure
    targets : mapping of group to measure to target
        Of a rate without one the target is 1.
    """
    groups = projects[COLUMN[by]].fillna("").astype(str) if COLUMN[by] in projects else pd.Series("", projects.index)
    names = sorted({*groups, *targets})
    rows = []
    for name in names:
        mine = projects[(groups == name).to_numpy()]
        for m in measures:
            rows.append({"name": name, "measure": m.id} | _measured(mine, m, period, targets.get(name, {})))
    columns = ["name", "measure", "part", "whole", "actual", "target", "completion", "points", "unknown"]
    return pd.DataFrame(rows, columns=columns)


def _measured(mine: pd.DataFrame, m: Measure, period: Span, targets: Mapping[str, float]) -> dict[str, Any]:
    part, whole, unknown = _rate(mine, m.id, period.last) if m.kind == "rate" else _amount(mine, m, period)
    actual = (part / whole if whole > 0 else math.nan) if m.kind == "rate" else part
    target = targets.get(m.id, 1.0 if m.kind == "rate" else math.nan)
    completion = actual / target if target > 0 else math.nan
    points = 0.0 if math.isnan(completion) else m.points * min(completion, m.most)
    return {"part": part, "whole": whole, "actual": actual, "target": target, "completion": completion,
            "points": round(points, DECIMALS), "unknown": unknown}  # fmt: skip


def _amount(mine: pd.DataFrame, m: Measure, period: Span) -> tuple[float, float, int]:
    """Return what was signed in the period; unknown are signed projects without a day, or without the figure."""
    signed = at(mine, period.last) >= SIGNED
    on = mine[DAY_OF["signed"]]
    within = signed & ((on >= pd.Timestamp(period.first)) & (on <= pd.Timestamp(period.last))).to_numpy()
    lost = signed & on.isna().to_numpy()
    if m.kind == "number":
        return float(within.sum()), math.nan, int(lost.sum())
    values = mine[m.fact].to_numpy(np.float64)
    blank = np.isnan(values)
    return float(values[within & ~blank].sum()), math.nan, int((lost | (within & blank)).sum())


def _rate(mine: pd.DataFrame, name: str, on: date) -> tuple[float, float, int]:
    reached = at(mine, on)
    lost = int((reached == UNKNOWN).sum())
    if name == FUNDS:
        paid, whole = mine["paid_wan"].to_numpy(np.float64), mine["investment_wan"].to_numpy(np.float64)
        signed = reached >= SIGNED
        both = signed & ~np.isnan(paid) & ~np.isnan(whole)
        return float(paid[both].sum()), float(whole[both].sum()), lost + int((signed & ~both).sum())
    part, whole_ = next((p, w) for n, p, w in RATES if n == name)
    return float((reached >= STAGES.index(part)).sum()), float((reached >= STAGES.index(whole_)).sum()), lost


def standing(found: pd.DataFrame) -> pd.DataFrame:
    """Return the order: ``name, score, place``, best first, equal scores sharing a place; "" has no place."""
    total = found.groupby("name", sort=True)["points"].sum().round(DECIMALS)
    frame = pd.DataFrame({"name": total.index.astype(str), "score": total.to_numpy(np.float64)})
    ranked = (frame["name"] != "").to_numpy()
    place = places(frame["score"].to_numpy(np.float64), ranked)
    return frame.assign(place=place).sort_values(["place", "name"], kind="stable", ignore_index=True)


@dataclass(frozen=True)
class Move:
    """Why a group stands elsewhere than before: projects that came further, and points by measure."""

    name: str
    place_before: float
    place: float
    score_before: float
    score: float
    projects: tuple[tuple[str, str, str], ...]
    measures: tuple[tuple[str, float], ...]


def moves(
    projects: pd.DataFrame, by: str, days: tuple[date, date], tables: tuple[pd.DataFrame, pd.DataFrame]
) -> tuple[Move, ...]:
    """Return what moved each group from the first day to the second; a group that did not move is left out."""
    before, now = (standing(t).set_index("name") for t in tables)
    further = _further(projects, by, *days)
    points = [t.set_index(["name", "measure"])["points"] for t in tables]
    out = []
    for name in now.index:
        change = [(m, float(v)) for m, v in _changes(str(name), points) if abs(v) > 10.0**-DECIMALS]
        old = before.loc[name] if name in before.index else pd.Series({"place": np.nan, "score": 0.0})
        same = old["place"] == now.loc[name, "place"] or math.isnan(now.loc[name, "place"])
        if change or not same:
            out.append(Move(str(name), float(old["place"]), float(now.loc[name, "place"]), float(old["score"]),
                            float(now.loc[name, "score"]), further.get(str(name), ()), tuple(change)))  # fmt: skip
    return tuple(out)


def _changes(name: str, points: Sequence[pd.Series]) -> Iterator[tuple[str, float]]:
    before, now = points
    for of, measure in now.index:
        if of == name:
            yield str(measure), float(now[of, measure]) - float(before.get((of, measure), 0.0))


def _further(projects: pd.DataFrame, by: str, first: date, last: date) -> dict[str, tuple[tuple[str, str, str], ...]]:
    old, new = at(projects, first), at(projects, last)
    groups = projects[COLUMN[by]].fillna("").astype(str) if COLUMN[by] in projects else pd.Series("", projects.index)
    out: dict[str, tuple[tuple[str, str, str], ...]] = {}
    for group, project, a, b in zip(groups, projects["project_id"].astype(str), old, new, strict=True):
        if a != b:
            stage = (STAGES[a] if a >= 0 else "unknown", STAGES[b] if b >= 0 else "unknown")
            out[group] = (*out.get(group, ()), (project, *stage))
    return out
