"""Distances between projects (项目之间的防护距离): who stands nearer to another than one of the two states itself.

What a project states is its own figure; the rule `GATE` makes it a gate between projects. Placing never puts two
projects nearer than one of them states, whoever comes first; where the layout of their sites might keep the distance
the one left out is open, not refused. Set aside or softened, the rule is told and keeps nobody out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.basis.reason import reason
from geo.basis.tables import empty
from geo.project.facts import APART, MAYBE, NO, column_limits, industries
from geo.project.gate import Gates
from geo.project.uses import spoken_of

GATE = "protection-projects"
Limits = Mapping[str, tuple[float, float]]
"""Project → the distance it states, metres, from … to; a project that states none is missing."""


@dataclass(frozen=True)
class Near:
    """Two projects, the first of which states a distance the second does not keep.

    Parameters
    ----------
    project, other : str
    distance_m, limit_m : float
        Between the edges of their sites (NaN where one is not known), and the most the first may ask for.
    sure : bool
        No layout of the two sites can keep the least it asks for.
    """

    project: str
    other: str
    distance_m: float
    limit_m: float
    sure: bool


def protection(projects: pd.DataFrame, asked: Gates) -> pd.DataFrame:
    """Return the table `protection`: the distance each project asks others to keep, and whether it keeps them out.

    A project the rule only may speak of asks for it at most. Who states none, or none at all (0), is not listed.
    """
    rule = next((r for r in asked.rules if r.fact == APART and not (r.stood_for or r.absent)), None)
    if rule is None:
        return empty("protection")
    low, high = column_limits(rule.limit_fact, projects)
    speaks = spoken_of(rule, industries(projects), asked.uses)
    at = np.flatnonzero((speaks != NO) & ~np.isnan(high))
    keeps = rule.binding == "exclude" and not rule.doubted and rule.id not in asked.aside
    return pd.DataFrame({
        "project_id": projects["project_id"].to_numpy(object)[at],
        "distance_m": np.where(speaks[at] == MAYBE, 0.0, low[at]), "distance_hi_m": high[at],
        "binding": np.full(len(at), keeps),
    })  # fmt: skip


def limits_of(listed: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return the rows of `protection` as limits."""
    rows = listed[["project_id", "distance_m", "distance_hi_m"]].itertuples(index=False)
    return {str(p): (float(a), float(b)) for p, a, b in rows}


def too_near(placed: Mapping[str, Any], asked: Limits) -> tuple[Near, ...]:
    """Return the pairs of placed projects that stand nearer than one of them states.

    Parameters
    ----------
    placed : mapping of project to shapely geometry
        In metres; projects that share a site are 0 apart.
    asked : mapping
        See `Limits`.
    """
    pairs = ((p, q) for p in sorted(placed) if p in asked for q in sorted(placed) if q != p)
    found = (_pair(p, q, (placed[p], placed[q]), asked[p]) for p, q in pairs)
    return tuple(n for n in found if n is not None)


def _pair(project: str, other: str, grounds: tuple[Any, Any], limit: tuple[float, float]) -> Near | None:
    if any(g is None for g in grounds):
        return Near(project, other, float("nan"), limit[1], False)
    far = float(shapely.distance(*grounds))
    if far >= limit[1]:
        return None
    reach = sum(2.0 * float(shapely.minimum_bounding_radius(g)) for g in grounds)
    return Near(project, other, far, limit[1], far + reach < limit[0])


def site_rows(
    asked: Limits, sites: Mapping[str, Any], pinned: Mapping[str, Any], names: Mapping[str, str]
) -> pd.DataFrame:
    """Return rows of the table ``site_gates``: every project on every site against the projects already pinned.

    Parameters
    ----------
    asked : mapping
        See `Limits`; of both sides.
    sites : mapping of site to shapely geometry
    pinned : mapping of project to shapely geometry
        Ground somebody decided on.
    names : mapping of project to its name
        Projects to judge.
    """
    rows = []
    for project in names:
        others = {q: g for q, g in pinned.items() if q != project and (project in asked or q in asked)}
        for site, ground in sites.items() if others else ():
            found = [n for q, g in others.items() for n in too_near({project: ground, q: g}, asked)]
            rows += [_row(project, site, found, names)] if found else []
    return pd.DataFrame(rows, columns=list(empty("site_gates").columns)) if rows else empty("site_gates")


def _row(project: str, site: str, found: list[Near], names: Mapping[str, str]) -> dict[str, Any]:
    worst = min(found, key=lambda n: (not n.sure, n.distance_m - n.limit_m))
    other = worst.other if worst.project == project else worst.project
    why = reason("projects_too_near", other=names.get(other, other), value=round(worst.distance_m, 3),
                 limit=round(worst.limit_m, 3))  # fmt: skip
    return {"project_id": project, "site_id": site, "gate_id": GATE, "outcome": "conflict" if worst.sure else "unknown",
            "severity": "restrict", "reason": why.to_json()}  # fmt: skip
