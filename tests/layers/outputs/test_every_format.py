"""Every list in every format: opened by another reader, counted, coloured, and nothing cut without a word."""

import csv
import io
import re
import sqlite3
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import ezdxf
import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from geo.basis.errors import BlockedError, CallError
from layers.outputs import files, formats, lists
from layers.outputs.form import fields
from layers.outputs.formats import FORMATS
from layers.outputs.projected import Legend, Projection
from layers.outputs.shapefiles import short_names
from layers.sources.redline.read import read
from layers.study.run.results import open_results
from layers.text import code
from tests.district import CRS, box

TABLES = ("candidates", "sites", "ranking")


@pytest.fixture(scope="module")
def results(ranked_folder):
    return open_results(ranked_folder)


@pytest.fixture(scope="module")
def written(results, tmp_path_factory):
    """Every list in every format, by table and ending."""
    folder = tmp_path_factory.mktemp("written")
    out = {}
    for table in TABLES:
        for kind in FORMATS:
            path = folder / f"{table}.{kind}"
            out[table, kind] = (path, files.export(results, path, table, "zh"))
    return out


def drawn(path, table):
    if path.name.endswith(".shp.zip"):
        return gpd.read_file(f"/vsizip/{path}/{table}.shp")
    if path.suffix == ".parquet":
        return gpd.read_parquet(path)
    return gpd.read_file(path, layer=None if path.suffix in (".kml", ".geojson") else table)


@pytest.mark.parametrize("table", TABLES)
def test_maps_hold_every_row_at_its_place(written, results, table):
    rows, shapes = len(results.table(table)), files.shapes_of(results, table)
    for kind in ("gpkg", "shp.zip", "gdb.zip", "geojson", "kml", "parquet"):
        path, said = written[table, kind]
        found = drawn(path, table)
        assert said == len(found) == rows, kind
        off = found.geometry.to_crs(CRS).reset_index(drop=True).area - shapes.area.reset_index(drop=True)
        assert off.abs().max() < (2.0 if kind == "geojson" else 0.2), kind  # a centimetre, in degrees


def test_gdal_finds_the_same_codes_in_every_format(written):
    words = {code("status", s, "zh") for s in ("eligible", "conditional", "excluded", "unknown")}
    for kind in ("gpkg", "shp.zip", "gdb.zip", "parquet", "geojson"):
        found = set(drawn(written["candidates", kind][0], "candidates")["status"])
        assert found <= words, kind
        assert len(found) > 1, kind


def test_a_geopackage_brings_its_colours_and_its_headers(written):
    path = written["candidates", "gpkg"][0]
    with sqlite3.connect(path) as db:
        name, column, body, usual = db.execute(
            "select f_table_name, f_geometry_column, styleQML, useAsDefault from layer_styles"
        ).fetchone()
        place = db.execute("select column_name from gpkg_geometry_columns where table_name = 'candidates'").fetchone()
    assert (name, column, bool(usual)) == ("candidates", place[0], True)
    page = ElementTree.fromstring(body)
    assert page.find("renderer-v2").get("attr") == "status"
    shown = {c.get("value") for c in page.iter("category")}
    assert set(drawn(path, "candidates")["status"]) <= shown
    assert {a.get("name") for a in page.iter("alias")} >= {"地块编号", "状态"}
    symbols = {s.get("name") for s in page.iter("symbol")}
    assert {c.get("symbol") for c in page.iter("category")} <= symbols


def test_a_drawing_has_a_layer_for_every_state(written, results):
    page = ezdxf.readfile(written["candidates", "dxf"][0])
    assert not page.audit().errors
    used = {e.dxf.layer for e in page.modelspace().query("LWPOLYLINE")}
    assert used <= {code("status", s, "zh") for s in ("eligible", "conditional", "excluded", "unknown")}
    assert len(used) > 1
    texts = {e.dxf.text for e in page.modelspace().query("TEXT")}
    assert set(results.table("candidates")["parcel_id"]) <= texts
    assert all(e.closed for e in page.modelspace().query("LWPOLYLINE"))
    assert page.units == 6
    gdal = pyogrio.read_dataframe(written["candidates", "dxf"][0], encoding="utf-8")
    assert set(gdal["Layer"]) >= used, "another reader sees the same names"


def test_a_boundary_txt_is_read_back_as_it_was(written, results):
    shapes = files.shapes_of(results, "sites")
    for options, easting in (({}, False), ({"txt": "v9,prefix,gbk,unit=某市自然资源局"}, True)):
        path = written["sites", "txt"][0].with_name(f"again-{easting}.txt")
        files.export(results, path, "sites", "zh", asked=options)
        body = path.read_bytes().decode("gbk" if easting else "utf-8")
        assert ("数据产生单位=某市自然资源局" in body) is easting
        assert "格式版本号=1.01版本" in body
        assert re.search(r"数据产生日期=\d{4}-\d\d-\d\d", body)
        points = [line.split(",") for line in body.splitlines() if line.startswith("J")]
        assert all((float(p[3]) > 1e6) is easting for p in points)
        found = read(path, CRS)
        assert [p.plot_id for p in found.plots] == list(results.table("sites")["site_id"])
        for plot, shape in zip(found.plots, shapes, strict=True):
            assert plot.shape.symmetric_difference(shape).area < 0.5


def projected(texts, shapes=True):
    """Return a list whose cells are texts, with a place for every row but the last."""
    frame = pd.DataFrame({"parcel_id": [f"甲{k}" for k in range(len(texts))], "地块名称很长的一列": texts,
                          "net_m2": [1.5, float("nan"), float("inf"), *[2.0] * (len(texts) - 3)]})  # fmt: skip
    made = Projection(frame, {"net_m2": "可用面积（m²）"}, ("说明一",), "zh", Legend("parcel_id", {"甲0": "#12806A"}))
    places = [box(k * 50, 0, k * 50 + 40, 40) for k in range(len(texts) - 1)]
    return made, gpd.GeoSeries([*places, None], crs=CRS) if shapes else None


def test_case_17_names_longer_than_a_dbf_takes_are_short_and_told(tmp_path):
    made, shapes = projected(["一", "二", "三"])
    lists.write(made, tmp_path / "a.shp.zip", "list", tmp_path, shapes)
    found = gpd.read_file(f"/vsizip/{tmp_path / 'a.shp.zip'}/list.shp")
    assert list(found.iloc[:, 1]) == ["一", "二", "三"]
    assert all(len(c.encode()) <= 10 for c in found if c != "geometry")
    told = beside(tmp_path / "a.shp.zip", "fields.csv")
    assert ["net_m2", "net_m2", "可用面积（m²）"] in told
    assert [row[1] for row in told[1:4]] == list(made.frame)
    assert ["说明", "说明一", ""] in told
    names = short_names(["area_statutory_m2", "area_statutory_mu", "AREA_STATUTORY_X", "面积"])
    assert len({n.lower() for n in names}) == 4
    assert all(len(n) <= 10 and n.isascii() for n in names)


def beside(path, name):
    with zipfile.ZipFile(path) as archive:
        return list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def test_case_18_a_text_longer_than_a_dbf_takes_stands_whole_beside_it(tmp_path):
    long = "长" * 200
    made, shapes = projected(["短", long, "三"])
    lists.write(made, tmp_path / "a.shp.zip", "list", tmp_path, shapes)
    assert ["2", "甲1", "地块名称很长的一列", long] in beside(tmp_path / "a.shp.zip", "long_texts.csv")
    cut = gpd.read_file(f"/vsizip/{tmp_path / 'a.shp.zip'}/list.shp").iloc[1, 1]
    assert cut == "长" * 126
    made, shapes = projected(["短", "二", "三"])
    lists.write(made, tmp_path / "b.shp.zip", "list", tmp_path, shapes)
    assert "long_texts.csv" not in zipfile.ZipFile(tmp_path / "b.shp.zip").namelist()


def test_case_19_letters_gbk_has_not_are_kept_or_refused_by_name(tmp_path):
    rare = "㙍𬱟"
    made, shapes = projected([rare, "二", "三"])
    lists.write(made, tmp_path / "a.shp.zip", "list", tmp_path, shapes)
    with zipfile.ZipFile(tmp_path / "a.shp.zip") as archive:
        assert archive.read("list.cpg") == b"UTF-8"
    assert gpd.read_file(f"/vsizip/{tmp_path / 'a.shp.zip'}/list.shp").iloc[0, 1] == rare
    with pytest.raises(BlockedError) as refused:
        lists.write(replace(made, asked={"encoding": "gbk"}), tmp_path / "b.shp.zip", "list", tmp_path, shapes)
    assert dict(refused.value.reasons[0].values)["letters"] == "".join(sorted(rare))
    assert not (tmp_path / "b.shp.zip").exists()
    plain, shapes = projected(["一", "二", "三"])
    lists.write(plain, tmp_path / "c.shp.zip", "list", tmp_path, shapes)
    with zipfile.ZipFile(tmp_path / "c.shp.zip") as archive:
        assert archive.read("list.cpg") == b"GBK"


def test_a_row_without_a_place_is_in_every_format_or_refused_by_name(tmp_path):
    made, shapes = projected(["一", "二", "三"])
    for kind in (k for k in FORMATS if k != "txt"):
        lists.write(made, tmp_path / f"a.{kind}", "list", tmp_path, shapes)
    for kind in ("gpkg", "shp.zip", "gdb.zip", "geojson", "parquet"):
        found = drawn(tmp_path / f"a.{kind}", "list")
        assert len(found) == 3, kind
        assert found.geometry.isna().sum() == 1, kind
    marks = ElementTree.parse(tmp_path / "a.kml").getroot().iter("{http://www.opengis.net/kml/2.2}Placemark")
    assert len(list(marks)) == 3
    texts = [e.dxf.text for e in ezdxf.readfile(tmp_path / "a.dxf").modelspace().query("TEXT")]
    assert "甲2 –" in texts
    with pytest.raises(BlockedError) as refused:
        lists.write(made, tmp_path / "a.txt", "list", tmp_path, shapes)
    assert dict(refused.value.reasons[0].values)["rows"] == ["甲2"]


def test_points_and_areas_in_one_list_are_all_kept(tmp_path):
    made, _ = projected(["一", "二", "三"])
    shapes = gpd.GeoSeries([box(0, 0, 9, 9), shapely.Point(box(0, 0, 9, 9).centroid), None], crs=CRS)
    for kind in (k for k in FORMATS if k != "txt"):
        lists.write(made, tmp_path / f"a.{kind}", "list", tmp_path, shapes)  # counted as it is written
    assert {str(n) for n, _ in pyogrio.list_layers(tmp_path / "a.gdb.zip")} == {"list", "list_point"}


def test_no_row_has_a_place_and_whole_numbers_are_not_all_known(tmp_path):
    made, _ = projected(["一", "二", "三"])
    made = replace(made, frame=made.frame.assign(late_days=pd.array([3, None, 5], dtype="Int64")))
    nowhere = gpd.GeoSeries([None] * 3, crs=CRS)
    for kind in (k for k in FORMATS if k != "txt"):
        lists.write(made, tmp_path / f"a.{kind}", "list", tmp_path, nowhere)
    for kind in ("gpkg", "gdb.zip", "geojson", "parquet", "shp.zip"):
        found = drawn(tmp_path / f"a.{kind}", "list")
        assert len(found) == 3, kind
        days = found[next(c for c in found if c.startswith("late"))]
        assert days.isna().tolist() == [False, True, False], kind


def test_a_list_without_places_is_refused_as_a_map(tmp_path):
    made, _ = projected(["一", "二", "三"])
    for kind in lists.KINDS:
        lists.write(made, tmp_path / f"a.{kind}", "list", tmp_path)
    with pytest.raises(CallError) as refused:
        lists.write(made, tmp_path / "a.kml", "list", tmp_path)
    assert refused.value.reasons[0].code == "table_without_shapes"


def test_every_file_is_counted_before_it_is_handed_over(results, tmp_path, monkeypatch):
    assert [k for k, form in FORMATS.items() if form.count is None] == []
    for kind, form in FORMATS.items():
        path = tmp_path / f"a.{kind}"
        path.write_text("old")

        def short(part, made, shapes, table, whole=form.write):
            whole(part, replace(made, frame=made.frame.iloc[:-1]), None if shapes is None else shapes.iloc[:-1], table)

        monkeypatch.setitem(formats.FORMATS, kind, replace(form, write=short))
        with pytest.raises(BlockedError) as refused:
            files.export(results, path, "candidates", "zh")
        assert refused.value.reasons[0].code == "export_rows_differ", kind
        assert path.read_text() == "old"
    assert sorted(p.name for p in Path(tmp_path).iterdir()) == sorted(f"a.{k}" for k in FORMATS)


def test_case_76_a_name_of_a_file_leads_nowhere_else(results, tmp_path):
    home = tmp_path / "in"
    home.mkdir()
    with pytest.raises(BlockedError):
        files.export(results, home / ".." / ".." / "nowhere" / "a.csv", "candidates", "zh")
    with pytest.raises(BlockedError):
        files.export(results, results.folder / "inputs" / "a.csv", "candidates", "zh")
    assert list(home.iterdir()) == []


def test_case_72_kml_holds_no_markup_and_texts_no_controls(tmp_path):
    made, shapes = projected(["<b>x</b><script>1</script>", "\x1b[2J", "三"])
    lists.write(made, tmp_path / "a.kml", "list", tmp_path, shapes)
    said = [e.text or "" for e in ElementTree.parse(tmp_path / "a.kml").getroot().iter()]
    assert not [t for t in said if "<" in t]
    assert any("＜b＞x" in t for t in said)
    assert "\x1b" not in "".join(fields(made.frame).iloc[:, 1])
