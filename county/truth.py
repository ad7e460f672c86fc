"""What is planted, for tests: ids, places and the numbers they must give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from county.ground import Ground
from county.settings import part
from geo.basis.units import mu


def planted(patches: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return every planted plot with its survey ids and area."""
    rows = []
    for plot_id, group in patches[patches["planted"] != ""].groupby("planted"):
        area = float(group["area"].sum())
        rows.append((plot_id, group["park"].iloc[0], ";".join(group["BSM"]), round(area, 4), round(mu(area), 4)))
    return pd.DataFrame(rows, columns=["planted_id", "park_id", "parcel_ids", "area_m2", "area_mu"])


def scene_one(ground: Ground, growth: Any) -> Mapping[str, float]:
    """Return the areas of scene 1 in 亩, measured on the shapes that were written."""
    red, site = ground.site.redline, ground.site
    outside = shapely.difference(red, growth)
    parts = {p.planted: shapely.intersection(p.shape, red) for p in site.plots}
    return {
        "redline": mu(red.area),
        "farmland": mu(shapely.area(shapely.intersection(site.protected, red))),
        "outside": mu(outside.area),
        "outside_farmland": mu(shapely.area(shapely.intersection(site.protected, outside))),
        "left": mu(shapely.area(shapely.difference(shapely.difference(red, outside), site.protected))),
    } | {f"ground_{name}": mu(shape.area) for name, shape in parts.items()}


def scene_one_table(ground: Ground, growth: Any) -> pd.DataFrame:
    """Return `scene_one` as a table of one figure per row, with what it should be."""
    wanted = part("redline")["mu"]
    should = {
        "redline": wanted["redline"], "farmland": wanted["farmland"],
        "outside": wanted["outside_paddy"] + wanted["outside_forest"], "outside_farmland": wanted["outside_paddy"],
    }  # fmt: skip
    rows = [(k, round(v, 6), should.get(k, "")) for k, v in scene_one(ground, growth).items()]
    return pd.DataFrame(rows, columns=["figure", "measured_mu", "planted_mu"])
