"""Which sets a demand admits by their sums, before any shape is looked at."""

from __future__ import annotations

from geo.assemble.component import Component, bits
from geo.assemble.spec import Demand


def within_limits(part: Component, chosen: int, demand: Demand) -> bool:
    """Tell whether a set keeps the limits that more pieces can only break further."""
    limits = demand.limits
    asked = (
        (limits.max_owners, part.owners),
        (limits.max_townships, part.townships),
        (limits.max_parks, part.parks),
    )
    return all(most is None or part.union(values, chosen).bit_count() <= most for most, values in asked)


def admitted(part: Component, chosen: int, area: float, demand: Demand) -> bool:
    """Tell whether a connected set of this area meets the band, as it is or cut.

    A set above the band is admitted where cutting is allowed and no connected set with one
    piece less is above it too: then it is the cut that makes it fit, not a piece too many.
    """
    if area < demand.land_min_m2:
        return False
    if area <= demand.land_max_m2:
        return True
    return demand.cut.allowed and _barely_above(part, chosen, area, demand)


def _barely_above(part: Component, chosen: int, area: float, demand: Demand) -> bool:
    for k in bits(chosen):
        rest = chosen & ~(1 << k)
        if area - part.area_m2[k] > demand.land_max_m2 and part.connected(rest):
            return False
    return True
