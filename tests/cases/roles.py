"""A study in which every role has rows, and one of them a row whose filter field is empty or filled in, either way.

The ground is that of `tests.cases.base`: sixteen parcels p00 … p15, four by four, from the south-west. The park K1
lies on the lower half, and so does the plan. What a doubtful row would change lies where nothing else does.
"""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from layers.study import spec
from tests.cases.base import CRS, RULES, X0, Y0, box, parcels

HEAD = """
[study]
name = "角色"
crs = "EPSG:4549"
area = "planar"
as_of = 2026-11-23
rules = ["inputs/rules.toml"]
inefficient = ["dongyang"]

[assembly]
area_min_m2 = 10000.0
keep = 2
"""
WORLDS = {"maybe": None, "true": 1, "false": 2}
MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025, 2026) for month in range(1, 13)][:34]
DISTANCE = """
[[rules]]
id = "reach"
title = { zh = "距路", en = "Road" }
layer = "network"
test = "distance_m"
operator = "<="
threshold = 150.0
severity = "exclude"
effect = "parcel"
clause = "条"
confidence = "S"
"""


def point(x, y):
    return shapely.Point(X0 + x, Y0 + y)


def line(y):
    return shapely.LineString([(X0 - 50, Y0 + y), (X0 + 450, Y0 + y)])


def flat(*rows):
    """Rows without a place; the last one is in doubt."""
    return pd.DataFrame(list(rows))


def on(shapes, *rows):
    """Rows with a place; the last one is in doubt."""
    return gpd.GeoDataFrame(list(rows), geometry=list(shapes), crs=CRS)


def _parcels():
    return parcels().assign(DLBM="0101", YQ=["K1"] * 8 + ["K2"] * 8)


def _firm(number, industry, building):
    return {"QY": number, "MC": f"企业{number}", "HY": industry, "FW": building, "DJ": "存续", "YQ": "K1"}


def _readings(number, power):
    return [{"QY": number, "YF": m, "YD": power, "SJ": 1.0} for m in MONTHS]


BUILDING = {"YT": "厂房", "CS": 2, "MJ": 4000.0, "KC": 1, "KM": 2000.0, "QY": "2024-01-01"}
RECORD = {"HT": "2015-01-01", "YD": "2015-06-01", "DG": "2015-06-01", "JG": "2017-01-01", "ZT": ""}
STATION = {"KIND": "power", "UNIT": "MVA", "LIMIT": 50.0, "USED": 10.0, "TAKEN": 0.0, "KEPT": 0.0, "PARKS": "K1"}
PROJECT = {
    "行业代码": "C34",
    "固定资产投资（万元）": 20000,
    "申请用地（亩）": 15,
    "用电负荷（kVA）": 1000,
    "年税收（万元）": 500,
}

LAYERS = {
    "constraint": (on([box(0, 0, 100, 100), box(100, 100, 200, 200)], {"BH": "农1"}, {"BH": "农2"}),
                   {"id": "BH"}, {"id": "farm", "coverage": "complete"}),
    "plan": (on([box(0, 0, 400, 200), box(0, 300, 400, 400)],
                {"BH": "G1", "YT": "100102", "XX": 1.0, "SX": 2.0}, {"BH": "G2", "YT": "100102", "XX": 1.0, "SX": 2.0}),
             {"id": "BH", "plot_id": "BH", "use": "YT", "far_min": "XX", "far_max": "SX"},
             {"coverage": "complete", "land_use_scheme": "用地用海"}),
    "park": (on([box(0, 0, 400, 200), box(0, 200, 400, 400)],
                {"YQ": "K1", "MC": "东园", "ZR": "C34;C35"}, {"YQ": "K2", "MC": "西园", "ZR": "C34;C26"}),
             {"park_id": "YQ", "name": "MC", "industries": "ZR", "leading": "ZR"}, {"coverage": "complete"}),
    "facility": (on([point(0, 0), point(50, 0)], {"BH": "S1"} | STATION, {"BH": "S2"} | STATION),
                 {"id": "BH", "resource": "KIND", "unit": "UNIT", "limit": "LIMIT", "used": "USED",
                  "committed": "TAKEN", "reserved": "KEPT", "serves": "PARKS"}, {"coverage": "complete"}),
    "network": (on([line(-30), line(430)], {"BH": "路1"}, {"BH": "路2"}), {"id": "BH"}, {"coverage": "complete"}),
    "building": (on([box(220, 20, 280, 60), box(320, 20, 380, 60)], {"BH": "B1"} | BUILDING, {"BH": "B2"} | BUILDING),
                 {"id": "BH", "use": "YT", "floors": "CS", "floor_area_m2": "MJ", "vacant_floors": "KC",
                  "vacant_m2": "KM", "vacant_since": "QY"}, {"coverage": "complete", "vintage": "2026-06-30"}),
    "supply": (flat({"BH": "G-1", "DK": "p02"} | RECORD, {"BH": "G-2", "DK": "p05"} | RECORD),
               {"id": "BH", "parcel_id": "DK", "contract": "HT", "start_by": "YD", "started": "DG", "finished": "JG",
                "supply_status": "ZT"}, {"coverage": "complete"}),
    "enterprise": (on([point(250, 40), point(350, 40)], _firm("E1", "C35", "B1"), _firm("E2", "C33", "B2")),
                   {"id": "QY", "name": "MC", "industry": "HY", "building_id": "FW", "registration": "DJ"},
                   {"coverage": "complete", "vintage": "2026-10-31"}),
    "signal": (flat(*_readings("E1", 100.0), *_readings("E2", 1.0)),
               {"enterprise_id": "QY", "month": "YF", "power_kwh": "YD", "tax_wan": "SJ"}, {}),
    "project": (flat({"项目编号": "X1", "项目名称": "甲"} | PROJECT, {"项目编号": "X2", "项目名称": "乙"} | PROJECT),
                {}, {}),
    "link": (flat({"上游行业": "C35", "下游行业": "C34", "关联强度": 0.5},
                  {"上游行业": "C33", "下游行业": "C34", "关联强度": 0.9}), {}, {}),
    "budget": (flat({"账户": "new_construction", "单位": "亩", "总量": 500, "预留": 0, "承诺": 0, "已用": 0},
                    {"账户": "farmland_balance", "单位": "亩", "总量": 500, "预留": 0, "承诺": 0, "已用": 0}),
               {"budget_id": "账户", "unit": "单位", "limit": "总量", "earmarked": "预留", "committed": "承诺",
                "used": "已用"}, {}),
    "earmark": (flat({"账户": "new_construction", "事项": "学校", "数量（亩）": 10},
                     {"账户": "new_construction", "事项": "医院", "数量（亩）": 20}),
                {"budget_id": "账户", "name": "事项", "amount": "数量（亩）"}, {}),
    "quota_source": (flat({"项目": "甲", "类型": "增减挂钩", "产出": 90, "阶段": "实施中", "日期": "2027-03-31"},
                          {"项目": "乙", "类型": "土地整理", "产出": 60, "阶段": "实施中", "日期": "2027-03-31"}),
                     {"name": "项目", "kind": "类型", "amount": "产出", "stage": "阶段", "ready_on": "日期"}, {}),
    "investor": (flat({"编号": "K1", "名称": "甲集团", "行业": "C34"}, {"编号": "K2", "名称": "乙公司", "行业": "C35"}),
                 {"investor_id": "编号", "name": "名称", "industry": "行业"}, {}),
    "talent": (flat({"编号": "T1", "专业": "焊接", "行业": "C34"}, {"编号": "T2", "专业": "材料", "行业": "C35"}),
               {"talent_id": "编号", "about": "专业", "industry": "行业"}, {}),
    "fund": (flat({"编号": "F1", "名称": "母", "规模（亿元）": 5}, {"编号": "F2", "名称": "子", "规模（亿元）": 1}),
             {"fund_id": "编号", "name": "名称", "amount": "规模（亿元）"}, {}),
    "zone": (flat({"园区": "K1", "A": 100, "D": 110, "B21": 10}, {"园区": "K2", "A": 100, "D": 110, "B21": 10}),
             {"park_id": "园区", "A": "A", "D": "D", "B21": "B21"}, {}),
    "boundary": (on([box(-200, -200, 600, 250), box(-200, 250, 600, 600)], {"BH": "南"}, {"BH": "北"}), {}, {}),
    "redevelopment": (on([box(0, 200, 100, 300), box(100, 200, 200, 300)],
                         {"BH": "R1", "MC": "东村", "LX": "城中村", "JD": "实施中", "HS": 9},
                         {"BH": "R2", "MC": "西村", "LX": "城中村", "JD": "实施中", "HS": 9}),
                      {"id": "BH", "name": "MC", "kind": "LX", "stage": "JD", "households": "HS"}, {}),
}  # fmt: skip
"""Role: rows (the last one in doubt), fields, further keys."""
DOUBTFUL = {"signal": len(MONTHS)}
"""Rows in doubt at the end of a role's file, where that is more than one."""
FORMATS = {True: ("gpkg", "geojson", "shp"), False: ("csv", "xlsx")}
"""By whether the rows have a place."""


def written(place: Path, frame, kind: str, name: str) -> Path:
    """Write rows in a format and return the file; a CSV carries its shapes as WKT."""
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{name}.{kind}"
    frame = frame.assign(F=pd.array(frame["F"], dtype="Int64"))
    placed = isinstance(frame, gpd.GeoDataFrame)
    if kind in ("csv", "xlsx"):
        flat_ = pd.DataFrame(frame.drop(columns="geometry")).assign(WKT=frame.geometry.to_wkt()) if placed else frame
        flat_.to_csv(path, index=False) if kind == "csv" else flat_.to_excel(path, index=False)
    else:
        (frame.to_crs(4326) if kind == "geojson" else frame).to_file(path, encoding="utf-8")
    return path


def study(folder: Path, role: str, world: str, kind: str) -> Path:
    """Write the study with the last row of one role in doubt, in one of the worlds; return its folder."""
    inputs = folder / "inputs"
    inputs.mkdir(parents=True)
    written(inputs, _parcels().assign(F=1), "gpkg", "parcels")
    rules = RULES + DISTANCE
    (inputs / "rules.toml").write_text(rules, encoding="utf-8")
    mapped = {"parcel_id": "BSM", "land_use": "DLBM", "park_id": "YQ"}
    body = HEAD + entry("parcels", "parcels", "parcels.gpkg", mapped, {"land_use_scheme": "三调"})
    for name, (frame, fields, more) in LAYERS.items():
        mine, count = name == role, DOUBTFUL.get(name, 1)
        form = kind if mine else FORMATS[isinstance(frame, gpd.GeoDataFrame)][0]
        otherwise = 1 if name == "boundary" else 2
        filled = [1] * (len(frame) - count) + [WORLDS[world] if mine else otherwise] * count
        layer_id = more.get("id", name)
        written(inputs, frame.assign(F=filled), form, layer_id)
        given = {k: v for k, v in more.items() if k != "id"} | {"where": "F = 1"}
        given |= {"crs": CRS} if form == "csv" and isinstance(frame, gpd.GeoDataFrame) else {}
        body += entry(layer_id, name, f"{layer_id}.{form}", fields, given)
    (folder / "study.toml").write_text(body, encoding="utf-8")
    spec.read(folder)
    return folder


def entry(layer_id, role, source, fields, more):
    lines = [f'\n[[layers]]\nid = "{layer_id}"\nrole = "{role}"\nsource = "inputs/{source}"']
    lines += [f"{k} = {v}" if k == "vintage" else f'{k} = "{v}"' for k, v in more.items()]
    lines += ["[layers.fields]", *(f'{k} = "{v}"' for k, v in fields.items())] if fields else []
    return "\n".join(lines) + "\n"
