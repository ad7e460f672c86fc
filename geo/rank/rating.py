"""Rating of projects (评价): facts and what named people scored, side by side; what passes its gates ranks alone.

A criterion reads a fact, or what people scored; a score never stands in for a fact that is not given. So what is
unknown earns nothing, and taking a fact or a score away can only lower a project:

- ``ranked``: every gate is passed; ranked by what is proved;
- ``open``: a gate cannot be told; in an order of their own behind those, without a rank;
- ``rejected``: a gate is not passed; neither score nor place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from geo.basis.order import places
from geo.basis.reason import reason
from geo.rank import score, weights
from geo.rank.robust import DECIMALS
from geo.rank.scale import Scaled, scaled
from geo.rank.spec import POINTS, CriteriaSet, Criterion
from geo.rank.value import Decreasing, Increasing

RANKED, OPEN, REJECTED = "ranked", "open", "rejected"
STATES = (RANKED, OPEN, REJECTED)
_STATE = {"clear": RANKED, "conflict": REJECTED}
SUFFIX = "_rating"
"""Ends the name of a fact that people score: ``technology_rating`` is scored as ``technology``."""
LEAST, MOST = 0.0, 100.0


@dataclass(frozen=True)
class Score:
    """What one person scored: which project, what, how much of 100, on what ground, when."""

    project_id: str
    item: str
    person: str
    points: float
    ground: str
    on: date


@dataclass(frozen=True)
class Rating:
    """Projects rated.

    Parameters
    ----------
    lines : DataFrame
        The table `scores` of `geo.rank.score`, with `by` and `group`.
    ranking : DataFrame
        ``project_id, state, score, score_high, by_facts, by_people, place, rank, reason``; `place` orders each
        state by itself, `rank` only those that pass; `by_facts` and `by_people` are NaN where nothing is stated,
        where nobody scored: that is no score of 0.
    raises : DataFrame
        ``project_id, criterion_id, way, gain, value, wanted``, the greatest first; a way is ``state_fact``,
        ``have_scored`` or ``improve``.
    """

    lines: pd.DataFrame
    ranking: pd.DataFrame
    raises: pd.DataFrame


def items(criteria: Sequence[Criterion]) -> tuple[str, ...]:
    """Return what people score in a set."""
    return tuple(c.fact.removesuffix(SUFFIX) for c in criteria if c.by == "people")


def scored(projects: pd.DataFrame, given: Iterable[Score]) -> pd.DataFrame:
    """Return the projects with a column for every item somebody scored: the mean of those who did."""
    rows = pd.DataFrame([(s.project_id, s.item, s.points) for s in given], columns=["project_id", "item", "points"])
    means = rows.groupby(["item", "project_id"])["points"].mean()
    made = {
        f"{item}{SUFFIX}": projects["project_id"].map(means[item]).astype("float64")
        for item in sorted(set(rows["item"]))
    }
    return projects.assign(**made)


def rate(units: pd.DataFrame, gate_results: pd.DataFrame, criteria: CriteriaSet) -> Rating:
    """Rate projects.

    Parameters
    ----------
    units : DataFrame
        Projects with their facts (`geo.rank.facts.of_projects`) and what people scored (`scored`).
    gate_results : DataFrame
        The table of that name; a project without a row is open.
    criteria : CriteriaSet
        A set for projects.
    """
    found = scaled(units, criteria.criteria, criteria.unit_id)
    by = weights.of(criteria, found)
    lines = score.scores(found, by, criteria.unit_id)
    about = {c.id: (c.by, c.group) for c in criteria.criteria}
    lines = lines.assign(by=lines["criterion_id"].map(lambda c: about[c][0]),
                         group=lines["criterion_id"].map(lambda c: about[c][1]))  # fmt: skip
    return Rating(lines, _ranking(found, lines, gate_results), _raises(found, by))


def _ranking(found: Scaled, lines: pd.DataFrame, gate_results: pd.DataFrame) -> pd.DataFrame:
    ids = found.unit_ids
    result = dict(zip(gate_results["project_id"], gate_results["result"], strict=True))
    why = dict(zip(gate_results["project_id"], gate_results["reason"], strict=True))
    state = np.array([_STATE.get(str(result.get(p)), OPEN) for p in ids], object)
    known = lines[lines["value"].notna() | lines["value_hi"].notna() | (lines["code"] != "")]
    wide = known.pivot_table(index="project_id", columns="by", values="points", aggfunc="sum")
    both = [column.to_numpy(float) for _, column in wide.reindex(ids, columns=["facts", "people"]).items()]
    high = lines.groupby("project_id")["points_hi"].sum().reindex(ids).to_numpy(float).round(DECIMALS)
    total = (np.nan_to_num(both[0]) + np.nan_to_num(both[1])).round(DECIMALS)
    out = np.asarray(state == REJECTED, bool)
    total, high, facts, people = (np.where(out, np.nan, v) for v in (total, high, *both))
    place = np.full(len(ids), np.nan)
    for one in (RANKED, OPEN):
        mine = np.asarray(state == one, bool)
        place[mine] = places(total, mine)[mine]
    frame = pd.DataFrame({
        "project_id": ids, "state": state, "score": total, "score_high": high, "by_facts": facts, "by_people": people,
        "place": place, "rank": np.where(state == RANKED, place, np.nan),
        "reason": [str(why.get(p, reason("gates_not_judged").to_json())) for p in ids],
    })  # fmt: skip
    order = frame["state"].map({s: k for k, s in enumerate(STATES)})
    return frame.assign(order=order).sort_values(["order", "place", "project_id"], kind="stable").drop(
        columns="order"
    ).reset_index(drop=True)  # fmt: skip


def _raises(found: Scaled, by: Mapping[str, float]) -> pd.DataFrame:
    """Return what would raise each project, and by how many points at most, the greatest first."""
    rows: list[dict[str, Any]] = []
    for k, criterion in enumerate(found.criteria):
        gain = (criterion.most - found.low[:, k]) * by[criterion.id] * POINTS
        for i in np.flatnonzero(gain > 10.0**-DECIMALS):
            value = float(found.value[i, k])
            known = bool(found.low[i, k] == found.high[i, k])
            way = "improve" if known else "have_scored" if criterion.by == "people" else "state_fact"
            rows.append({"project_id": found.unit_ids[i], "criterion_id": criterion.id, "way": way,
                         "gain": round(float(gain[i]), DECIMALS), "value": value if np.isfinite(value) else np.nan,
                         "wanted": wanted(criterion)})  # fmt: skip
    frame = pd.DataFrame(rows, columns=["project_id", "criterion_id", "way", "gain", "value", "wanted"])
    return frame.sort_values(["project_id", "gain", "criterion_id"], ascending=[True, False, True], kind="stable",
                             ignore_index=True)  # fmt: skip


def wanted(criterion: Criterion) -> float:
    """Return the value from which a criterion earns all it can; NaN where it is no single value."""
    made = criterion.value
    if isinstance(made, Increasing):
        return made.corners[-1][0]
    return made.full_at if isinstance(made, Decreasing) else float("nan")
