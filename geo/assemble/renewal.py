"""Land of urban renewal (城中村、旧村、低效用地) as a source of sites: with the stage and the day of its own.

It is built on, so no register offers it. Cleared it may be assembled as it is; before that it may be assembled and
is never promised: the stage, and the day it is to be clear, are told. Land supplied again or rebuilt is as all other.
"""

from __future__ import annotations

from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.reason import Reason, reason
from geo.measure import robust
from geo.screen.supplied import SLIVER_SHARE

CLEARED, AGAIN = "cleared", ("supplied", "rebuilt")
ORDER = ("unknown", "planned", "approved", "clearing", CLEARED)
"""Stages that feed sites, the least advanced first."""
COLUMNS = ("renewal", "renewal_stage", "renewal_on")
SHARE = "renewal_share"
"""How much of a part is renewal land; from `WHOLE_SHARE` its stage speaks for the part, below it the part is marked."""


def of_parts(parts: gpd.GeoDataFrame, sites: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Return what renewal says of every part.

    Parameters
    ----------
    parts : GeoDataFrame
        Usable parts.
    sites : GeoDataFrame or None
        Table ``redevelopment``, in the CRS of the parts; None for a study without.

    Returns
    -------
    DataFrame
        ``renewal`` (ids of the sites), ``renewal_stage`` (the least advanced of them), ``renewal_on`` (the latest
        day, "" where one of them states none), ``renewal_share`` of its ground; "" and 0 for a part of which none, or
        a sliver, is renewal land.
    """
    out = pd.DataFrame({name: np.full(len(parts), "", object) for name in COLUMNS}, index=parts.index)
    out[SHARE] = 0.0
    if sites is None or sites.empty:
        return out
    open_ = sites[~sites["stage"].isin(AGAIN)].reset_index(drop=True)
    part, site = shapely.STRtree(open_.geometry.to_numpy()).query(parts.geometry.to_numpy(), "intersects")
    for k in np.unique(part).tolist():
        mine = open_.iloc[np.sort(site[part == k])]
        said = _said(parts.geometry.iloc[k], mine)
        for name, value in said.items():
            out.iloc[k, out.columns.get_loc(name)] = value  # type: ignore[index]
    return out


def _said(ground: Any, mine: gpd.GeoDataFrame) -> dict[str, str | float]:
    shapes: npt.NDArray[np.object_] = robust.polygonal(shapely.intersection(mine.geometry.to_numpy(), ground))
    whole = shapely.area(ground)
    share = float(shapely.area(shapely.union_all(shapes))) / whole if whole > 0 else 0.0
    if share < SLIVER_SHARE:
        return {}
    over = shapely.area(shapes)
    own = mine[(over >= SLIVER_SHARE * whole) | (over == over.max())]
    days = [str(d) for d in own["ready_on"]]
    stage = min((str(s) for s in own["stage"]), key=ORDER.index)
    on = max(days) if days and all(days) else ""
    return {"renewal": "|".join(own["site_id"].astype(str)), "renewal_stage": stage, "renewal_on": on, SHARE: share}


def in_part(share: float, stage: str, on: str) -> Reason | None:
    """Return why a part some of which is renewal land cannot be promised; None where that ground is clear."""
    if not stage or stage == CLEARED:
        return None
    return reason("assembly_renewal_part_on" if on else "assembly_renewal_part", share=share, stage=stage, on=on)


def judged(stage: str, on: str) -> tuple[Literal["clear", "unknown"], Reason]:
    """Return what a stage says of ground that nothing else keeps out."""
    if stage == CLEARED:
        return "clear", reason("assembly_renewal_cleared")
    return "unknown", reason("assembly_renewal_on" if on else "assembly_renewal", stage=stage, on=on)
