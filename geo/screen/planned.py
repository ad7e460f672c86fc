"""The planned use (规划用途) of every parcel, and whether the plan means to build there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.area import AreaBasis
from geo.basis.layer import Layer
from geo.measure.fabric import composition
from geo.screen.supplied import SLIVER_SHARE, WHOLE_SHARE, areas

Construction = Callable[[str, str], bool | None]
"""Whether a planned use (scheme, code) is construction; None when nobody can tell."""
Intent = Literal["construction", "other", "none", "partly", "unknown", "no_plan"]
Floats = npt.NDArray[np.float64]


def plots_on(
    parcels: gpd.GeoDataFrame, plans: Sequence[Layer], schemes: Mapping[str, str], basis: AreaBasis
) -> pd.DataFrame:
    """Return the planned use of every parcel, plot by plot.

    Parameters
    ----------
    parcels : GeoDataFrame
    plans : sequence of Layer
        Attributes ``use`` (or the class of the layer), ``far_min``, ``far_max``,
        ``height_max_m`` where there are any.
    schemes : mapping of layer id to scheme of its codes

    Returns
    -------
    DataFrame
        ``parcel`` (position), ``plan_use``, ``plan_scheme``, ``far_min``, ``far_max``,
        ``height_max_m``, ``area_share``; parcels without a plot have no row.
    """
    usable = [p for p in plans if p.state == "ok"]
    plots = pd.concat([_plots(p, schemes.get(p.layer_id, "")) for p in usable], ignore_index=True) if usable else None
    number = np.arange(len(parcels)).astype(str).astype(object)
    columns = ["parcel", "plan_use", "plan_scheme", "far_min", "far_max", "height_max_m", "area_share"]
    if plots is None or plots.empty:
        return pd.DataFrame({c: pd.Series(dtype=float) for c in columns})
    names = {"plot": np.arange(len(plots)).astype(str).astype(object)}
    found = composition(number, parcels.geometry.to_numpy(), plots.pop("shape").to_numpy(object), names, basis)
    found = found[found["plot"] != ""]
    parcel = found["unit_id"].astype(int).to_numpy()
    out = plots.iloc[found["plot"].astype(int)].reset_index(drop=True)
    share = found["area_m2"].to_numpy() / areas(parcels, basis)[parcel]
    return out.assign(parcel=parcel, area_share=np.minimum(share, 1.0))[columns]


def doubtful_share(parcels: gpd.GeoDataFrame, plans: Sequence[Layer], basis: AreaBasis) -> Floats:
    """Return the share of every parcel under plots that only may belong to a plan."""
    shapes = [s for p in plans if p.state == "ok" for s in p.shapes[p.maybe]]
    out = np.zeros(len(parcels))
    if not shapes:
        return out
    number = np.arange(len(parcels)).astype(str).astype(object)
    names = {"plot": np.full(len(shapes), "?", object)}
    found = composition(number, parcels.geometry.to_numpy(), np.array(shapes, object), names, basis)
    found = found[found["plot"] != ""]
    parcel = found["unit_id"].astype(int).to_numpy()
    # ground nobody could measure may be all of the parcel
    out[parcel] = np.nan_to_num(found["area_m2"].to_numpy(np.float64) / areas(parcels, basis)[parcel], nan=1.0)
    return np.minimum(out, 1.0)


def _plots(plan: Layer, scheme: str) -> pd.DataFrame:
    count = len(plan.shapes)
    none = np.full(count, "", object)
    use = plan.attributes.get("use", plan.classes if plan.classes is not None else none)
    limits = {n: _numbers(plan.attributes.get(n), count) for n in ("far_min", "far_max", "height_max_m")}
    keep = ~plan.maybe  # a plot that may not belong to the plan proves nothing
    return pd.DataFrame({"shape": plan.shapes, "plan_use": use, "plan_scheme": scheme} | limits)[keep]


def _numbers(values: Any, count: int) -> Floats:
    if values is None:
        return np.full(count, np.nan)
    out: Floats = pd.to_numeric(pd.Series(values), errors="coerce").to_numpy(np.float64)
    return out


def dominant(
    plots: pd.DataFrame, count: int, construction: Construction, complete: bool, open_share: Floats | None = None
) -> pd.DataFrame:
    """Return per parcel the planned use with the largest share, its limits, and what the plan intends.

    Parameters
    ----------
    plots : DataFrame
        Of `plots_on`.
    count : int
        Number of parcels.
    construction : callable (scheme, code) → bool or None
    complete : bool
        The plan covers everything: where it shows nothing, nothing is planned.
    open_share : float array or None
        Of `doubtful_share`: what the plan intends there is not known, nor the use and limits of a
        parcel on which such plots may be the largest.

    Returns
    -------
    DataFrame
        Row per parcel: ``plan_use``, ``plan_scheme``, ``far_min``, ``far_max``,
        ``height_max_m`` (of the largest plot of that use; NaN where the plan gives no
        limit), ``plan_share`` (NaN where nothing is shown and the plan is not complete), ``intent``.
    """
    keys = ["parcel", "plan_scheme", "plan_use"]
    by_use = plots.groupby(keys, sort=True)["area_share"].sum().reset_index()
    by_use["kind"] = [construction(s, c) for s, c in zip(by_use["plan_scheme"], by_use["plan_use"], strict=True)]
    largest = _descending(by_use).drop_duplicates("parcel")
    plot = _descending(plots).drop_duplicates(keys)
    limits = largest.merge(plot.drop(columns=["area_share"]), on=keys, how="left")
    out = limits.set_index("parcel").reindex(range(count))
    share_of = out.pop("area_share").clip(upper=1.0)
    out["plan_share"] = share_of.fillna(0.0) if complete else share_of  # beyond the known plan nothing says 0
    for name in ("plan_use", "plan_scheme"):
        out[name] = out[name].astype("object").where(out[name].notna(), "")
    for name in ("far_min", "far_max", "height_max_m"):
        out[name] = out[name].astype("float64").where(out[name] > 0)  # 0 in a plan is "no limit given"
    share = {k: _share(by_use[by_use["kind"] == k], count) for k in (True, False)}
    unsure = _share(by_use[by_use["kind"].isna()], count)
    open_ = np.zeros(count) if open_share is None else open_share
    larger = (open_ >= SLIVER_SHARE) & (open_ >= _largest(plot, count))
    out.loc[larger, ["plan_use", "plan_scheme"]] = ""
    out.loc[larger, ["far_min", "far_max", "height_max_m"]] = np.nan
    out["intent"] = _intent(share[True], share[False], unsure + open_, complete)
    names = ["plan_use", "plan_scheme", "far_min", "far_max", "height_max_m", "plan_share", "intent"]
    return pd.DataFrame(out[names])


def _descending(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.iloc[np.argsort(-rows["area_share"].to_numpy(np.float64), kind="stable")]


def _largest(plots: pd.DataFrame, count: int) -> Floats:
    found = plots.groupby("parcel")["area_share"].max().reindex(range(count), fill_value=0.0)
    return found.to_numpy(np.float64)


def _share(rows: pd.DataFrame, count: int) -> Floats:
    found = rows.groupby("parcel")["area_share"].sum().reindex(range(count), fill_value=0.0)
    return found.to_numpy(np.float64)


def _intent(
    construction: Floats,
    other: Floats,
    unsure: Floats,
    complete: bool,
) -> npt.NDArray[np.object_]:
    """Return what the plan intends: its word for a parcel needs nearly all of its ground."""
    out = np.full(len(construction), "none" if complete else "no_plan", object)
    out[other >= SLIVER_SHARE] = "other"
    out[unsure >= SLIVER_SHARE] = "unknown"
    out[construction >= SLIVER_SHARE] = "partly"
    out[construction >= WHOLE_SHARE] = "construction"
    return out
