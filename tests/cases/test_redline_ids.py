"""Case 21 and its brothers: ids with lost digits are named; a dash, and a very long id, are ids."""

import csv
import io

import geopandas as gpd
import openpyxl
import pytest
import shapely

from geo.basis.progress import silent
from layers.outputs import redline_files
from layers.outputs.project import safe
from layers.sources import gate
from layers.study import checks
from layers.study.checks import RedlineQuestion
from tests import district
from tests.layers.sources import make
from tests.layers.sources.redline_samples import GOOD, asked, found, get, words

BOX = shapely.box(500_000, 3_180_000, 500_100, 3_180_100)
HEADER = ["电子监管号", "项目名称", "面积"]


def table(path, ids):
    rows = [HEADER, *[[number, f"地块{k}", 10.5 + k] for k, number in enumerate(ids)]]
    if path.suffix == ".csv":
        stream = io.StringIO()
        csv.writer(stream).writerows(rows)
        path.write_text(stream.getvalue(), encoding="utf-8")
        return path
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


LOST = [
    ("a.csv", ["3.30881E+18", "3.30881E+18"]), ("a.csv", ["1.2E+17", "1.3E+17"]),
    ("a.csv", ["3308810010010010000", "3308810010020010000"]), ("a.xlsx", [3.30881001001e18, 3.30881001002e18]),
    ("a.xlsx", ["3.30881E+18", "3.30882e18"]),
]  # fmt: skip
KEPT = [("a.csv", ["330881001001000000", "330881001001000001"]), ("a.csv", ["330881000000000000", "D7"]),
        ("a.csv", ["12E4", "1.2E+05"]), ("a.xlsx", ["3308810010010012345", "3308810010010012346"])]  # fmt: skip


@pytest.mark.parametrize(("name", "ids"), LOST)
def test_lost_digits_are_named_with_rows_columns_and_values(tmp_path, name, ids):
    (told,) = [
        f for f in gate.open_table(table(tmp_path / name, ids), tmp_path / "c").findings if f.code == "digits_lost"
    ]
    assert told.severity == "warn"
    assert (told.reason.values["rows"], told.reason.values["columns"]) == ([2, 3], ["电子监管号"])
    words(told.reason)


@pytest.mark.parametrize(("name", "ids"), KEPT)
def test_whole_ids_are_not_accused(tmp_path, name, ids):
    assert "digits_lost" not in make.codes(gate.open_table(table(tmp_path / name, ids), tmp_path / "c"), "warn")


@pytest.mark.parametrize("kind", ["gpkg", "geojson"])
def test_ids_stored_as_numbers_in_a_map_file(tmp_path, kind):
    frame = gpd.GeoDataFrame({"BSM": [3.30881001001e18, 3.30881001002e18]}, geometry=[BOX, BOX], crs="EPSG:4549")
    path = tmp_path / f"a.{kind}"
    (frame.to_crs(4326) if kind == "geojson" else frame).to_file(path)
    assert "digits_lost" in make.codes(gate.open_vector(path, tmp_path / "c"), "warn")


@pytest.mark.parametrize(
    "text",
    [GOOD.replace("DK1", "3.30881E+18"),
     "地块,点号,X,Y\n" + "".join(f"1.2E+17,{k},{y},{x}\n" for k, (x, y) in enumerate(BOX.exterior.coords[:-1], 1))],
)  # fmt: skip
def test_plot_ids_with_lost_digits(text):
    words(found(get(text))["redline_id_digits_lost"].reason)
    assert asked(get(text))


@pytest.mark.parametrize("plot_id", ["-", "甲" * 300, "x" * 300, "-5"])
def test_a_dash_and_a_long_id_are_ids_of_plots(own_district, tmp_path, plot_id):
    corners = [(25, 25), (25, 75), (75, 75), (75, 25)]
    points = "".join(f"J{k},1,{district.Y0 + y:.3f},{district.X0 + x:.3f}\n" for k, (x, y) in enumerate(corners, 1))
    path = tmp_path / "a.txt"
    path.write_text(
        f"[属性描述]\n坐标系=CGCS2000\n[地块坐标]\n4,0.25,{plot_id},{plot_id},面,,,,@\n{points}", encoding="utf-8"
    )
    answer = redline_files.answer_of(checks.check(own_district, path, RedlineQuestion(), silent))
    assert list(answer.plots["parcel_id"]) == [plot_id]
    for ending in ("txt", "xlsx", "docx"):
        redline_files.write(answer, tmp_path / f"out.{ending}", "zh")
    assert f",{plot_id},{plot_id},面," in (tmp_path / "out.txt").read_text(encoding="utf-8")


def test_a_dash_stays_a_dash_in_every_list():
    assert [safe(t) for t in ("-", "－")] == ["-", "－"]
    assert [safe(t)[0] for t in ("-1+1", "=1", "+1", "@x", "--1", "-A1", "-5")] == ["'"] * 7


def test_codes_of_divisions_filled_up_with_zeros_are_whole():
    from layers.sources.checks import digits

    villages = [f"339900{k:06d}0000000" for k in range(1001, 1020)]
    assert digits.lost({"ZLDWDM": villages}, range(1, 20)) == []
    cut = [f"3399001{k:08d}0000" for k in range(10_123_456, 10_123_475)]
    assert [f.code for f in digits.lost({"BH": cut}, range(1, 20))] == ["digits_lost"]
