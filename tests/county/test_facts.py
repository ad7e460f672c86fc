"""The planted facts of the three scenes, read from the files with plain tools."""

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio.features import rasterize

MU = 2000.0 / 3.0
EXACT_M2 = 0.02


@pytest.fixture(scope="module")
def planted(demo):
    return pd.read_csv(demo.folder / "truth" / "planted.csv", dtype=str).set_index("planted_id")


@pytest.fixture(scope="module")
def redline(demo):
    return gpd.read_file(demo.folder / "incoming" / "redline_liren.zip").geometry.iloc[0]


def survey_points(path):
    """Read plots of a 报盘 TXT: list of (header fields, points as (north, east))."""
    plots = []
    for line in path.read_bytes().decode("gbk").splitlines():
        if line.endswith(",@"):
            plots.append((line.split(","), []))
        elif line.startswith("J"):
            _, _, north, east = line.split(",")
            plots[-1][1].append((float(north), float(east)))
    return plots


def test_scene_1_ground_below_the_red_line(patches, redline):
    inside = patches.assign(inside=patches.intersection(redline).area)
    found = inside[inside["inside"] > 1e-6].groupby("DLBM")["inside"].sum() / MU
    assert set(found.index) == {"0101", "0301", "0307", "203", "201A"}
    assert found["0101"] == pytest.approx(60.00, abs=EXACT_M2 / MU)
    assert found["0301"] + found["0307"] == pytest.approx(22.00, abs=EXACT_M2 / MU)
    assert found["203"] == pytest.approx(18.00, abs=EXACT_M2 / MU)
    assert found["201A"] == pytest.approx(60.00, abs=EXACT_M2 / MU)
    assert len(shapely.get_coordinates(redline)) == 13
    assert redline.area == pytest.approx(160 * MU, abs=EXACT_M2)


def test_scene_1_constraints_and_what_is_left(demo, patches, redline):
    farmland = demo.read("YJJBNT.gdb").intersection(redline)
    growth = demo.read("CZKFBJ.zip").union_all()
    outside = redline.difference(growth)
    fields = patches[patches["DLBM"] == "0101"].union_all()
    wood = patches[patches["DLBM"].isin(["0301", "0307"])].union_all()
    protected = farmland.union_all()
    assert protected.area == pytest.approx(8 * MU, abs=EXACT_M2)
    assert protected.difference(fields).area < 1e-4  # a geodatabase keeps a tenth of a millimetre
    assert outside.area == pytest.approx(12 * MU, abs=EXACT_M2)
    assert outside.intersection(protected).area == pytest.approx(3 * MU, abs=EXACT_M2)
    assert outside.intersection(wood).area == pytest.approx(9 * MU, abs=EXACT_M2)
    assert not demo.read("STBHHX.zip").intersects(redline).any()
    left = redline.difference(protected).difference(outside)
    assert left.geom_type == "Polygon"
    assert left.area == pytest.approx(143 * MU, abs=EXACT_M2)
    # 52 mu of fields and 13 mu of wood are new construction land
    assert left.intersection(fields).area == pytest.approx(52 * MU, abs=EXACT_M2)
    assert left.intersection(wood).area == pytest.approx(13 * MU, abs=EXACT_M2)
    # at least 80 m wide in one piece: eroding by 40 m leaves one body
    assert left.buffer(-40.0).geom_type == "Polygon"
    assert 2 * shapely.maximum_inscribed_circle(left).length > 80


def test_scene_1_other_layers_stay_clear_of_the_red_line(demo, redline):
    for name, layer in (("防灾.gpkg", "YMFW"), ("防灾.gpkg", "DZZHWXQ"), ("河道管理范围.zip", None)):
        assert not demo.read(name, layer).intersects(redline).any()
    water = demo.read("饮用水水源保护区.geojson").to_crs(4549)
    assert set(water["BHQJB"]) == {"一级", "二级"}
    assert not water.intersects(redline).any()


def test_red_line_files_agree(demo, redline):
    folder = demo.folder / "incoming"
    ((head, points),) = survey_points(folder / "redline_liren.txt")
    assert head[0] == "12"
    assert head[1] == "10.6667"
    assert len(points) == 13
    assert points[0] == points[-1]
    assert shapely.Polygon([(e, n) for n, e in points]).equals(redline)
    ((_, shifted),) = survey_points(folder / "redline_liren_zone40.txt")
    assert np.allclose(np.array(shifted) - np.array(points), [0.0, 40e6])
    two = survey_points(folder / "redline_liren_two_plots.txt")
    parts = [shapely.Polygon([(e, n) for n, e in p]) for _, p in two]
    assert shapely.union_all(parts).normalize().area == pytest.approx(redline.area, abs=1e-3)
    assert parts[0].intersection(parts[1]).area < 1e-6
    sheet = openpyxl.load_workbook(folder / "redline_liren.xlsx").active
    rows = [(n, e) for _, n, e in sheet.iter_rows(min_row=2, values_only=True)]
    assert rows == points[:-1]


def test_exact_blocks(planted):
    should = {"G-07": 210.0, "G-11": 225.0, "G-15": 100.0, "G-18": 112.0, "BN": 172.0, "PK": 152.0, "ZX": 212.0}
    for plot, mu in should.items():
        assert float(planted.loc[plot, "area_m2"]) == pytest.approx(mu * MU, abs=EXACT_M2), plot


def test_planted_blocks_are_free_of_hard_constraints(demo, patches, planted):
    hard = [
        ("YJJBNT.gdb", None),
        ("STBHHX.zip", None),
        ("河道管理范围.zip", None),
        ("防灾.gpkg", "YMFW"),
        ("防灾.gpkg", "DZZHWXQ"),
    ]
    blocked = shapely.union_all([demo.read(n, layer).union_all() for n, layer in hard])
    growth = demo.read("CZKFBJ.zip").union_all()
    for plot in ("G-07", "BN", "PK", "ZX"):
        shape = patches[patches["BSM"].isin(planted.loc[plot, "parcel_ids"].split(";"))].union_all()
        assert shape.geom_type == "Polygon", plot
        assert shape.intersection(blocked).area < 1e-6, plot
        assert growth.covers(shape), plot


def test_quota_land_of_the_two_quota_projects_is_all_farmland(patches, planted):
    """The quota arithmetic of scene 2 needs every square metre of 普科's and 中鑫's blocks to draw quota."""
    for plot in ("PK", "ZX"):
        rows = patches[patches["BSM"].isin(planted.loc[plot, "parcel_ids"].split(";"))]
        assert rows["DLBM"].str.startswith("01").all()
        assert (rows["GYZT"] == "未报批").all()
    stock = patches[patches["BSM"].isin(planted.loc["BN", "parcel_ids"].split(";"))]
    assert (stock["DLBM"] == "1201").all()
    assert (stock["GYZT"] == "已批未供").all()


def test_only_the_planted_blocks_can_take_the_two_large_projects(demo, patches):
    """宝耐 (170 mu, unsupplied) and 中鑫 (200 mu, quota) have one place each, so what is short is what they say."""
    parks = demo.read("规划基础.gpkg", "KFYQ").set_index("YQDM")
    for industry, state, least, home in (("C30", "已批未供", 170, "B4"), ("C17", "未报批", 200, "D2")):
        admits = parks[parks["ZRHY"].str.split(";").map(lambda codes, i=industry: i in codes)]
        places = []
        for park, row in admits.iterrows():
            mine = patches[(patches["GYZT"] == state) & patches.representative_point().within(row.geometry)]
            parts = shapely.get_parts(mine.union_all()) if len(mine) else []
            places += [park for p in parts if p.area >= least * MU]
        assert places == [home]
    assert not parks["ZRHY"].str.contains("C32").any()
    assert list(parks.index[parks["HGYQ"] == "是"]) == ["B1"]


def test_accounts(demo):
    book = openpyxl.load_workbook(demo.folder / "inputs" / "指标台账.xlsx")
    rows = {r[0]: r for r in book["指标台账"].iter_rows(values_only=True)}
    assert rows["new_construction"][3:7] == (5234.0, 803.9, 4110.1, 320.0)
    marks = [r[1] for r in book["新增指标预留"].iter_rows(min_row=2, values_only=True)]
    assert sum(marks) == pytest.approx(803.9)


def test_facilities(demo):
    points = pd.concat([demo.read("公用设施.gpkg", n) for n in ("变电站", "厂站")]).set_index("SSBH")
    free = points["NLSX"] - points["YYL"] - points["YQYL"] - points["YLL"]
    assert free["S-E"] == pytest.approx(8.0)
    assert points.loc["S-E", "FWYQ"] == "B3;B4"
    assert (points.loc["S-E3", "TCRQ"], points.loc["S-E3", "NLSX"]) == ("2027-06-30", 50.0)
    assert free["SW-2"] == pytest.approx(1200.0)
    assert np.isnan(points.loc["GS-2", "NLSX"])
    assert "B3" in points.loc["GS-2", "FWYQ"]
    assert points["SJRQ"].str.fullmatch(r"2026-\d\d-\d\d").all()
    boundary = demo.read("规划基础.gpkg", "XZQ").geometry.iloc[0]
    assert points.within(boundary).all()


def test_projects_as_an_office_keeps_them(demo):
    sheet = openpyxl.load_workbook(demo.folder / "inputs" / "招商项目推进表.xlsx")["推进表"]
    rows = list(sheet.iter_rows(values_only=True))
    header = [str(h).replace("\n", "") for h in rows[2]]
    table = pd.DataFrame(rows[3:-1], columns=header).set_index("项目名称")
    assert len(table) == 8
    only_total = table["固定资产投资（亿元）"].isna()
    assert only_total[only_total].index.tolist() == ["汽车零部件（演示）"]
    assert rows[-1][0] == "合计"
    assert table["总投资（亿元）"].sum() == pytest.approx(rows[-1][header.index("总投资（亿元）")])
    assert pd.isna(table.loc["浙江力胜", "行业代码（GB/T 4754）"])
    assert table.loc["盛海科技铜冶炼", "两高"] == "是"
    asked = table["申请用地（亩）"]
    assert (asked["普科精细化工"], asked["宝耐高端镁制品"], asked["宁波中鑫毛纺"]) == (150, 170, 200)
    assert table.loc["宝耐高端镁制品", "用电负荷（MVA）"] == 12
    # tax: 普科 in place of 中鑫 is worth 1,200 万元 a year
    tax = table["亩均税收（万元/亩）"]
    assert 140 * tax["普科精细化工"] - 200 * tax["宁波中鑫毛纺"] == 1200
    assert table.loc["浙江雷气", "厂房需求（㎡）"] == 8000


def test_land_supply_clocks(demo):
    plots = demo.read("土地供应.gpkg").set_index("GDBH")
    assert plots.index.is_unique
    g07, g11, g15, g18 = (plots.loc[f"G-{k}"] for k in ("07", "11", "15", "18"))
    assert (g07["YQDM"], g07["MJ"], g07["YDKGRQ"], g07["SGXKZ"], g07["XZYY"], g07["CRJG"]) == (
        "B3", 14.0, "2024-09-30", "", "企业原因", 4200.0,
    )  # fmt: skip
    assert g07["CRJG"] * 0.2 == pytest.approx(840.0)
    assert (g11["MJ"], g11["SKFMJ"] / g11["YKFMJ"], g11["TGRQ"]) == (15.0, pytest.approx(0.28), "2025-08-01")
    assert g11["YTZ"] / g11["ZTZ"] == pytest.approx(0.27)
    late = pd.Period(g15["SJJDRQ"], "M") - pd.Period(g15["YDJDRQ"], "M")
    assert late.n == 14
    assert g15["XZYY"] == "政府原因"
    assert (g18["YDKGRQ"], g18["SJJDRQ"]) == ("", "2025-03-15")
    assert (plots["RDSH"] == "").all()
    assert (plots.loc["BN", "GYZT"], plots.loc["BN", "SRDW"]) == ("已批未供", "")
    assert plots.geometry.area.div(1e4).sub(plots["MJ"]).abs().max() < 1e-4
    assert not _overlap(plots.geometry.to_numpy())


def test_buildings(demo):
    stock = demo.read("房屋建筑.zip").set_index("JZBH")
    assert stock.index.is_unique
    assert stock.loc["P-05", ["CS", "JZMJ", "KZMJ"]].tolist() == [1, 9600.0, 9600.0]
    assert stock.loc["P-05"].geometry.area == pytest.approx(9600.0, abs=0.2)
    assert stock.loc["T-01", ["CS", "JDMJ", "KZCS", "KZMJ"]].tolist() == [12, 1500.0, 3, 4500.0]
    assert stock.loc["P-03", "KZMJ"] == 0
    assert (stock["KZCS"] <= stock["CS"]).all()
    assert (stock["JZMJ"] - stock["JDMJ"] * stock["CS"]).abs().max() < 1.0
    assert not _overlap(stock.geometry.to_numpy())


def test_signals(demo):
    series = pd.read_csv(demo.folder / "inputs" / "企业月度数据.csv", encoding="gb18030")
    firms = demo.read("企业.geojson").set_index("JZBH")
    truth = pd.read_csv(demo.folder / "truth" / "signals.csv", keep_default_na=False)
    assert (series.groupby("企业编号").size() == 24).all()
    mine = series[series["企业编号"] == firms.loc["P-03", "QYBH"]].set_index("月份")
    for month in ("2026-08", "2026-09", "2026-10"):
        before = month.replace("2026", "2025")
        assert mine.loc[month, "用电量（kWh）"] / mine.loc[before, "用电量（kWh）"] == pytest.approx(0.18, abs=1e-5)
        assert mine.loc[month, "参保人数"] == 126
    share = (~truth["wrong_signal"].isin(["", "planted"])).mean()
    assert 0.08 < share < 0.12
    assert set(truth["enterprise_id"]) == set(series["企业编号"]) == set(firms["QYBH"])


def test_a_wrong_signal_contradicts_the_true_state(demo):
    """A moved meter looks like a stop although tax and staff go on; idle firms with no lie show in every series."""
    series = pd.read_csv(demo.folder / "inputs" / "企业月度数据.csv", encoding="gb18030")
    truth = pd.read_csv(demo.folder / "truth" / "signals.csv", keep_default_na=False).set_index("enterprise_id")
    last = series.groupby("企业编号").tail(4).groupby("企业编号").mean(numeric_only=True)
    first = series.groupby("企业编号").head(8).groupby("企业编号").mean(numeric_only=True)
    ratio = last / first
    moved = ratio[truth.loc[ratio.index, "wrong_signal"] == "power_meter_moved"]
    assert len(moved) > 0
    assert (moved["用电量（kWh）"] < 0.35).all()
    assert (moved["入库税收（万元）"] > 0.6).all()
    plain = truth.loc[ratio.index, "wrong_signal"] == ""
    idle = ratio[plain & (truth.loc[ratio.index, "true_state"] == "idle")]
    busy = ratio[plain & (truth.loc[ratio.index, "true_state"] == "in_use")]
    assert (idle[["用电量（kWh）", "参保人数"]] < 0.1).all(axis=None)
    assert (busy["用电量（kWh）"] > 0.6).all()


def test_rasters_agree_with_the_fabric(demo, patches):
    with (
        rasterio.open(demo.folder / "inputs" / "DEM30.tif") as dem,
        rasterio.open(demo.folder / "inputs" / "地表覆盖2025.tif") as cover,
    ):
        assert dem.crs.to_epsg() == cover.crs.to_epsg() == 4549
        assert dem.res == (30.0, 30.0)
        box = shapely.box(*dem.bounds)
        assert box.covers(shapely.box(*patches.total_bounds))
        big = patches[patches.area > 5000]
        points = big.representative_point()
        values = np.array([v[0] for v in cover.sample(zip(points.x, points.y, strict=True))])
        heights = np.array([v[0] for v in dem.sample(zip(points.x, points.y, strict=True))])
    fields, woods = big["DLBM"].str.startswith("01").to_numpy(), (big["DLBM"] == "0301").to_numpy()
    assert (values[fields] == 10).mean() > 0.98
    assert (values[woods] == 20).mean() > 0.98
    assert np.median(heights[woods]) > np.median(heights[fields]) + 40
    water = (big["DLBM"] == "1101").to_numpy()
    assert heights[water].min() < np.percentile(heights[fields], 25)


def test_imagery_changes_where_something_was_built(demo, patches):
    bands = []
    for year in (2024, 2026):
        with rasterio.open(demo.folder / "inputs" / f"影像{year}.tif") as image:
            assert image.count == 4
            bands.append(image.read().astype(float))
            shape, transform = image.shape, image.transform
    supply = demo.read("土地供应.gpkg").set_index("GDBH")
    stock = demo.read("房屋建筑.zip")
    fresh = rasterize(stock[stock["DKBH"] == "D1-0103"].geometry, out_shape=shape, transform=transform).astype(bool)
    bare = rasterize([supply.loc["G-07"].geometry.buffer(-15)], out_shape=shape, transform=transform).astype(bool)
    town, roads = (_inner(patches[patches["DLBM"] == c], m, shape, transform) for c, m in (("201", 10), ("1003", 8)))
    change = np.abs(bands[1] - bands[0]).mean(axis=0)
    assert change[fresh].mean() > 3 * change[town].mean()
    assert change[bare].mean() < 2 * change[town].mean()
    assert 60 < bands[1][0][roads].mean() < 160
    # bare soil: red above near-infrared over green, unlike vegetation
    assert (bands[1][0][bare] > bands[1][1][bare]).mean() > 0.95


def _inner(table, margin_m, shape, transform):
    """Cells well inside some patches."""
    inner = table.buffer(-margin_m)
    return rasterize(inner[~inner.is_empty], out_shape=shape, transform=transform).astype(bool)


def _overlap(shapes):
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = one < other
    return bool((shapely.area(shapely.intersection(shapes[one[pairs]], shapes[other[pairs]])) > 0.01).any())
