"""What a joint review asks beside the constraint layers: reserve, forest map, control units, minerals, plans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from county import curves
from county.ground import Ground
from county.settings import part, rng
from county.zones import STEEP_PCT, TILLED, Zones

Table = gpd.GeoDataFrame


@dataclass(frozen=True)
class Review:
    """One table per layer; `surveyed` and `drawn` are the ground on which two of them say anything."""

    reserve: Table
    forest: Table
    units: Table
    minerals: Table
    surveyed: Table
    drawn: Table
    detailed: Table
    acquisition: Table


def build(ground: Ground, patches: Table, limits: Zones) -> Review:
    """Draw the layers a joint review asks."""
    whole = limits.boundary.geometry.iloc[0]
    given = part("review")
    return Review(
        _reserve(patches, limits),
        _forest(ground, patches, limits),
        _units(ground, limits, whole),
        _minerals(ground, whole),
        _extent("KCCX", shapely.difference(whole, _around(ground, **given["unsurveyed"]))),
        _extent("CZKFBJFW", shapely.difference(whole, _undrawn(ground, patches))),
        _of_plats(ground, "detailed", "KGMC", "控制性详细规划"),
        _of_plats(ground, "acquisition", "FAMC", "土地征收成片开发方案"),
    )


def _table(columns: dict[str, Any], shapes: Any) -> Table:
    shapes = [curves.polygons(shapely.set_precision(s, curves.MM)) for s in shapes]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=part("county")["county"]["crs"])


def _extent(name: str, shape: Any) -> Table:
    return _table({"MC": [name]}, [shape])


def _around(ground: Ground, park: str, m: float) -> Any:
    return shapely.buffer(next(p.outline for p in ground.plats if p.park_id == park), m, join_style="mitre")


def _undrawn(ground: Ground, patches: Table) -> Any:
    """Return the patches of the township whose part of the development boundary has not come in, away from plats."""
    given = part("review")["undrawn"]
    planned = shapely.union_all([p.outline for p in ground.plats])
    shapes = patches.geometry.to_numpy()
    far = ~shapely.dwithin(shapes, planned, given["away_m"]) & (patches["XZMC"] == given["township"]).to_numpy()
    return shapely.coverage_union_all(shapes[far])


def _reserve(patches: Table, limits: Zones) -> Table:
    """Pick general fields of some villages as what permanent farmland is made good from."""
    level = patches["DLBM"].isin(TILLED) & (patches["slope"] < STEEP_PCT) & (patches["kind"] != "plot")
    rows = patches[level & patches["ZLDWMC"].isin(part("review")["reserve_of"])]
    shapes = rows.geometry.to_numpy()
    apart = shapely.difference(shapes, shapely.union_all([*limits.farmland.geometry, *limits.growth.geometry]))
    keep = shapely.area(apart) > 100.0
    rows = rows[keep]
    return _table({"CBQBH": [f"CB{k + 1:04d}" for k in range(len(rows))], "DLBM": rows["DLBM"].to_numpy()}, apart[keep])


def _forest(ground: Ground, patches: Table, limits: Zones) -> Table:
    """Give every wood a grade and a kind, from where it stands; of a few nobody has filled in the grade."""
    rows = patches[patches["DLBM"].isin(["0301", "0302", "0305", "0307"])]
    points = shapely.point_on_surface(rows.geometry.to_numpy())
    strict = shapely.contains(shapely.union_all(limits.redline.geometry.to_numpy()), points)
    source = shapely.contains(shapely.union_all(limits.water_sources.geometry.to_numpy()), points)
    chance = rng("forest grades").random(len(rows))
    grade = np.select([strict & source, strict, chance < 0.25], ["Ⅰ级", "Ⅱ级", "Ⅲ级"], "Ⅳ级").astype(object)
    kinds = ["一级国家级公益林", "二级国家级公益林", "省级公益林"]
    kind = np.select([strict & source, strict, chance > 0.86], kinds, "商品林")
    grade[~strict & (chance > 0.5) & (chance < 0.53) & (rows["kind"] != "plot").to_numpy()] = None
    columns = {"XBBH": [f"{k + 1:05d}" for k in range(len(rows))], "BHDJ": grade, "SLLB": kind}
    return _table(columns, rows.geometry)


def _units(ground: Ground, limits: Zones, whole: Any) -> Table:
    """Divide the county into units: what is protected, what is a park, and the rest."""
    first = shapely.union_all([*limits.redline.geometry, *limits.water_sources.geometry])
    parks = shapely.union_all([p.outline for p in ground.plats if p.kind in ("district", "base")])
    second = shapely.difference(parks, first)
    rest = shapely.difference(whole, shapely.union(first, parks))
    names = ["优先保护单元", "重点管控单元", "一般管控单元"]
    ids = ["ZH33990010001", "ZH33990020001", "ZH33990030001"]
    return _table({"GKDYBH": ids, "GKDYLB": names}, [first, second, rest])


def _minerals(ground: Ground, whole: Any) -> Table:
    """Draw known mineral grounds as blobs."""
    given = part("review")["minerals"]
    shapes = []
    for k, spec in enumerate(given):
        waves = np.c_[[0.16, 0.10, 0.06], rng(f"mineral {k}").uniform(0, 6.28, 3)]
        centre = ground.frame.metres(spec["centre_km"])
        shapes.append(shapely.intersection(curves.blob(centre, tuple(spec["radius_m"]), 0.4, waves), whole))
    return _table({"KCMC": [s["name"] for s in given], "KZ": [s["mineral"] for s in given]}, shapes)


def _of_plats(ground: Ground, key: str, field: str, title: str) -> Table:
    wanted = part("review")[key]
    plats = [p for p in ground.plats if p.park_id in wanted]
    return _table({field: [f"{p.name}{title}（演示）" for p in plats]}, [p.outline for p in plats])
