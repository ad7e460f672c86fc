"""How good a set could be at best: the demand without asking for connected ground."""

from __future__ import annotations

import math

import numpy as np

from geo.assemble.region import Region
from geo.assemble.spec import Demand


def best(region: Region, demand: Demand) -> float:
    """Return a value of the objective that no set of the region can beat, smaller is better.

    NaN when the region holds too little land.
    """
    if region.area_m2.sum() < demand.land_min_m2:
        return math.nan
    if demand.objective == "owners":
        return _fewest_owners(region, demand.land_min_m2)
    if demand.objective == "quota":
        return _least_quota(region, demand.land_min_m2)
    return {"loss": 0.0, "net_share": -1.0, "compactness": -1.0}[demand.objective]


def _fewest_owners(region: Region, area_m2: float) -> float:
    """Return how many of the largest holders hold the area together; who is not known holds one piece."""
    known = region.owners > 0
    held = np.bincount(region.owners[known], weights=region.area_m2[known])
    sizes = np.sort(np.concatenate([held, region.area_m2[~known]]))[::-1]
    return float(np.searchsorted(np.cumsum(sizes), area_m2) + 1)


def _least_quota(region: Region, area_m2: float) -> float:
    """Return the quota of the area taken where it draws least, the last piece in part."""
    rate = region.quota_m2 / region.area_m2
    order = np.argsort(rate, kind="stable")
    total = np.minimum(np.cumsum(region.area_m2[order]), area_m2)
    return float((np.diff(total, prepend=0.0) * rate[order]).sum())
