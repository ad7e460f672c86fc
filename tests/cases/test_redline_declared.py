"""Cases 13, 15, 19: a red line file that declares its CRS is taken as declared, in China and elsewhere."""

import json

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from geo.basis.errors import BlockedError
from layers.sources.redline import read as redline
from tests.layers.sources.redline_samples import asked, found, words

CHINA = "EPSG:4549"
SQUARE = shapely.box(500_000, 3_180_000, 500_100, 3_180_100)
ABROAD = {
    "EPSG:25832": (566_000.0, 5_934_000.0),  # Hamburg, ETRS89
    "EPSG:32631": (450_000.0, 5_410_000.0),  # Paris, WGS 84: the numbers would do for a zone of China too
    "EPSG:26943": (1_860_000.0, 640_000.0),  # California, NAD83: easting and northing look exchanged to China
    "EPSG:6677": (-6_000.0, -35_000.0),  # Tokyo, JGD2011
    "EPSG:28356": (334_000.0, 6_251_000.0),  # Sydney, GDA94, south of the equator
}


def read(path, study=CHINA, around=None, **options):
    west, south = around or (500_000.0, 3_180_000.0)
    bounds = (west - 5_000, south - 5_000, west + 5_000, south + 5_000)
    return redline.read(path, study, bounds=bounds, **options)


def refused(path, *args, **options):
    with pytest.raises(BlockedError) as caught:
        read(path, *args, **options)
    for told in caught.value.reasons:
        assert "1, 1" not in words(told)[0]
    return {r.code: r for r in caught.value.reasons}


def box_at(place):
    return shapely.box(*place, place[0] + 100, place[1] + 100)


def to_file(path, shape, crs, declared=None):
    frame = gpd.GeoDataFrame({"DKBH": ["D7"]}, geometry=[shape], crs=crs)
    if declared:
        frame = frame.to_crs(declared)
    if path.suffix != ".kml":
        frame.to_file(path)
        return path
    ring = " ".join(f"{x:.10f},{y:.10f}" for x, y in frame.geometry[0].exterior.coords)
    path.write_text(
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>D7</name><Polygon><outerBoundaryIs><LinearRing>'
        f"<coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>",
        encoding="utf-8",
    )
    return path


def geojson(path, shape, crs):
    body = {"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": crs}}, "features": [
        {"type": "Feature", "properties": {"DKBH": "D7"}, "geometry": shapely.geometry.mapping(shape)}]}  # fmt: skip
    path.write_text(json.dumps(body), encoding="utf-8")
    return path


def swapped(shape):
    return shapely.transform(shape, lambda xy: xy[:, ::-1])


def square_in(crs):
    return gpd.GeoSeries([SQUARE], crs=CHINA).to_crs(crs)[0]


@pytest.mark.parametrize(
    ("kind", "study"),
    [("gpkg", "EPSG:25832"), ("gpkg", "EPSG:26943"), ("gpkg", "EPSG:28356"), ("shp", "EPSG:32631"),
     ("shp", "EPSG:26943"), ("geojson", "EPSG:6677"), ("kml", "EPSG:25832"), ("kml", "EPSG:28356")],
)  # fmt: skip
def test_a_declared_file_of_a_study_abroad(tmp_path, study, kind):
    place = ABROAD[study]
    declared = "EPSG:4326" if kind in ("geojson", "kml") else None
    line = read(to_file(tmp_path / f"a.{kind}", box_at(place), study, declared), study, place)
    assert line.plots[0].shape.symmetric_difference(box_at(place)).area < 20  # datums agree to about a metre
    assert not line.confirmations
    assert not [f for f in line.findings if f.severity == "warn"]


@pytest.mark.grid
@pytest.mark.parametrize("study", ABROAD)
@pytest.mark.parametrize("form", ["metres", "degrees", "degrees, latitude first"])
def test_pasted_points_of_a_study_abroad(study, form):
    place = ABROAD[study]
    shape = box_at(place)
    if form != "metres":
        shape = gpd.GeoSeries([shape], crs=study).to_crs(pyproj.CRS(study).geodetic_crs)[0]
    shape = swapped(shape) if form.endswith("first") else shape
    text = "\n".join(f"{k},{x:.9f},{y:.9f}" for k, (x, y) in enumerate(shape.exterior.coords[:-1], 1))
    line = read(text, study, place)
    assert line.plots[0].shape.symmetric_difference(box_at(place)).area < 0.1
    told = asked(line)
    words(told["redline_crs_of_study"])
    assert ("redline_axes_xy_north_first" in told) == form.endswith("first")
    assert "redline_datum_assumed" not in told


def test_pasted_points_elsewhere_are_refused():
    reasons = refused("1,400000,5410000\n2,400100,5410000\n3,400100,5410100", "EPSG:25832", ABROAD["EPSG:25832"])
    assert set(reasons) == {"redline_numbers_elsewhere"}


@pytest.mark.parametrize("crs", ["urn:ogc:def:crs:EPSG::4549", "EPSG:4549", "urn:ogc:def:crs:EPSG::32651"])
def test_a_crs_member_is_believed(tmp_path, crs):
    code = crs.rsplit(":", 1)[1]
    line = read(geojson(tmp_path / "a.geojson", square_in(f"EPSG:{code}"), crs))
    assert line.plots[0].shape.symmetric_difference(SQUARE).area < 0.01
    assert line.plots[0].plot_id == "D7"
    assert ("redline_wgs84_taken" in asked(line)) == (code == "32651")


@pytest.mark.parametrize(
    ("crs", "shape", "fitting"),
    [("urn:ogc:def:crs:EPSG::4490", swapped(square_in(4490)), "--axes xy_north_first"),
     ("EPSG:4326", swapped(square_in(4326)), "--axes xy_north_first"),
     ("EPSG:4549", swapped(SQUARE), "--axes xy_north_first"),
     ("EPSG:4326", SQUARE, "--crs EPSG:4549"), ("EPSG:4549", square_in(4490), ""),
     ("EPSG:4528", SQUARE, "--crs EPSG:4549"), ("EPSG:4548", SQUARE, "--crs EPSG:4549")],
)  # fmt: skip
def test_a_wrong_declaration_is_refused_with_what_would_fit(tmp_path, crs, shape, fitting):
    path = geojson(tmp_path / "a.geojson", shape, crs)
    (told,) = refused(path).values()
    assert told.code.startswith("redline_declared_")
    assert told.values["fitting"][:1] == ([fitting] if fitting else [])
    option, _, value = fitting.removeprefix("--").partition(" ")
    if fitting:
        assert read(path, **{option: value}).plots[0].shape.symmetric_difference(SQUARE).area < 0.01


def test_a_far_file_is_not_turned_although_its_numbers_look_exchanged(tmp_path):
    far = shapely.box(3_180_000, 500_000, 3_180_100, 500_100)
    (told,) = refused(to_file(tmp_path / "a.gpkg", far, "EPSG:3857")).values()
    assert told.code.startswith("redline_declared_")
    assert told.values["fitting"] == []


GEOTOOLS = (
    'PROJCS["CGCS2000 / 3-degree Gauss-Kruger CM 120E",GEOGCS["China Geodetic Coordinate System 2000",'
    'DATUM["China 2000",SPHEROID["CGCS2000",6378137.0,298.257222101]{shift}],'
    'PRIMEM["Greenwich",0.0],UNIT["degree",0.017453292519943295],'
    'AXIS["Geodetic latitude",NORTH],AXIS["Geodetic longitude",EAST]],PROJECTION["{method}"],'
    'PARAMETER["latitude{_}of{_}origin",0],PARAMETER["central{_}meridian",120],PARAMETER["scale{_}factor",1],'
    'PARAMETER["false{_}easting",500000],PARAMETER["false{_}northing",0],UNIT["m",1.0],AXIS["Easting",EAST],'
    'AXIS["Northing",NORTH]]'
)


@pytest.mark.grid
@pytest.mark.parametrize("method", ["Transverse Mercator Zoned Grid System", "Transverse_Mercator"])
@pytest.mark.parametrize("shift", [",TOWGS84[0,0,0,0,0,0,0]", ""])
@pytest.mark.parametrize("_", [" ", "_"])
def test_words_of_geotools(tmp_path, method, shift, _):
    path = to_file(tmp_path / "a.shp", SQUARE, CHINA)
    path.with_suffix(".prj").write_text(GEOTOOLS.format(method=method, shift=shift, _=_))
    assert read(path).plots[0].shape.symmetric_difference(SQUARE).area < 0.01


def test_words_nobody_computes_with_are_named(tmp_path):
    path = to_file(tmp_path / "a.shp", SQUARE, CHINA)
    path.with_suffix(".prj").write_text(GEOTOOLS.format(method="Own Grid", shift="", _="_"))
    line = read(path)  # without a system the numbers are asked, and so is the user
    words(found(line)["prj_not_computable"].reason)
    assert "redline_zone_from_study" in asked(line)


def test_a_prefixed_easting_in_a_system_of_the_users_own(tmp_path):
    wkt = pyproj.CRS("EPSG:4528").to_wkt("WKT1_ESRI").replace("CGCS2000_3_Degree_GK_Zone_40", "Xian")
    path = to_file(tmp_path / "a.shp", shapely.transform(SQUARE, lambda xy: np.add(xy, (40e6, 0))), "EPSG:4528")
    path.with_suffix(".prj").write_text(wkt)
    assert read(path).plots[0].shape.symmetric_difference(SQUARE).area < 0.01


@pytest.mark.parametrize("old", ["EPSG:2437", "EPSG:2385"])
def test_old_datums_are_still_refused(tmp_path, old):
    words(refused(to_file(tmp_path / "a.gpkg", SQUARE, old))["redline_old_datum"])


def test_modern_datums_are_a_note(tmp_path):
    place = ABROAD["EPSG:26943"]
    path = to_file(tmp_path / "a.gpkg", box_at(place), "EPSG:26943", "EPSG:6318")  # NAD83(2011)
    line = read(path, "EPSG:26943", place)
    assert {f.severity for f in line.findings} <= {"fixed"}
    path = to_file(tmp_path / "b.gpkg", SQUARE, CHINA, "EPSG:4258")  # ETRS89 against CGCS2000
    noted = found(read(path))["redline_datum_equal"]
    assert noted.severity == "fixed"
    words(noted.reason)


EXTENDED = {
    "data": '<ExtendedData><Data name="DKBH"><value>D7</value></Data><Data name="DKYT"><value>工业用地</value></Data>'
            "</ExtendedData>",
    "schema": '<ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="DKBH">D7</SimpleData>'
              '<SimpleData name="DKYT">工业用地</SimpleData></SchemaData></ExtendedData>',
}  # fmt: skip
SCHEMA = (
    '<Schema name="s" id="s"><SimpleField name="DKBH" type="string"/><SimpleField name="DKYT" type="string"/></Schema>'
)


@pytest.mark.parametrize("form", EXTENDED)
def test_kml_keeps_extended_data_and_offers_folders(tmp_path, form):
    ring = " ".join(f"{x:.10f},{y:.10f},0" for x, y in square_in(4326).exterior.coords)
    place = (f"<Placemark><name>红线</name>{EXTENDED[form]}<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}"
             "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>")  # fmt: skip
    other = (
        "<Folder><name>现状</name><Placemark><Point><coordinates>120,28.7,0</coordinates></Point></Placemark></Folder>"
    )
    folders = f"{other}<Folder><name>报批</name><Folder><name>一期</name>{place}</Folder></Folder>"
    for body in (place, folders):
        (tmp_path / "a.kml").write_text(
            f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{SCHEMA}{body}</Document></kml>', encoding="utf-8"
        )
        if body == folders:
            assert set(refused(tmp_path / "a.kml")["several_layers"].values["layers"]) == {"现状", "报批", "一期"}
        (plot,) = read(tmp_path / "a.kml", layer="一期" if body == folders else "").plots
        assert (plot.plot_id, plot.name, dict(plot.attributes)) == ("D7", "红线", {"地块用途": "工业用地"})
        assert plot.shape.area == pytest.approx(10_000, abs=0.1)
