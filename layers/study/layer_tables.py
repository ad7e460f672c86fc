"""Layers as tables of a run or a check: shapes as they were used, with every field of the file that is mapped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.basis.layer import Layer

CLASS = "class"
"""Column of the class field of a layer, where one is mapped."""
READ = ("ok", "stale")
"""States of a layer whose file could be read; one that could not has no table, which is not an empty one."""
OWN = ("id", "maybe", "geometry")
"""Columns of a layer's table that no field of a file takes."""
AROUND, LEAST_M = 4.0, 1_500.0
"""Fabric is kept so many widths of the plots around them, at least so far: what pictures of a red line show."""


def named(layer_id: str) -> str:
    """Return the name of a layer's table."""
    return f"shape_{layer_id}"


def drawn(layers: Mapping[str, Layer], crs: str) -> dict[str, gpd.GeoDataFrame]:
    """Return the table of every layer that could be read."""
    return {named(name): _drawn(layer, crs) for name, layer in layers.items() if layer.state in READ}


def _drawn(layer: Layer, crs: str) -> gpd.GeoDataFrame:
    told = {name: values for name, values in layer.attributes.items() if name not in OWN}
    if layer.classes is not None:
        told = {CLASS: layer.classes} | told
    frame = pd.DataFrame({"id": layer.ids, "maybe": layer.maybe} | told)
    return gpd.GeoDataFrame(frame, geometry=layer.shapes, crs=crs)


def window(plots: gpd.GeoDataFrame) -> Any:
    """Return the ground around plots that pictures of them show."""
    west, south, east, north = plots.total_bounds
    reach = max(AROUND * max(east - west, north - south), LEAST_M)
    return shapely.box(west - reach, south - reach, east + reach, north + reach)


def fabric(layer_id: str, parcels: gpd.GeoDataFrame, plots: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Return the table of the parcels around plots: their shapes and present use."""
    near = parcels.iloc[shapely.STRtree(parcels.geometry.to_numpy()).query(window(plots), predicate="intersects")]
    maybe = near["may_belong"].to_numpy(object) != "" if "may_belong" in near else False
    told = near[["land_use", "land_use_scheme"]].assign(id=near["parcel_id"], maybe=maybe)
    return {named(layer_id): gpd.GeoDataFrame(told, geometry=near.geometry, crs=parcels.crs).sort_values("id")}
