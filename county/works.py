"""Parks, the plan, roads, lines, villages and schools: what screening needs besides constraints."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from county import curves, exact
from county.ground import Ground
from county.plats import Plat
from county.settings import part

Table = gpd.GeoDataFrame
PARK_KINDS = {"district": "区", "base": "基地"}


def _table(rows: list[dict[str, Any]], shapes: list[Any]) -> Table:
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=part("county")["county"]["crs"])


def parks(ground: Ground) -> Table:
    """Return districts and bases with their positioning; towns are no parks."""
    given = part("plan")["parks"]
    rows, shapes = [], []
    for plat in ground.plats:
        if plat.kind in PARK_KINDS:
            spec = given[plat.park_id]
            rows.append({
                "YQDM": plat.park_id, "YQMC": plat.name, "YQLX": PARK_KINDS[plat.kind],
                "ZDCY": ";".join(spec["leading"]), "ZRHY": ";".join(spec["industries"]),
                "HGYQ": "是" if spec["chemical"] else "否", "RDWH": spec.get("document", ""),
                "MJ": round(plat.outline.area, 2),
            })  # fmt: skip
            shapes.append(plat.outline)
    return _table(rows, shapes)


def plan(ground: Ground, growth: Any) -> Table:
    """Return the planned use of every block, with its limits, inside the development boundary."""
    uses = part("plan")["uses"]
    blocks: dict[tuple[str, str], list[Any]] = {}
    for plot in ground.plots:
        if plot.use in uses:
            use = "chemical" if plot.park == "B1" and plot.use == "industry" else plot.use
            blocks.setdefault((plot.block, use), []).append(plot.shape)
    rows, shapes = [], []
    for (block, use), parts in sorted(blocks.items()):
        shape = curves.polygons(shapely.intersection(shapely.coverage_union_all(parts), growth))
        if shape.is_empty:
            continue
        spec = uses[use]
        rows.append({
            "DKBH": block, "YDYHFLDM": spec["code"], "YDYHFLMC": spec["name"],
            "RJLXX": spec["far"][0], "RJLSX": spec["far"][1], "JZGD": spec["height_m"],
            "JZMDXX": spec["density_pct"][0], "JZMDSX": spec["density_pct"][1], "LDL": spec["green_pct"],
            "MJ": round(shape.area, 2),
        })  # fmt: skip
        shapes.append(shape)
    return _table(rows, shapes)


def roads(ground: Ground, whole: Any) -> Table:
    """Return the centre lines of highways (up to the plats) and of the plats' streets."""
    rows, shapes = [], []
    open_ground = shapely.difference(whole, shapely.union_all([p.outline for p in ground.plats]))
    for road in part("county")["roads"]:
        if road["class"] == "1003":
            line = curves.spline(ground.frame.metres(road["axis_km"]), 20.0)
            grade = None if road["id"] in part("review")["roads"]["unnamed"] else _grade(road["id"])
            rows.append({"DLMC": road["name"], "DLDJ": grade, "LMKD": road["width_m"]})
            shapes.append(_line(line, open_ground))
    for plat in ground.plats:
        for k, line in enumerate(streets(plat)):
            rows.append({"DLMC": f"{plat.name}{k + 1:02d}路", "DLDJ": "城市道路", "LMKD": plat.street_m})
            shapes.append(line)
    return _table(rows, shapes)


def _grade(road: str) -> str:
    return {"n": "国道", "s": "省道", "c": "省道"}.get(road[0], "县道")


def _line(line: Any, whole: Any) -> Any:
    return shapely.set_precision(
        shapely.intersection(shapely.simplify(shapely.LineString(line), 0.4), whole), curves.MM
    )


def streets(plat: Plat) -> list[Any]:
    """Return the axes of a plat's streets."""
    spec = next(p for p in part("plats")["parks"] if p["id"] == plat.park_id)
    half = spec["street_m"] / 2.0
    u = np.r_[-half, np.cumsum(np.array(spec["columns_m"]) + spec["street_m"]) - half]
    v = np.r_[-half, np.cumsum(np.array(spec["rows_m"]) + spec["street_m"]) - half]
    ends = [[(x, -v[0]), (x, -v[-1])] for x in u] + [[(u[0], -y), (u[-1], -y)] for y in v]
    lines = [shapely.LineString(exact.turned(np.array(e), plat.corner, plat.angle_deg)) for e in ends]
    inside = shapely.intersection(np.array(lines, dtype=object), shapely.buffer(plat.outline, 1.0))
    return [shapely.set_precision(line, curves.MM) for line in inside if not line.is_empty]


def railway(ground: Ground, whole: Any) -> Table:
    """Return the railway's centre line: near towns with its setting, elsewhere nobody has filled it in."""
    road = next(r for r in part("county")["roads"] if r["class"] == "1001")
    line = curves.spline(ground.frame.metres(road["axis_km"]), 20.0)
    line, towns = _line(line, whole), shapely.buffer(shapely.union_all([p.outline for p in ground.plats]), 300.0)
    parts = [("村镇居民居住区", shapely.intersection(line, towns)), (None, shapely.difference(line, towns))]
    rows = [{"TLMC": road["name"], "TLLB": "普速铁路", "YXDQ": where, "DKKD": road["width_m"]} for where, _ in parts]
    return _table(rows, [shapely.set_precision(part_, curves.MM) for _, part_ in parts])


def lines(ground: Ground, name: str, whole: Any) -> Table:
    """Return power lines as straight runs between their poles, pipes as curves along their roads."""
    rows, shapes = [], []
    for spec in part("plan")[name]:
        rows.append({k: v for k, v in spec.items() if k != "axis_km"})
        axis = ground.frame.metres(spec["axis_km"])
        shapes.append(_line(axis if name == "power_lines" else curves.spline(axis, 20.0), whole))
    titles = {"name": "MC", "kv": "DYDJ", "kind": "GXLX"}
    apart = part("review")["power"]["conductors_m"]
    told = [{titles[k]: v for k, v in r.items()} for r in rows]
    return _table([t | ({"BXJJ": apart[str(t["DYDJ"])]} if "DYDJ" in t else {}) for t in told], shapes)


def residential(patches: Table) -> Table:
    """Return where people live: villages and housing blocks, one shape per village or block.

    The village below the red line of scene 1 is left out: it is being resettled.
    """
    rural = patches[(patches["DLBM"] == "203") & (patches["kind"] == "village")]
    town = patches[(patches["use"] == "housing") & (patches["DLBM"] == "201")]
    parts = [(n, "村庄", g) for n, g in rural.groupby("ZLDWMC")] + [(n, "城镇", g) for n, g in town.groupby("block")]
    shapes = [shapely.coverage_union_all(g.geometry.to_numpy()) for _, _, g in parts]
    return _table([{"MC": n, "LX": kind} for n, kind, _ in parts], shapes)


def schools(patches: Table) -> Table:
    """Return schools as points: the town's public blocks and one per larger village."""
    town = patches[patches["use"] == "public"].drop_duplicates("block")
    rural = patches[(patches["DLBM"] == "203") & (patches["kind"] == "village")]
    rural = rural.sort_values("area", ascending=False).drop_duplicates("ZLDWMC").head(14)
    rows = [{"MC": f"演示第{k + 1}中学", "LX": "中学"} for k in range(len(town))]
    rows += [{"MC": f"{n[:-1]}小学", "LX": "小学"} for n in rural["ZLDWMC"]]
    points = list(town.geometry.representative_point()) + list(rural.geometry.representative_point())
    return _table(rows, [shapely.set_precision(p, curves.MM) for p in points])
