"""The class of industrial land (一类、二类、三类工业用地) a detailed plan gives the ground of a site.

Classes rise with the disturbance a plant may cause: ground planned for one class takes plants of that class and of
those below it. What binds a site is the strictest ground of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.area import AreaBasis
from geo.basis.layer import Layer
from geo.basis.units import hi
from geo.screen.planned import doubtful_share, plots_on
from geo.screen.supplied import SLIVER_SHARE

FACT = "plan_industrial_class_code"
"""Fact of a site; rules read it as ``fact``."""
HIGHEST = 3.0
Classed = Callable[[str, str], tuple[float, float] | None]
"""(scheme, code) of a planned use → least and highest class of industrial land it may be, 0 for another use; None
when nobody can tell."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """The plan of a study as sites are classed by it.

    Parameters
    ----------
    layers : sequence of Layer
        Empty: the study has no plan, and no fact is made (a rule then reads "fact missing").
    schemes : mapping of layer id to scheme of its codes
    classed : Classed
    """

    layers: Sequence[Layer]
    schemes: Mapping[str, str]
    classed: Classed


NO_PLAN = Plan((), {}, lambda scheme, code: None)
"""A study without a plan."""


def facts(sites: gpd.GeoDataFrame, plan: Plan, basis: AreaBasis) -> pd.DataFrame:
    """Return the class of every site as an interval.

    Parameters
    ----------
    sites : GeoDataFrame
        With ``parcel_id``, in the study CRS.
    plan : Plan
    basis : AreaBasis

    Returns
    -------
    DataFrame
        ``parcel_id``, `FACT` and its upper end: the least class over the ground of the site. Ground no plot covers,
        plots that only may belong and codes nobody knows leave it open down to 0, or up to 3 where they are all
        there is; slivers under 2 % count for nothing.
    """
    ids = pd.DataFrame({"parcel_id": sites["parcel_id"].to_numpy(object)})
    usable = [p for p in plan.layers if p.state == "ok"]
    if not usable:
        return ids
    plots = plots_on(sites, usable, plan.schemes, basis)
    known = plots.groupby(["parcel", "plan_scheme", "plan_use"], sort=True)["area_share"].sum().reset_index()
    known = known[known["area_share"] >= SLIVER_SHARE]
    told = [plan.classed(s, c) or (0.0, HIGHEST) for s, c in zip(known["plan_scheme"], known["plan_use"], strict=True)]
    least = _least(known, [low for low, _ in told], len(ids))
    most = _least(known, [high for _, high in told], len(ids))
    covered = plots.groupby("parcel")["area_share"].sum().reindex(range(len(ids)), fill_value=0.0).to_numpy(np.float64)
    open_ = (covered < 1.0 - SLIVER_SHARE) | (doubtful_share(sites, usable, basis) >= SLIVER_SHARE)
    return ids.assign(**{FACT: np.where(open_, 0.0, least), hi(FACT): most})


def _least(rows: pd.DataFrame, values: Sequence[float], count: int) -> Floats:
    """Return the least value of each site; the highest class where there is none: nothing is known of it."""
    least = pd.Series(list(values), index=rows.index, dtype="float64").groupby(rows["parcel"]).min()
    out: Floats = least.reindex(range(count), fill_value=HIGHEST).to_numpy(np.float64)
    return out
