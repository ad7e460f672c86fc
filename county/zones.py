"""The constraint layers: what may not be built on, and what needs a permit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio.features
import shapely
from rasterio.transform import Affine
from shapely.geometry import shape as as_shape

from county.curves import MM, polygons
from county.ground import Ground
from county.settings import part
from county.terrain import noise, slope_pct

TILLED = ("0101", "0102", "0103")
STEEP_PCT = 15.0
TOWN_GROWTH_M = 45.0


@dataclass(frozen=True)
class Zones:
    """One table per layer, in the study CRS, with the field names departments use."""

    boundary: gpd.GeoDataFrame
    growth: gpd.GeoDataFrame
    farmland: gpd.GeoDataFrame
    redline: gpd.GeoDataFrame
    water_sources: gpd.GeoDataFrame
    river_management: gpd.GeoDataFrame
    flood: gpd.GeoDataFrame
    hazard: gpd.GeoDataFrame


def build(ground: Ground, patches: gpd.GeoDataFrame) -> Zones:
    """Draw the constraint layers of the county."""
    whole = shapely.coverage_union_all(patches.geometry.to_numpy())
    growth = _growth(ground)
    towns = shapely.union_all([p.outline for p in ground.plats])
    return Zones(
        _table({"XZQDM": ["339900"], "XZQMC": [part("county")["county"]["name"]]}, [whole]),
        growth,
        _farmland(ground, patches, shapely.union_all(growth.geometry.to_numpy())),
        _redline(ground, whole, towns),
        _water_sources(ground, whole),
        _river_management(ground, whole),
        _flood(ground, whole, towns),
        _hazard(ground, whole, towns),
    )


def _table(columns: dict[str, Any], shapes: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=part("county")["county"]["crs"])


def _growth(ground: Ground) -> gpd.GeoDataFrame:
    """Draw the urban development boundary: parks and towns, with protected fields left out.

    In the park of scene 1 the line is the one whose areas are exact.
    """
    holes = [p.shape for p in ground.plots if p.state == "basic_farmland" and p.planted == ""]
    out: list[tuple[str, Any]] = []
    for plat in ground.plats:
        if plat.park_id == part("redline")["park"]:
            shape = shapely.difference(plat.outline, ground.site.outside)
        else:
            # a town may still grow a little; parks end where the fields begin
            wide = (
                shapely.buffer(plat.outline, TOWN_GROWTH_M, join_style="mitre") if plat.kind == "town" else plat.outline
            )
            shape = shapely.difference(wide, shapely.union_all(holes))
        out.append(("特别用途区" if plat.kind == "town" and plat.park_id != "T1" else "集中建设区", shape))
    shapes = [polygons(shapely.set_precision(s, MM)) for _, s in out]
    columns = {
        "XZQDM": "339900", "XZQMC": part("county")["county"]["name"],
        "GHFQDM": ["110" if n == "集中建设区" else "130" for n, _ in out], "GHFQMC": [n for n, _ in out],
        "MJ": [round(s.area, 2) for s in shapes],
    }  # fmt: skip
    return _table(columns, shapes)


def _farmland(ground: Ground, patches: gpd.GeoDataFrame, growth: Any) -> gpd.GeoDataFrame:
    """Pick the protected fields: level cultivated patches outside the growth boundary, and the planted ones.

    Some villages keep general fields, except around the bases: those are hemmed in.
    """
    shapes = patches.geometry.to_numpy()
    tilled = patches["DLBM"].isin(TILLED) & (patches["slope"] < STEEP_PCT)
    outside = shapely.area(shapely.intersection(shapes, growth)) < 1.0
    bases = shapely.union_all([p.outline for p in ground.plats if p.kind == "base"])
    near = shapely.dwithin(shapes, bases, part("county")["hemmed_in_m"])
    general = patches["ZLDWMC"].isin(part("county")["general_fields_of"])
    protected = outside & (near | ((patches["kind"] == "field") & ~general)) & (patches["kind"] != "plot")
    rows = patches[tilled & (protected | (patches["state"] == "basic_farmland"))]
    columns = {
        "BSM": [f"3399002310{k + 1:08d}" for k in range(len(rows))],
        "YJJBNTTBBH": [f"{k + 1:06d}" for k in range(len(rows))],
        **{name: rows[name].to_numpy() for name in ("TBBH", "DLBM", "DLMC", "QSXZ", "QSDWDM", "ZLDWDM", "ZLDWMC")},
        "YJJBNTMJ": rows["TBDLMJ"].to_numpy(),
        "GDPDJB": rows["GDPDJB"].to_numpy(),
    }
    return _table(columns, rows.geometry)


def _traced(ground: Ground, mask: npt.NDArray[np.bool_], clip: Any, smooth_m: float, least_m2: float) -> list[Any]:
    """Trace a mask of the working raster into rounded polygons inside `clip`."""
    found = rasterio.features.shapes(mask.astype(np.uint8), mask=mask, transform=Affine(*ground.frame.transform))
    shape = shapely.union_all([as_shape(geometry) for geometry, _ in found])
    shape = shapely.buffer(shapely.buffer(shapely.buffer(shape, smooth_m), -2 * smooth_m), smooth_m)
    shape = shapely.intersection(shapely.simplify(shape, smooth_m / 8), clip)
    shape = shapely.set_precision(shape, MM)
    return [p for p in shapely.get_parts(polygons(shape)) if p.area > least_m2]


def _redline(ground: Ground, whole: Any, towns: Any) -> gpd.GeoDataFrame:
    terrain = ground.terrain
    mask = terrain.above + 12.0 * noise(terrain.frame, "redline", 1400.0, 3) > 78.0
    roads = shapely.union_all([c.shapes[0] for c in ground.covers if c.kind in ("highway", "rail")])
    clip = shapely.difference(whole, shapely.union(shapely.buffer(towns, 420.0), shapely.buffer(roads, 25.0)))
    parts = _traced(ground, mask, clip, 48.0, 150_000.0)
    kind = ["水源涵养" if shapely.distance(p, _reservoir(ground)) < 1500 else "水土保持" for p in parts]
    return _table(
        {"XJXZQDM": "339900", "HXMC": [f"演示县生态保护红线{k + 1:02d}" for k in range(len(parts))], "LHLX": kind,
         "MJ": [round(p.area, 2) for p in parts]}, parts,
    )  # fmt: skip


def _reservoir(ground: Ground) -> Any:
    return next(c.shapes[0] for c in ground.covers if c.kind == "reservoir")


def _water_sources(ground: Ground, whole: Any) -> gpd.GeoDataFrame:
    """Draw the two grades around the reservoir."""
    lake = _reservoir(ground)
    first = shapely.intersection(shapely.buffer(lake, 200.0), whole)
    second = shapely.difference(shapely.intersection(shapely.simplify(shapely.buffer(lake, 1000.0), 6.0), whole), first)
    shapes = [polygons(shapely.set_precision(s, MM)) for s in (first, second)]
    name = part("county")["reservoir"]["name"]
    return _table(
        {"SYDMC": f"{name}饮用水水源地", "BHQJB": ["一级", "二级"], "MJ": [round(s.area, 2) for s in shapes]}, shapes
    )


def _river_management(ground: Ground, whole: Any) -> gpd.GeoDataFrame:
    filled = shapely.union_all([shapely.Polygon(p.exterior) for p in shapely.get_parts(ground.river)])
    wide = shapely.intersection(shapely.simplify(shapely.buffer(filled, 32.0), 1.5), whole)
    parts = list(shapely.get_parts(polygons(shapely.set_precision(wide, MM))))
    name = part("county")["river"]["name"]
    return _table({"HDMC": name, "GLFW": "堤防背水侧护堤地外缘线", "MJ": [round(p.area, 2) for p in parts]}, parts)


def _flood(ground: Ground, whole: Any, towns: Any) -> gpd.GeoDataFrame:
    terrain = ground.terrain
    mask = terrain.river < 250.0 + 110.0 * noise(terrain.frame, "flood", 1100.0, 3)
    clip = shapely.difference(whole, shapely.buffer(towns, 60.0))
    parts = _traced(ground, mask, clip, 36.0, 40_000.0)
    columns = {"HSMC": "演江20年一遇洪水淹没范围", "CXQ": 20, "MJ": [round(p.area, 2) for p in parts]}
    return _table(columns, parts)


def _hazard(ground: Ground, whole: Any, towns: Any) -> gpd.GeoDataFrame:
    """Draw slopes where landslides are known: steep ground above a settlement."""
    steep = (slope_pct(ground.terrain) > 34.0) & (ground.terrain.above < 120.0) & (ground.terrain.above > 12.0)
    mask = steep & (noise(ground.terrain.frame, "hazard", 700.0, 2) > 0.8)
    parts = _traced(ground, mask, shapely.difference(whole, shapely.buffer(towns, 150.0)), 14.0, 4_000.0)
    names = [f"演示县地质灾害隐患点{k + 1:02d}" for k in range(len(parts))]
    return _table({"MC": names, "LX": "滑坡", "MJ": [round(p.area, 2) for p in parts]}, parts)
