"""The land survey: every face of the fabric with the fields a DLTB file has."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from county import natural
from county.fabric import Fabric
from county.ground import Ground
from county.settings import Floats, part, rng
from county.terrain import noise, slope_pct

COUNTY_CODE = "339900"
STATE_OWNED = ("1001", "1003", "1101", "1103", "1106", "201", "201A", "0810")
RIDGE_SHARE = 0.045  # share of field ridges deducted on level cultivated land


SUPPLY_STATES = {"built": "已建", "supplied": "供而未建", "unsupplied": "已批未供", "quota": "未报批"}


def build(ground: Ground, fabric: Fabric) -> gpd.GeoDataFrame:
    """Return the land survey, one row per patch, in the study CRS.

    Besides the survey's own fields (upper case) there are working columns in lower
    case: ``kind``, ``use``, ``state``, ``park``, ``block`` and ``planted``.
    """
    xy = shapely.get_coordinates(shapely.point_on_surface(fabric.shapes))
    frame = gpd.GeoDataFrame(_given(ground, fabric), geometry=fabric.shapes, crs=part("county")["county"]["crs"])
    frame["DLBM"] = _classes(ground, fabric, frame, xy)
    frame["DLMC"] = frame["DLBM"].map(part("names")["classes"])
    frame["area"] = shapely.area(fabric.shapes)
    _places(frame, ground, xy)
    frame["slope"] = ground.terrain.at(slope_pct(ground.terrain), xy)
    order = np.lexsort((xy[:, 0].round(3), -xy[:, 1].round(3), frame["ZLDWDM"]))
    frame = frame.iloc[order].reset_index(drop=True)
    return _survey_fields(frame)


def _given(ground: Ground, fabric: Fabric) -> dict[str, Any]:
    """Return what the layout says of each face."""
    kinds = np.array([c.kind for c in ground.covers])[fabric.cover]
    out = {name: np.full(len(kinds), "", dtype=object) for name in ("use", "state", "park", "block", "planted", "name")}
    for at in np.flatnonzero(kinds == "plot"):
        plot = ground.plots[fabric.item[at]]
        for name in ("use", "state", "park", "block", "planted"):
            out[name][at] = getattr(plot, name)
    for at in np.flatnonzero(kinds == "street"):
        out["park"][at] = ground.plats[fabric.item[at]].park_id
    for k, cover in enumerate(ground.covers):
        if cover.names:
            mine = np.flatnonzero(fabric.cover == k)
            out["name"][mine] = np.array(cover.names, dtype=object)[fabric.item[mine]]
    return {"kind": kinds} | out


def _classes(ground: Ground, fabric: Fabric, frame: gpd.GeoDataFrame, xy: Floats) -> npt.NDArray[np.object_]:
    out = np.array([c.land_class for c in ground.covers], dtype=object)[fabric.cover]
    plot = frame["kind"].to_numpy() == "plot"
    out[plot] = [ground.plots[k].land_class for k in fabric.item[plot]]
    hill = frame["kind"].to_numpy() == "hill"
    out[hill] = natural.land_class(ground.terrain, xy[hill])
    field = frame["kind"].to_numpy() == "field"
    out[field] = _crops(ground, xy[field], shapely.area(fabric.shapes[field]))
    return np.asarray(out)


def _crops(ground: Ground, xy: Floats, area: Floats) -> npt.NDArray[np.object_]:
    """Name the use of fields: paddy, with dry land, orchards and groves in clusters."""
    terrain = ground.terrain
    mood = terrain.at(noise(terrain.frame, "crops", 900.0, 3), xy)
    chance = rng("crops").random(len(xy))
    out = np.full(len(xy), "0101", dtype=object)
    out[mood > 1.25] = "0102"
    out[(mood > 1.25) & (chance > 0.7)] = "0201"
    out[mood < -1.45] = "0103"
    out[(mood < -1.45) & (chance > 0.6)] = "0204"
    out[(chance < 0.012) & (area < 15_000)] = "0307"
    near = terrain.at(terrain.river, xy) < 170.0
    out[near & (chance > 0.55)] = "0301"
    out[near & (chance > 0.85)] = "0404"
    every = part("county")["fields"]["facility_every"]
    small = np.flatnonzero((area < 6000) & (area > 900))
    out[small[rng("facilities").permutation(len(small))[: len(xy) // every]]] = "1202"
    return out


def _places(frame: gpd.GeoDataFrame, ground: Ground, xy: Floats) -> None:
    """Give every patch its township and village: those of the nearest village centre."""
    names = part("names")["townships"]
    centres = np.array([v.centre for v in ground.villages])
    seats = ground.frame.metres(part("county")["townships_km"])
    town = np.argmin(np.hypot(*(centres[:, None] - seats[None]).transpose(2, 0, 1)), axis=1)
    near = shapely.STRtree(shapely.points(centres)).nearest(shapely.points(xy))
    within = pd.Series(town).groupby(town).cumcount().to_numpy() + 1
    codes = np.array([f"{COUNTY_CODE}{t + 100:03d}{v + 200:03d}" for t, v in zip(town, within, strict=True)])
    frame["XZMC"] = np.array(names, dtype=object)[town[near]]
    frame["ZLDWDM"] = np.array([c + "0000000" for c in codes], dtype=object)[near]
    frame["ZLDWMC"] = np.array([v.name for v in ground.villages], dtype=object)[near]


def _survey_fields(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    count = len(frame)
    frame["BSM"] = [f"{COUNTY_CODE}2110{k + 1:08d}" for k in range(count)]
    frame["YSDM"] = "2001010100"
    number = frame.groupby("ZLDWDM").cumcount() + 1
    frame["TBBH"] = number.astype(str)
    planted = frame["planted"].to_numpy() != ""
    copy = frame[planted].groupby("planted").cumcount() + 1
    frame.loc[planted, "TBBH"] = frame.loc[planted, "planted"] + "-" + copy.astype(str)
    state = frame["DLBM"].isin(STATE_OWNED) | frame["state"].isin(["supplied", "unsupplied"])
    frame["QSXZ"] = np.where(state, "20", "30")
    frame["QSDWDM"] = np.where(state, COUNTY_CODE + "0000000000000", frame["ZLDWDM"])
    frame["QSDWMC"] = np.where(state, "国有", frame["ZLDWMC"] + "集体")
    frame["TBMJ"] = ellipsoidal(frame.geometry).round(2)
    tilled = frame["DLBM"].isin(["0101", "0102", "0103"])
    frame["KCDLBM"] = np.where(tilled, "1203", "")
    frame["KCXS"] = np.where(tilled, RIDGE_SHARE, 0.0)
    frame["KCMJ"] = (frame["TBMJ"] * frame["KCXS"]).round(2)
    frame["TBDLMJ"] = (frame["TBMJ"] - frame["KCMJ"]).round(2)
    grade = np.searchsorted(np.tan(np.deg2rad([2.0, 6.0, 15.0, 25.0])) * 100.0, frame["slope"]) + 1
    frame["GDPDJB"] = np.where(tilled, grade.astype(str), "")
    built = frame["DLBM"].str.startswith("20")
    frame["CZCSXM"] = np.where(built, frame["DLBM"], "")
    frame["SJNF"] = 2025
    frame["GYZT"] = frame["state"].map(SUPPLY_STATES).fillna("")
    frame["SSYQ"] = frame["park"].where(~frame["park"].str.startswith("T"), "")
    return frame


def ellipsoidal(shapes: gpd.GeoSeries) -> npt.NDArray[np.float64]:
    """Return areas on the study's ellipsoid, m2: the legal area a survey would carry."""
    geod = pyproj.Geod(ellps="GRS80")
    return np.array([abs(geod.geometry_area_perimeter(g)[0]) for g in shapes.to_crs("EPSG:4490")])
