"""The land accounts of the parks as a workbook (园区土地利用台账), for the evaluation of development zones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd

from county.ground import Ground
from county.settings import rng
from geo.basis.units import HA_M2

COLUMNS = (
    ("园区编码", "park_id"), ("已建成城镇建设用地（公顷）", "A"), ("其中住宅（公顷）", "A1"),
    ("其中工矿仓储（公顷）", "A2"),
    ("未建成（公顷）", "B"), ("已达到供地条件（公顷）", "B21"), ("不可建设（公顷）", "C"), ("已供应（公顷）", "D"),
    ("有偿使用已到期未处置（公顷）", "D22"), ("尚可供应（公顷）", "E"), ("其中尚可供应工矿仓储（公顷）", "E21"),
    ("闲置（公顷）", "G"), ("总建筑面积（㎡）", "floor_m2"), ("建筑基底面积（㎡）", "footprint_m2"),
    ("工矿仓储建筑面积（㎡）", "industry_floor_m2"), ("工矿仓储建筑构筑物及堆场占地（㎡）", "industry_covered_m2"),
    ("工矿仓储固定资产（万元）", "assets_wan"), ("工矿仓储税收（万元）", "industry_tax_wan"),
    ("近三年年均供地（公顷）", "supply_mean_3"), ("近五年最大年供地（公顷）", "supply_max_5"),
    ("近三年年均供应工矿仓储（公顷）", "industry_supply_mean_3"),
    ("近五年最大年供应工矿仓储（公顷）", "industry_supply_max_5"),
)  # fmt: skip
"""Header of the sheet and the account of the rule (domain rules §3.1); what an office cannot tell stays blank."""
INDUSTRY = ("industry", "logistics", "chemical")
NOT_KNOWN = ("B1", "G")
"""A park and an account the office left blank, on purpose: unknown must stay unknown."""


def sheet(ground: Ground, stock: gpd.GeoDataFrame) -> dict[str, list[Sequence[object]]]:
    """Return the sheet: a title row, a header, one row per park."""
    rows: list[Sequence[object]] = [("演示县园区土地利用台账（2025年末，演示数据，合成）",)]
    rows.append(tuple(header for header, _ in COLUMNS))
    generator = rng("zone_accounts")
    for plat in (p for p in ground.plats if p.kind != "town"):
        figures = _figures(ground, stock, plat, generator)
        if plat.park_id == NOT_KNOWN[0]:
            figures[NOT_KNOWN[1]] = ""
        rows.append(tuple(_cell(figures[key]) for _, key in COLUMNS))
    return {"园区台账": rows}


def _figures(ground: Ground, stock: gpd.GeoDataFrame, plat: Any, generator: Any) -> dict[str, object]:
    plots = [p for p in ground.plots if p.park == plat.park_id]

    def area(*states: str, uses: Sequence[str] = ()) -> float:
        return sum(p.shape.area for p in plots if p.state in states and (not uses or p.use in uses)) / HA_M2

    streets = plat.outline.area / HA_M2 - sum(p.shape.area for p in plots) / HA_M2
    built, industry = area("built") + max(streets, 0.0), area("built", uses=INDUSTRY)
    ready, waiting = area("unsupplied"), area("quota")
    supplied = built + area("supplied")
    idle = sum(p.shape.area for p in plots if p.planted == "G-07") / HA_M2
    mine = stock[stock["YQDM"] == plat.park_id]
    halls = mine[mine["YT"] == "厂房"]
    pace = float(generator.uniform(3.0, 6.0))
    return {
        "park_id": plat.park_id, "A": built, "A1": area("built", uses=("housing",)), "A2": industry,
        "B": ready + waiting + area("supplied"), "B21": ready + area("supplied"),
        "C": area("basic_farmland", "natural"),
        "D": supplied, "D22": 0.0, "E": ready + waiting, "E21": ready + waiting, "G": idle,
        "floor_m2": float(mine["JZMJ"].sum()), "footprint_m2": float(mine["JDMJ"].sum()),
        "industry_floor_m2": float(halls["JZMJ"].sum()),
        "industry_covered_m2": float(halls["JDMJ"].sum()) + industry * HA_M2 * 0.08,
        "assets_wan": industry * float(generator.uniform(2300, 3300)),
        "industry_tax_wan": industry * float(generator.uniform(180, 330)),
        "supply_mean_3": pace, "supply_max_5": pace * 1.6, "industry_supply_mean_3": pace * 0.8,
        "industry_supply_max_5": pace * 1.4,
    }  # fmt: skip


def _cell(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value
