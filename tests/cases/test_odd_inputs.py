"""What offices send beside the usual: a feature a line, Esri JSON, a red line as a layer, degrees, commas, outlines."""

import json
import warnings

import geopandas as gpd
import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely

from geo.basis.errors import BlockedError
from layers.sources import gate
from layers.study import catalog
from layers.text import sentence
from tests.cases import base

TXT = (
    "[属性描述]\n坐标系=2000国家大地坐标系\n带号=40\n[地块坐标]\n5,1.0,1,地块一,面,,,,@\nJ1,1,3176000,40363000\n"
    "J2,1,3176000,40363100\nJ3,1,3176100,40363100\nJ1,1,3176000,40363000\n"
)


def codes(path, cache, **options):
    with pytest.raises(BlockedError) as told:
        gate.open_vector(path, cache, **options)
    for one in told.value.reasons:
        for language in ("en", "zh"):
            assert not sentence(one, language).startswith("[")
    return [r.code for r in told.value.reasons]


@pytest.mark.grid
@pytest.mark.parametrize("mark", ["", "\x1e"])
@pytest.mark.parametrize("name", ["a.geojsonl", "a.json"])
def test_a_feature_a_line_is_a_layer(tmp_path, mark, name):
    rows = [
        mark + json.dumps({"type": "Feature", "properties": {"MC": m}, "geometry": shapely.geometry.mapping(g)})
        for m, g in zip(["甲", "乙"], base.farm().to_crs(4326).geometry, strict=True)
    ]
    (tmp_path / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    opened = gate.open_vector(tmp_path / name, tmp_path / ".cache")
    assert (opened.frame["MC"].tolist(), opened.crs) == (["甲", "乙"], "EPSG:4326")
    (tmp_path / "cut.json").write_text("\n".join(rows)[:-30], encoding="utf-8")
    assert codes(tmp_path / "cut.json", tmp_path / ".cache") == ["json_broken"]


def test_esri_json_is_called_by_its_name(tmp_path):
    body = {"geometryType": "esriGeometryPolygon", "spatialReference": {"wkid": 4549}, "features": []}
    (tmp_path / "a.json").write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(BlockedError) as told:
        gate.open_vector(tmp_path / "a.json", tmp_path / ".cache")
    assert told.value.reasons[0].values["found"] == "Esri JSON"


@pytest.mark.grid
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
@pytest.mark.parametrize("text", [TXT, TXT[TXT.index("[地块") :], "[项目信息]\n项目名称=甲\n" + TXT])
def test_a_red_line_given_as_a_layer_is_called_one(tmp_path, encoding, text):
    (tmp_path / "a.txt").write_text(text, encoding=encoding)
    assert codes(tmp_path / "a.txt", tmp_path / ".cache") == ["boundary_txt_as_layer"]


@pytest.mark.parametrize(
    ("separator", "x", "y", "place"),
    [(",", "118°36'00\"", "28°42'00\"", (118.6, 28.7)), (",", "118度36分", "28度42分", (118.6, 28.7)),
     (";", "363050,5", "3176050,25", (363050.5, 3176050.25)), (";", "118,60001", "28,7000", (118.60001, 28.7))],
)  # fmt: skip
def test_degrees_minutes_and_decimal_commas(tmp_path, separator, x, y, place):
    text = separator.join(["BH", "经度", "纬度"]) + "\n" + separator.join(["a", x, y]) + "\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    opened = gate.open_vector(tmp_path / "a.csv", tmp_path / ".cache")
    assert shapely.get_coordinates(opened.shapes)[0] == pytest.approx(place)


def test_a_comma_that_may_group_is_no_decimal(tmp_path):
    (tmp_path / "a.csv").write_text("BH;经度;纬度\na;118,600;28,700\n", encoding="utf-8")
    found = gate.open_vector(tmp_path / "a.csv", tmp_path / ".cache")
    assert len(found.shapes) == 0 or shapely.get_coordinates(found.shapes)[0].tolist() == [118600, 28700]


@pytest.mark.parametrize("kind", ["gpkg", "shp", "geojson"])
def test_a_layer_of_outlines_is_told_and_clears_nothing(tmp_path, kind):
    frame = base.farm()
    frame = frame.set_geometry(frame.geometry.boundary)
    (frame.to_crs(4326) if kind == "geojson" else frame).to_file(tmp_path / f"a.{kind}")
    folder = base.study(tmp_path / "study")
    assert base.add(folder, tmp_path / f"a.{kind}").get("layer_of_outlines") == "warn"
    assert set(base.statuses(folder).values()) == {"unknown"}


def test_roads_are_no_outlines(tmp_path):
    roads = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(base.X0, base.Y0), (base.X0 + 300, base.Y0)])], crs=base.CRS
    )
    roads.to_file(tmp_path / "a.gpkg")
    folder = base.study(tmp_path / "study")
    assert "layer_of_outlines" not in base.add(folder, tmp_path / "a.gpkg", id="road")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_project_list_without_names_is_refused_where_it_is_added(tmp_path, kind):
    """It used to be added without a word, and the run found no project in it."""
    folder = base.study(tmp_path / "study", with_parcels=False, boundary=False)
    frame = pd.DataFrame({"甲列": ["a"], "乙列": ["b"]})
    file = tmp_path / f"a.{kind}"
    frame.to_csv(file, index=False) if kind == "csv" else frame.to_excel(file, index=False)
    given = {"role": "project", "id": "list"}
    told = {"project_name_missing": "block", "project_column_unknown": "warn"}
    assert base.codes(catalog.checked(folder, file, given)) == told
    with pytest.raises(BlockedError):
        catalog.add(folder, file, given)
    catalog.add(folder, file, given | {"fields": {"name": "甲列"}})


@pytest.mark.parametrize("code", [4549, 4528, 2386, 2437])
@pytest.mark.parametrize("written", ["code", "proj", "utf-16"])
def test_a_prj_in_other_words_is_the_system_it_names(tmp_path, code, written):
    """Offered the system of the study in its place, a file of an old datum moved by 100 m without a word."""
    shapes = gpd.GeoDataFrame({"MC": ["a"]}, geometry=[base.box(0, 0, 50, 50)], crs=base.CRS)
    shapes.to_file(tmp_path / "a.shp")
    system = pyproj.CRS.from_epsg(code)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        texts = {"code": f"EPSG:{code}", "proj": system.to_proj4(), "utf-16": system.to_wkt("WKT1_ESRI")}
    (tmp_path / "a.prj").write_bytes(texts[written].encode("utf-16" if written == "utf-16" else "utf-8"))
    read = gate.open_vector(tmp_path / "a.shp", tmp_path / "cache")
    assert not {f.code for f in read.findings} & {"prj_unreadable", "prj_not_computable"}
    found, wanted = pyproj.CRS.from_user_input(read.crs), system
    assert found.ellipsoid.semi_major_metre == wanted.ellipsoid.semi_major_metre
    assert found.coordinate_operation.params[1].value == wanted.coordinate_operation.params[1].value


def test_a_geojson_in_utf_16_is_read(tmp_path):
    body = gpd.GeoDataFrame({"MC": ["甲"]}, geometry=[base.box(0, 0, 50, 50)], crs=base.CRS).to_crs(4326).to_json()
    (tmp_path / "a.geojson").write_text(body, encoding="utf-16")
    assert gate.open_vector(tmp_path / "a.geojson", tmp_path / "cache").frame["MC"].tolist() == ["甲"]


@pytest.mark.parametrize(
    ("name", "driver", "called"),
    [("a.tab", "MapInfo File", "MapInfo TAB"), ("a.mif", "MapInfo File", "MapInfo MIF"),
     ("a.fgb", "FlatGeobuf", "FlatGeobuf")],
)  # fmt: skip
def test_a_format_that_is_none_of_ours_is_called_by_its_name(tmp_path, name, driver, called):
    frame = gpd.GeoDataFrame({"MC": ["a"]}, geometry=[base.box(0, 0, 50, 50)], crs=base.CRS)
    pyogrio.write_dataframe(frame, tmp_path / name, driver=driver)
    with pytest.raises(BlockedError) as told:
        gate.open_vector(tmp_path / name, tmp_path / "cache")
    assert told.value.reasons[0].values["found"] == called
