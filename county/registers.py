"""Registers of offices: land supply, facilities, county accounts, projects, industry links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from county import exact
from county.ground import Ground
from county.settings import part, rng

Table = gpd.GeoDataFrame
SUPPLY_FIELDS = {  # field of the file: key of the facts
    "GDBH": "id", "SRDW": "holder", "PZWH": "approval", "PZRQ": "approved", "HTRQ": "contract",
    "YDJDRQ": "deliver_by", "SJJDRQ": "delivered", "YDKGRQ": "start_by", "SJKGRQ": "started", "SGXKZ": "permit",
    "YDJGRQ": "finish_by", "SJJGRQ": "finished", "TGRQ": "suspended", "CRJG": "price", "ZTZ": "invest",
    "YTZ": "invested", "YKFMJ": "should_ha", "SKFMJ": "developed_ha", "XZYY": "cause", "ZJCL": "evidence",
    "RDSH": "ruling", "RDRQ": "ruled", "GYZT": "status",
}  # fmt: skip
NUMBERS = ("CRJG", "ZTZ", "YTZ", "YKFMJ", "SKFMJ")


def supply(ground: Ground) -> Table:
    """Return the land supply register: the planted plots and the built ones of the parks."""
    facts = {f["id"]: f for f in part("facts")["supply"]}
    rows, shapes = [], []
    for plot_id, fact in facts.items():
        mine = [p for p in ground.plots if p.planted == plot_id]
        shape = shapely.coverage_union_all([p.shape for p in mine])
        rows.append(_supply_row(fact, mine[0].park, shape.area))
        shapes.append(shape)
    taken = {int(i[2:]) for i in facts if i.startswith("G-")}
    free = iter(k for k in range(1, 400) if k not in taken)
    generator = rng("supply")
    parks = {p.park_id for p in ground.plats if p.kind != "town"}
    for plot in ground.plots:
        if plot.park in parks and plot.state == "built" and plot.land_class == "201A" and plot.planted != "plant":
            fact = _built(f"G-{next(free):02d}", plot.shape.area, generator)
            rows.append(_supply_row(fact, plot.park, plot.shape.area))
            shapes.append(plot.shape)
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=part("county")["county"]["crs"])


def _supply_row(fact: Mapping[str, Any], park: str, area: float) -> dict[str, Any]:
    row: dict[str, Any] = {"YQDM": park, "MJ": round(area / 10_000, 4)}
    for field, key in SUPPLY_FIELDS.items():
        value = fact.get(key)
        if field in NUMBERS:
            row[field] = np.nan if value is None else float(value)
        else:
            row[field] = value.isoformat() if isinstance(value, date) else (value or "")
    return row


def _built(plot_id: str, area: float, generator: np.random.Generator) -> dict[str, Any]:
    """Make up an ordinary plot: supplied, started and finished in time, give or take."""
    contract = date(2008, 1, 10) + timedelta(days=int(generator.integers(0, 5400)))
    deliver = contract + timedelta(days=60)
    start = deliver + timedelta(days=180)
    began = start + timedelta(days=int(generator.normal(-20, 40)))
    finish = start + timedelta(days=730)
    done = finish + timedelta(days=int(generator.normal(30, 120)))
    wan_per_mu = generator.uniform(12, 22)
    mu = area * 3 / 2000
    invest = mu * generator.uniform(120, 320)
    return {
        "id": plot_id, "holder": f"演示企业{int(plot_id[2:]):03d}", "contract": contract, "deliver_by": deliver,
        "delivered": deliver, "start_by": start, "started": began, "permit": f"演示施〔{began.year}〕{began:%m%d}号",
        "finish_by": finish, "finished": done, "price": round(mu * wan_per_mu, 1), "invest": round(invest, 1),
        "invested": round(invest * generator.uniform(0.9, 1.15), 1), "should_ha": round(area / 1e4, 4),
        "developed_ha": round(area / 1e4, 4), "status": "已建",
    }  # fmt: skip


def facilities(ground: Ground, kind: str) -> Table:
    """Return substations or works as points with limit, use and the parks they serve."""
    rows, points = [], []
    for f in part("facts")["facilities"]:
        if f["kind"] != kind:
            continue
        rows.append({
            "SSBH": f["id"], "SSMC": f["name"], "ZYLX": f["resource"], "JLDW": f["unit"],
            "NLSX": f.get("limit", np.nan), "YYL": f["used"], "YQYL": f["committed"], "YLL": f["reserved"],
            "FWYQ": ";".join(f["serves"]), "TCRQ": f["in_service"].isoformat(), "SJRQ": f["read_on"].isoformat(),
            "SJLY": f["source"],
        })  # fmt: skip
        points.append(shapely.Point(exact.grid(ground.frame.metres(f["at_km"]))))
    return gpd.GeoDataFrame(rows, geometry=points, crs=part("county")["county"]["crs"])


def budgets() -> dict[str, list[Sequence[object]]]:
    """Return the sheets of the county's accounts."""
    facts = part("facts")
    head = ("账户编码", "账户名称", "单位", "总量", "其中：预留", "已使用（已批准）", "可用", "数据来源")
    rows: list[Sequence[object]] = [head]
    for b in facts["budgets"]:
        free = round(b["limit"] - b["earmarked"] - b["committed"], 4)
        rows.append((b["id"], b["name"], b["unit"], b["limit"], b["earmarked"], b["committed"], free, b["source"]))
    marks: list[Sequence[object]] = [("预留项目", "面积（亩）")]
    marks += [(e["name"], e["mu"]) for e in facts["earmarks"]]
    return {"指标台账": rows, "新增指标预留": marks}


PROJECT_COLUMNS = (
    ("序号", ""), ("项目编号", "id"), ("项目名称", "name"), ("行业代码\n（GB/T 4754）", "industry"),
    ("总投资\n（亿元）", "investment_yi"), ("固定资产投资\n（亿元）", "fixed_yi"),
    ("申请用地\n（亩）", "land_mu"), ("亩均税收\n（万元/亩）", "tax_wan_per_mu"),
    ("厂房需求\n（㎡）", "floor_m2"), ("可用存量厂房", "accepts_building"), ("厂房净高\n（米）", "clear_m"),
    ("用电负荷\n（MVA）", "power_mva"), ("日用水\n（m³/d）", "water_m3d"), ("日排污水\n（m³/d）", "sewage_m3d"),
    ("年综合能耗\n（tce）", "energy_tce"), ("用工\n（人）", "staff"), ("产能", "capacity"), ("产业目录", "catalogue"),
    ("两高", "two_high"), ("环评类别", "eia"), ("涉危化品", "hazard"), ("阶段", "stage"), ("责任单位", "unit"),
    ("责任领导", "leader"), ("下一节点", "next"), ("完成时限", "due"), ("到位资金\n（亿元）", "paid_yi"),
    ("选址意向", "wish"), ("备注", "remark"),
)  # fmt: skip


def projects() -> dict[str, list[Sequence[object]]]:
    """Return the sheets of the project file as an office keeps it: title, unit line, header, total."""
    given = part("projects")
    title = ("演示县2026年重点招商项目推进表（演示数据，合成）",)
    rows: list[Sequence[object]] = [title, ("填报单位：招商局", "", "", "单位：亿元、亩、万元")]
    rows.append(tuple(header for header, _ in PROJECT_COLUMNS))
    for k, project in enumerate(given["projects"]):
        rows.append((k + 1, *[_cell(project.get(key, "")) for _, key in PROJECT_COLUMNS[1:]]))
    total: list[object] = ["合计", *[""] * (len(PROJECT_COLUMNS) - 1)]
    for k, (_, key) in enumerate(PROJECT_COLUMNS):
        if key in ("investment_yi", "fixed_yi", "land_mu"):
            total[k] = round(sum(p.get(key, 0.0) for p in given["projects"]), 2)
    rows.append(tuple(total))
    reserve: list[Sequence[object]] = [("项目名称", "行业代码", "总投资（亿元）", "产能", "阶段")]
    for r in given["reserve"]:
        reserve.append((r["name"], r["industry"], r.get("investment_yi", ""), r.get("capacity", ""), "储备"))
    return {"推进表": rows, "储备项目": reserve}


def _cell(value: Any) -> object:
    return f"{value.year}年{value.month}月{value.day}日" if isinstance(value, date) else value


def links() -> pd.DataFrame:
    """Return which industry supplies which, with a strength from 0 to 1."""
    rows = [(k["from"], k["to"], k["strength"]) for k in part("projects")["links"]]
    return pd.DataFrame(rows, columns=["上游行业", "下游行业", "关联强度"])
