"""How good a set could be at best: the demand without asking for connected ground."""

from __future__ import annotations

import math

from geo.assemble.component import Component
from geo.assemble.spec import Demand


def best(part: Component, demand: Demand) -> float:
    """Return a value of the objective that no set of the component can beat, smaller is better.

    NaN when the component holds too little land.
    """
    if sum(part.area_m2) < demand.land_min_m2:
        return math.nan
    if demand.objective == "owners":
        return float(_fewest_owners(part, demand.land_min_m2))
    if demand.objective == "quota":
        return _least_quota(part, demand.land_min_m2)
    return {"loss": 0.0, "net_share": -1.0, "compactness": -1.0}[demand.objective]


def _fewest_owners(part: Component, area_m2: float) -> int:
    """Return how many of the largest holders hold the area together."""
    held: dict[int, float] = {}
    for k, owner in enumerate(part.owners):
        held[owner or -k - 1] = held.get(owner or -k - 1, 0.0) + part.area_m2[k]
    total, count = 0.0, 0
    for size in sorted(held.values(), reverse=True):
        if total >= area_m2:
            break
        total, count = total + size, count + 1
    return max(count, 1)


def _least_quota(part: Component, area_m2: float) -> float:
    """Return the quota of the area taken where it draws least, the last piece in part."""
    total, drawn = 0.0, 0.0
    for k in sorted(range(len(part)), key=lambda k: part.quota_m2[k] / part.area_m2[k]):
        take = min(part.area_m2[k], area_m2 - total)
        total, drawn = total + take, drawn + part.quota_m2[k] * take / part.area_m2[k]
        if total >= area_m2:
            break
    return drawn
