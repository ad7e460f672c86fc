"""From land to sites: blocks that need no demand, and the best sets for each demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.assemble import objective, search
from geo.assemble.divide import Division, divide, keeps
from geo.assemble.fabric import Fabric, outline
from geo.assemble.region import quota_of, regions
from geo.assemble.search import Candidate, Verified
from geo.assemble.sites import Around, Members, site_id, tables
from geo.assemble.spec import Budget, Demand, Limits
from geo.basis.progress import Progress
from geo.measure.shape import compactness

Tables = dict[str, pd.DataFrame]
SMALL = 60
"""Regions of no more pieces are looked at as a whole before they are searched."""


@dataclass(frozen=True)
class Offer:
    """A set that meets a demand, and what of it the demand takes."""

    demand: Demand
    members: Members
    outcome: str
    rank: int
    value: float
    found: search.Found
    division: Division


def blocks(fabric: Fabric, least_m2: float, limits: Limits) -> list[Members]:
    """Return the largest connected sets of at least an area: per park and across parks, proved and not excluded."""
    area = fabric.nodes["net_hi_m2"].to_numpy(np.float64)
    made: set[Members] = set()
    for kept in (fabric.clear, np.ones(len(fabric.nodes), bool)):
        for within_park in (True, False):
            made |= {b for b in fabric.blocks(kept & (area > 0), within_park) if area[list(b)].sum() >= least_m2}
    return sorted(b for b in made if _holds(outline(fabric, b), limits))


def offers(fabric: Fabric, demands: Sequence[Demand], budget: Budget, progress: Progress) -> list[Offer]:
    """Return the best sets of each demand: proved ones first, then those that rest on something not known."""
    out: list[Offer] = []
    for demand in demands:
        first = _answers(fabric, demand, budget, progress, proved=True)
        second = _answers(fabric, demand, budget, progress, proved=False)
        ranked = [*first, *second]
        out += [Offer(demand, o.members, o.outcome, k + 1, o.value, o.found, o.division) for k, o in enumerate(ranked)]
    return out


def assemble(
    fabric: Fabric,
    demands: Sequence[Demand],
    found: Sequence[Members],
    budget: Budget,
    around: Around,
    progress: Progress,
) -> Tables:
    """Return the tables ``sites``, ``members``, ``crossings`` and ``offers``.

    Parameters
    ----------
    fabric : Fabric
    demands : sequence of Demand
    found : sequence of sets
        Sets that are sites whatever is demanded (blocks).
    budget : Budget
    around : Around
    progress : Progress
    """
    made = offers(fabric, demands, budget, progress)
    sets = sorted({*found, *(o.members for o in made)})
    return tables(fabric, sets, around, progress) | {"offers": offer_table(fabric, made)}


def offer_table(fabric: Fabric, made: Sequence[Offer]) -> pd.DataFrame:
    """Return offers as a table: a row per demand and site."""
    from geo.basis.tables import empty

    if not made:
        return empty("offers")
    return pd.DataFrame(
        {
            "project_id": [o.demand.demand_id for o in made],
            "site_id": [site_id([fabric.ids[k] for k in o.members]) for o in made],
            "rank": [o.rank for o in made],
            "outcome": [o.outcome for o in made],
            "objective": [o.demand.objective for o in made],
            "value": [o.value for o in made],
            "bound": [o.found.bound for o in made],
            "exact": [o.found.exact for o in made],
            "looked_at": [o.found.looked_at for o in made],
            "land_m2": [o.division.part_m2 for o in made],
            "remnant_m2": [o.division.remnant_m2 for o in made],
            "remnant_usable_m2": [o.division.usable_m2 for o in made],
            "lost_m2": [o.division.lost_m2 for o in made],
            "line": [
                "" if shapely.is_empty(o.division.line) else str(shapely.to_wkt(o.division.line, 3)) for o in made
            ],
        }
    )


def _answers(fabric: Fabric, demand: Demand, budget: Budget, progress: Progress, proved: bool) -> list[Offer]:
    check = _Check(fabric, demand, proved)
    land = [r for r in regions(fabric, demand, proved) if _may_hold(fabric, r.nodes, demand.limits)]
    found = search.find(land, demand, check, budget, progress)
    outcome = "clear" if proved else "unknown"
    out = []
    for n, one in enumerate(found.sites):
        value = objective.signed(demand.objective, one.key[0])
        out.append(Offer(demand, one.members, outcome, n + 1, value, found, check.divisions[one.members]))
    return out


@dataclass(frozen=True)
class _Quota:
    """What building on part of a set draws: of each piece its quota by the share of its ground in the part."""

    fabric: Fabric
    members: Members
    proved: bool

    def __call__(self, part: shapely.Geometry) -> float:
        rows = list(self.members)
        whole = quota_of(self.fabric, self.proved)[rows]
        shapes = self.fabric.shapes[rows]
        return float(whole @ (shapely.area(shapely.intersection(shapes, part)) / shapely.area(shapes)))


@dataclass
class _Check:
    """Measures candidates and keeps their divisions; called by the search, best first."""

    fabric: Fabric
    demand: Demand
    proved: bool
    divisions: dict[Members, Division] = field(default_factory=dict)

    def __call__(self, candidate: Candidate) -> Verified | None:
        members = candidate.members
        if not self.proved and self._proved(members):
            return None
        whole = outline(self.fabric, members)
        if not _holds(whole, self.demand.limits):
            return None
        ground = shapely.union_all(self.fabric.shapes[list(members)])
        quota = _Quota(self.fabric, members, self.proved)
        made = self._divided(ground, candidate.area_m2, quota)
        if made is None:
            return None
        self.divisions[members] = made
        least = self.demand.cut.min_area_m2
        counted = made.remnant_m2 if 0 < made.remnant_m2 < least else 0.0
        taken = quota(made.part) if made.remnant_m2 > 0 else None
        lost = max(made.lost_m2 - counted, 0.0)
        if not len(self.fabric.links_in(members)):
            return Verified(lost, taken)
        share = float(shapely.area(ground) / shapely.area(whole))
        return Verified(lost, taken, float(compactness(np.array([whole], object))[0]), share)

    def _proved(self, members: Members) -> bool:
        rows = list(members)
        net = self.fabric.nodes["net_m2"].to_numpy(np.float64)[rows].sum()
        return bool(self.fabric.clear[rows].all() and net >= self.demand.land_min_m2)

    def _divided(self, ground: shapely.Geometry, area: float, quota: _Quota) -> Division | None:
        limits, rule = self.demand.limits, self.demand.cut
        if area <= self.demand.land_max_m2:
            nothing = shapely.Polygon()
            return Division(ground, nothing, shapely.LineString(), area, 0.0, 0.0, 0.0, True)
        weigh = quota if self.demand.objective == "quota" else None
        made = divide(ground, self.demand.land_max_m2, limits, rule, true_m2=area, weigh=weigh)
        return made if made.fits else None


def _may_hold(fabric: Fabric, members: npt.NDArray[np.int64], limits: Limits) -> bool:
    """Tell whether the whole of a small region is wide enough: no part of it can be if it is not."""
    if len(members) > SMALL:
        return True
    known = ("holds", members.tobytes(), limits.min_width_m, limits.rect_length_m, limits.rect_width_m)
    if known not in fabric.memory:
        fabric.memory[known] = keeps(outline(fabric, members.tolist()), limits)
    return bool(fabric.memory[known])


def _holds(whole: shapely.Geometry, limits: Limits) -> bool:
    """Tell whether an outline keeps the limits on its shape."""
    if limits.min_compactness > 0 and compactness(np.array([whole], object))[0] < limits.min_compactness:
        return False
    return keeps(whole, limits)
