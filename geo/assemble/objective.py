"""What sets are ordered by: the demand's objective first, the others after it."""

from __future__ import annotations

from geo.assemble.component import Component, bits
from geo.assemble.spec import OBJECTIVES, Demand, Objective

Key = tuple[float, ...]


def order(demand: Demand) -> tuple[Objective, ...]:
    """Return the objectives, the demand's own first."""
    return demand.objective, *(o for o in OBJECTIVES if o != demand.objective)


def key(part: Component, chosen: int, demand: Demand) -> Key:
    """Return what a set is ordered by, smaller first; equal sets by their pieces."""
    values = (round(value(part, chosen, demand, o), 6) for o in order(demand))
    return (*values, *(float(n) for n in part.members(chosen)))


def value(part: Component, chosen: int, demand: Demand, objective: Objective) -> float:
    """Return one objective of a set, smaller is better (shares with a minus)."""
    sums = part.sums(chosen)
    if objective == "owners":
        return float(sums.holders)
    if objective == "net_share":
        return -sums.net_share
    if objective == "compactness":
        return -sums.compactness
    if objective == "quota":
        return quota_m2(part, chosen, demand)
    return lost_m2(part, chosen, demand)


def quota_m2(part: Component, chosen: int, demand: Demand) -> float:
    """Return the least quota the land taken of a set may draw, as far as sums tell.

    A set above the band is cut to its upper end, at best where it draws most; where the cut
    runs, shapes say (`search.Verified`).
    """
    sums = part.sums(chosen)
    if sums.area_m2 <= demand.land_max_m2:
        return sums.quota_m2
    left, total = demand.land_max_m2, 0.0
    for rate, area in sorted((part.quota_m2[k] / part.area_m2[k], part.area_m2[k]) for k in bits(chosen)):
        total += rate * min(area, left)
        left = max(left - area, 0.0)
    return total


def lost_m2(part: Component, chosen: int, demand: Demand) -> float:
    """Return usable land that taking a set leaves too small to use, as far as sums tell.

    Neighbours left in parts below the least remnant, and the remnant of the cut itself when
    it is below it.
    """
    least = demand.cut.min_area_m2
    if least <= 0:
        return 0.0
    remnant = part.sums(chosen).area_m2 - demand.land_max_m2
    return part.stranded_m2(chosen, least) + (remnant if 0 < remnant < least else 0.0)


def signed(objective: Objective, number: float) -> float:
    """Turn an ordering value back into the objective's own number."""
    return -number if objective in ("net_share", "compactness") else number
