"""Plots somebody asks about (压占分析): the stages of the land on them, and the present use of what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.area import AreaBasis
from geo.basis.batches import joined
from geo.basis.inputs import Inputs
from geo.basis.layer import Geometries, Zone
from geo.basis.progress import Progress
from geo.measure import ridges, within
from geo.measure.fabric import composition
from geo.screen.setting import Setting
from geo.study import Tables, measure, screen_and_cut, taken, with_ground


def check(
    inputs: Inputs,
    plots: gpd.GeoDataFrame,
    what: Sequence[Zone],
    setting: Setting,
    basis: AreaBasis,
    progress: Progress,
) -> Tables:
    """Answer for plots that are not parcels of the study (a red line, 压占分析): the same stages on them.

    Parameters
    ----------
    inputs : Inputs
        Of the study; its parcels are the fabric the plots are cut out of.
    plots : GeoDataFrame
        Columns of the table `parcels`, areas filled.
    what, setting, basis, progress
        As for the study.

    Returns
    -------
    dict of DataFrame
        The tables of measuring and screening about the plots, ``composition`` (see `present_use`)
        before and after the cut, and ``zone_uses``: the present use of what lies in each layer that is found.
        Both with the ridges of every patch beside its use; `net_of_ridges` takes them apart.
    """
    own = replace(inputs, parcels=plots)
    asked = sorted({r.layer for r in setting.applicable if r.test == "distance_m"})
    tables = measure(own, with_ground(what, setting.rules, inputs.layers), asked, basis, progress) | {"parcels": plots}
    screened = joined(screen_and_cut(own, tables, setting, basis, progress))
    land = gpd.GeoDataFrame(screened["land"])
    before = present_use(inputs.parcels, plots["parcel_id"].to_numpy(object), plots.geometry.to_numpy(), basis)
    after = present_use(inputs.parcels, land["parcel_id"].to_numpy(object), land.geometry.to_numpy(), basis)
    composition = pd.concat([before.assign(phase="before"), after.assign(phase="after")], ignore_index=True)
    return tables | screened | {"composition": composition, "zone_uses": _zone_uses(inputs, plots, setting, basis)}


def _zone_uses(inputs: Inputs, plots: gpd.GeoDataFrame, setting: Setting, basis: AreaBasis) -> pd.DataFrame:
    """Return the present use of what lies in each layer that area rules read, or outside it where it must lie in."""
    rules = [r for r in setting.applicable if r.test in ("overlap_m2", "outside_m2")]
    wanted = sorted({taken(r) for r in rules if not r.zone.reach_m})
    ids = plots["parcel_id"].to_numpy(object)
    none = present_use(inputs.parcels, ids[:0], plots.geometry.to_numpy()[:0], basis)
    out = [none.assign(layer_id="", part="", test="")]
    for one, shapes in within.grounds(plots.geometry.to_numpy(), inputs.layers, wanted):
        some = ~shapely.is_empty(shapes)
        if some.any():
            uses = present_use(inputs.parcels, ids[some], shapes[some], basis)
            test = "outside_m2" if one.outside else "overlap_m2"
            out.append(uses.assign(layer_id=one.zone.layer_id, part=one.part, test=test))
    return pd.concat(out, ignore_index=True)


def net_of_ridges(tables: Tables, cultivated: ridges.Cultivated) -> Tables:
    """Return what a check measured with field ridges as a class of their own (see `geo.measure.ridges.apart`)."""
    out = {name: ridges.apart(tables[name], cultivated) for name in ("composition", "zone_uses")}
    keys = ["layer_id", "part", "test", "unit_id", "land_use", "land_use_scheme"]
    return tables | out | {"zone_uses": out["zone_uses"].groupby(keys, as_index=False).sum(numeric_only=True)}


def present_use(
    fabric: gpd.GeoDataFrame, ids: npt.NDArray[np.object_], shapes: Geometries, basis: AreaBasis
) -> pd.DataFrame:
    """Return the area of each unit by present use (现状地类), tenure and stated ridges of the parcels it lies on."""
    names = ("land_use", "land_use_scheme", "tenure", "township")
    attributes = {name: fabric[name].to_numpy(object) for name in names}
    none = np.full(len(fabric), "", object)
    attributes["settlement"] = fabric["settlement"].to_numpy(object) if "settlement" in fabric else none
    share = ridges.shares(fabric)
    attributes["ridge_share"] = np.array(["" if np.isnan(v) else repr(float(v)) for v in share], object)
    attributes["ridge_use"] = ridges.classes(fabric)
    if "may_belong" in fabric:  # a row that only may be a parcel vouches for no present use
        sure = (fabric["may_belong"] == "").to_numpy(bool)
        attributes = {name: np.where(sure, values, "") for name, values in attributes.items()}
    return composition(ids, shapes, fabric.geometry.to_numpy(), attributes, basis)
