"""Cases 20, 23, 24 and 27 of the shared folder through a whole run, and the hostile table with semicolons."""

from datetime import date

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
from rasterio.transform import from_bounds

from geo.basis.progress import silent
from layers.study import catalog
from layers.study.run import runs
from layers.study.run.results import open_results
from tests.cases import base
from tests.cases.test_shared_cases import case

CLASSES = "23-raster-small-parcel-nodata/classes.tif"
PARCELS = "23-raster-small-parcel-nodata/parcels.gpkg"
BOOKS = ["a_dimension_A1", "c_single_merge", "d_number_is_text", "plain"]
ASKED_M2 = [33_333.3333, 93_333.3333, 53_333.3333]
HEAD = ["项目编号", "项目名称", "行业代码", "总投资", "用地需求", "拟开工时间"]
LIST = [["XM-1", "甲厂", "C26", 1.2, 50, "2027-03-01"], ["XM-2", "乙厂", "C33", 3.1, 140, "2027-05-01"],
        ["XM-3", "丙厂", "C38", 2, 80, "2027-06-01"]]  # fmt: skip


def empty(folder, crs="EPSG:4549"):
    catalog.new(folder, crs=crs, name="例", as_of=date(2026, 11, 23))
    return folder


def listed(tmp_path, file, **given):
    """Add a project list to a study of parcels; return the projects of its run and what was said of them."""
    folder = base.study(tmp_path / "study")
    catalog.add(folder, file, {"role": "project", "id": "list"} | given)
    runs.update(folder, "project", silent)
    results = open_results(folder)
    return results.table("projects").set_index("project_id"), results.table("project_problems")


@pytest.mark.parametrize("name", BOOKS)
def test_20_every_workbook_holds_three_projects(tmp_path, name):
    projects, told = listed(tmp_path, case(f"20-xlsx-wps-dimension/{name}.xlsx"))
    assert projects["asked_m2"].tolist() == pytest.approx(ASKED_M2)
    assert projects["investment_total_wan"].tolist() == pytest.approx([12_000, 31_000, 20_000])
    starts = pd.to_datetime(projects["start_promised_on"]).dt.strftime("%Y-%m-%d").tolist()
    assert starts[1:] == ["2027-05-01", "2027-06-01"]
    if name == "d_number_is_text":  # 28.01.2027 in a cell that calls itself a number
        assert pd.isna(projects["start_promised_on"].iloc[0])
        assert "number_cell_holds_text" in set(told["code"])


def book(path, rows, unit="单位：亿元、亩"):
    sheet = openpyxl.Workbook()
    for row in [["招商项目推进表"], [unit], *rows]:
        sheet.active.append(row)
    sheet.save(path)
    return path


def csv(path, rows, encoding="gb18030", separator=","):
    lines = [["单位：亿元、亩"], *rows]
    text = "\n".join(separator.join(map(str, [*r, *[""] * (6 - len(r))])) for r in lines) + "\n"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("kind", ["csv", "gb18030 semicolon", "xlsx in 万元 and m²", "xlsx in English", "total row"])
def test_20_other_lists_say_the_same(tmp_path, kind):
    rows = [HEAD, *LIST]
    if kind == "xlsx in 万元 and m²":
        head = [*HEAD[:3], "总投资（万元）", "用地需求（平方米）", HEAD[5]]
        file = book(tmp_path / "a.xlsx", [head, *[[*r[:3], r[3] * 10_000, r[4] * 10_000 / 15, r[5]] for r in LIST]], "")
    elif kind == "xlsx in English":
        file = book(tmp_path / "a.xlsx", [["Project no.", "Project name", "Industry code", "Total investment (10k CNY)",
                                           "Land needed (mu)", "Construction began"],
                                          *[[*r[:3], r[3] * 10_000, *r[4:]] for r in LIST]], "")  # fmt: skip
    elif kind == "total row":
        file = book(tmp_path / "a.xlsx", [*rows, ["合计", "", "", 6.3, 270, ""]])
    else:
        file = csv(tmp_path / "a.csv", rows, separator=";" if "semicolon" in kind else ",")
    projects, _ = listed(tmp_path, file)
    assert projects["asked_m2"].tolist() == pytest.approx(ASKED_M2, rel=1e-6)
    assert projects["investment_total_wan"].tolist() == pytest.approx([12_000, 31_000, 20_000])


@pytest.mark.parametrize("start", ["31.02.2027", "01.02", "二季度前后"])
def test_20_a_day_nobody_can_read_is_unknown_and_listed(tmp_path, start):
    projects, told = listed(tmp_path, book(tmp_path / "a.xlsx", [HEAD, [*LIST[0][:5], start], *LIST[1:]]))
    assert pd.isna(projects.loc["XM-1", "started_on"])
    assert told["reason"].str.contains(start, regex=False).any()


RIGHT = {"A": "C2614", "B": "C2614", "C": "C26", "D": "C26", "E": "", "F": "C36", "G": "", "H": "C36", "I": "C36",
         "J": "C3612", "K": "B111", "L": "A0111", "M": "", "N": "", "O": "C", "P": "C26"}  # fmt: skip
SAID = {"E": "industry_contradicts", "G": "industry_edition", "K": "industry_zero", "M": "industry_several",
        "N": "industry_unknown"}  # fmt: skip


def as_csv(path, folder):
    frame = pd.read_excel(path, dtype=str, engine="openpyxl")
    frame.to_csv(folder / "a.csv", index=False)
    return folder / "a.csv"


def renamed(path, folder):
    frame = pd.read_excel(path, dtype=str, engine="openpyxl").rename(columns={"行业代码": "所属行业"})
    frame.to_excel(folder / "b.xlsx", index=False)
    return folder / "b.xlsx"


@pytest.mark.parametrize("form", [lambda path, folder: path, as_csv, renamed], ids=["xlsx", "csv", "other heading"])
def test_27_sixteen_ways_to_write_an_industry(tmp_path, form):
    projects, told = listed(tmp_path, form(case("27-gbt4754-codes/a.xlsx"), tmp_path))
    assert {k[-1]: v for k, v in projects["industry"].items()} == RIGHT
    codes = [c.removeprefix("project_cell_") for c in told["code"] if c.startswith("project_cell_industry")]
    assert sorted(codes) == sorted(SAID.values())


SHARES = {"A": (0.0, 1.0, 0.0), "B": (0.5, 0.5, 0.0), "C": (0.5, 0.0, 0.5)}
"""Of class 1, of class 2, unknown. C: half on class 1, half on no data."""


CELLS = 600


def shares(tmp_path, raster, **given):
    folder = empty(tmp_path / "study")
    catalog.add(folder, case(PARCELS), {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}})
    catalog.add(folder, raster, {"role": "raster", "id": "cover", "kind": "classes"} | given)
    runs.update(folder, "measure", silent)
    facts = open_results(folder).table("facts").set_index("parcel_id")
    return facts[[f"cover_class{k}_share" for k in (1, 2)] + ["cover_unknown_share"]]


def test_23_shares_of_a_raster_are_exact_and_no_data_is_unknown(tmp_path):
    found = shares(tmp_path, case(CLASSES))
    for parcel, right in SHARES.items():
        assert found.loc[parcel].tolist() == pytest.approx(right, abs=1e-9), parcel


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4528", "EPSG:32650"])
def test_23_a_raster_in_another_system_says_the_same_within_its_cells(tmp_path, crs):
    """Finer cells in the other system: what is off is at most a row of cells along the border of a class."""
    with rasterio.open(case(CLASSES)) as source:
        values, bounds = source.read(1), source.bounds
    west, south, east, north = gpd.GeoSeries([shapely.box(*bounds)], crs="EPSG:4549").to_crs(crs).total_bounds
    to = from_bounds(west, south, east, north, CELLS, CELLS)
    x, y = to * (np.arange(CELLS) + 0.5, np.arange(CELLS) + 0.5)
    back = pyproj.Transformer.from_crs(crs, "EPSG:4549", always_xy=True)
    there_x, there_y = back.transform(*np.meshgrid(x, y))
    column, row = ((there_x - bounds.left) // 30).astype(int), ((bounds.top - there_y) // 30).astype(int)
    inside = (column >= 0) & (row >= 0) & (column < 10) & (row < 10)
    out = np.where(inside, values[row.clip(0, 9), column.clip(0, 9)], 0).astype("uint8")
    with rasterio.open(tmp_path / "a.tif", "w", driver="GTiff", height=CELLS, width=CELLS, count=1, dtype="uint8",
                       crs=crs, transform=to, nodata=0) as made:  # fmt: skip
        made.write(out, 1)
    found = shares(tmp_path, tmp_path / "a.tif")
    for parcel, right in SHARES.items():
        assert found.loc[parcel].tolist() == pytest.approx(right, abs=0.03), parcel


SEMICOLONS = "a;wkt\n1;{first}\n2;{second}\n"
WKT = "POLYGON ((363050 3176000, 363050 3176400, 363000 3176400, 363000 3176000, 363050 3176000))"


def added(tmp_path, file, role="constraint"):
    folder = base.study(tmp_path / "study")
    told = base.add(folder, file, crs=base.CRS, role=role)
    return folder, told


def test_hostile_semicolon_wkt_is_read_and_its_broken_row_takes_coverage_away(tmp_path):
    folder, told = added(tmp_path, base.hostile("semicolon_wkt.csv"))
    assert told == {"wkt_unreadable": "rejected", "rows_rejected": "warn"}
    status = base.statuses(folder)
    assert sorted(p for p, s in status.items() if s == "excluded") == ["p00", "p04", "p08", "p12"]
    assert set(status.values()) == {"excluded", "unknown"}


@pytest.mark.grid
@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_commas_inside_shapes_are_no_separators(tmp_path, separator, encoding):
    second = WKT.replace("363050", "363450").replace("363000", "363440")
    text = SEMICOLONS.format(first=WKT, second=second).replace(";", separator)
    (tmp_path / "农田.csv").write_bytes(text.encode(encoding))
    folder, told = added(tmp_path, tmp_path / "农田.csv")
    assert set(told.values()) <= {"fixed"}
    status = base.statuses(folder)
    assert sorted(p for p, s in status.items() if s == "excluded") == ["p00", "p04", "p08", "p12"]
    assert set(status.values()) == {"excluded", "eligible"}
