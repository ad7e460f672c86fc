"""Distances between projects (项目之间的防护距离): who stands nearer to another than one of the two states itself.

What a project states is its own figure. No text demands it of every neighbour, so it restricts and is told: whether
the neighbour is one that must be kept away is for the assessment.
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
from geo.project.facts import Floats

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
        Between the edges of their sites, and the most the first may ask for.
    sure : bool
        No layout of the two sites can keep the least it asks for.
    """

    project: str
    other: str
    distance_m: float
    limit_m: float
    sure: bool


def stated(projects: pd.DataFrame, own: tuple[Floats, Floats]) -> dict[str, tuple[float, float]]:
    """Return the distances projects state, out of the columns `geo.project.facts.limits` reads."""
    ids = projects["project_id"].astype(str)
    return {p: (float(a), float(b)) for p, a, b in zip(ids, *own, strict=True) if not np.isnan(b)}


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
