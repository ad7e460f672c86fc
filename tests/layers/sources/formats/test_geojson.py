"""GeoJSON and TopoJSON by the letter (reliability 34-40, and the corpus of a linter)."""

import json

import pytest
import shapely

from geo.basis.errors import LuodiError
from layers.sources import gate
from layers.sources.formats import geojson
from tests.layers.sources import make

STYLE = {
    # the corpus calls these notes of style, not errors of structure
    "bad-polygon-interiorring-rhr", "excessive_precision_truncated", "geometrycollection_nested",
    "geometrycollection_single", "point-toomany", "polygon_winding_order",
}  # fmt: skip


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def corpus(kind: str) -> list[str]:
    folder = make.SHARED / "corpora" / "geojsonhint" / kind
    return sorted(p.name for p in folder.glob("*.geojson")) or ["absent.geojson"]


@pytest.mark.parametrize("name", [n for n in corpus("bad") if n.removesuffix(".geojson") not in STYLE])
def test_structural_errors_are_named(cache, name):
    path = make.real(f"corpora/geojsonhint/bad/{name}")
    try:
        file = gate.open_vector(path, cache)
    except LuodiError as error:
        blocked = [r.code for r in error.reasons]
    else:
        blocked = []
        wrong = [f for f in file.findings if f.severity == "rejected"]
        assert wrong
        assert all(f.code.startswith("geojson_") and int(f.row) >= 1 for f in wrong)
        assert file.total == len(file.frame) + len(wrong)
    assert all(code.startswith(("geojson_", "json_", "not_spatial")) for code in blocked)


@pytest.mark.parametrize("name", corpus("good"))
def test_good_files_pass(cache, name):
    path = make.real(f"corpora/geojsonhint/good/{name}")
    file = gate.open_vector(path, cache)
    assert [f.code for f in file.findings if f.code.startswith("geojson_")] == []
    assert file.total == len(file.frame) + sum(f.severity == "rejected" for f in file.findings)


@pytest.mark.parametrize("name", sorted(STYLE))
def test_matters_of_style_are_read(cache, name):
    file = gate.open_vector(make.real(f"corpora/geojsonhint/bad/{name}.geojson"), cache)
    assert len(file.shapes) == 1


def test_odd_rows_are_listed_and_the_others_kept(tmp_path, cache):
    good = make.box(120, 28, 0.01)
    path = make.geojson(
        tmp_path,
        good,
        None,
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[120, 28], [120.01, 28], [120.01, 28.01]]]},
        {"type": "Polygon", "coordinates": [[[120, 28], [120.01, 28], [120.01, 28.01], [120, 28.01]]]},
        {"type": "Polygon", "coordinates": [[[float("nan"), 28], [120.01, 28], [120.01, 28.01], [float("nan"), 28]]]},
        {"type": "Point", "coordinates": [1e300, 28]},
        make.polygon((120, 28), (120.01, 28), (120.02, 28), (120, 28)),
        {"type": "Polygon", "coordinates": [[["120", "28"], ["120.1", "28"], ["120.1", "28.1"], ["120", "28"]]]},
        good,
    )
    file = gate.open_vector(path, cache)
    found = {int(f.row): f.code for f in file.findings if f.severity == "rejected"}
    assert found == {
        2: "geometry_missing", 3: "geometry_empty", 4: "geojson_ring_short", 5: "geojson_ring_open",
        6: "geometry_not_finite", 7: "geometry_out_of_range", 8: "geometry_no_area", 9: "geojson_position_wrong",
    }  # fmt: skip
    assert file.rows.tolist() == [1, 10]
    assert file.total == 10


def test_infinity_and_huge_coordinates(tmp_path, cache):
    path = tmp_path / "a.geojson"
    ring = "[[1e400,28],[120.01,28],[120.01,28.01],[1e400,28]]"
    path.write_text('{"type":"Polygon","coordinates":[' + ring + "]}")
    assert make.codes(gate.open_vector(path, cache), "rejected") == ["geometry_not_finite"]
    huge = make.geojson(tmp_path, make.box(1e18, 1e18, 1e6), crs="urn:ogc:def:crs:EPSG::4549")
    assert make.codes(gate.open_vector(huge, cache), "rejected") == ["geometry_out_of_range"]


def test_the_old_crs_member_is_believed_and_said(tmp_path, cache):
    path = make.geojson(tmp_path, make.box(make.X, make.Y), crs="urn:ogc:def:crs:EPSG::4549")
    file = gate.open_vector(path, cache)
    assert file.crs == "EPSG:4549"
    assert "geojson_crs_member" in make.codes(file)


def test_gbk_geojson_and_long_ids(tmp_path, cache):
    path = make.geojson(tmp_path, make.box(120, 28, 0.01), make.box(121, 28, 0.01), code=[3205810000000000017, None])
    path.write_bytes(path.read_bytes().replace(b"P1", "水田".encode("gbk")))
    file = gate.open_vector(path, cache)
    assert file.frame["BSM"].tolist()[0] == "水田"
    assert file.frame["code"].tolist()[0] == "3205810000000000017"


def test_positions_of_three_and_more_numbers(tmp_path, cache):
    ring = [[120, 28, 5], [120.01, 28, 5], [120.01, 28.01, 5], [120, 28, 5]]
    file = gate.open_vector(make.geojson(tmp_path, {"type": "Polygon", "coordinates": [ring]}), cache)
    assert "geometry_flattened" in make.codes(file, "fixed")
    assert not shapely.has_z(file.shapes).any()


def test_topojson_arcs_are_joined(tmp_path, cache):
    body = {
        "type": "Topology", "arcs": [[[0, 0], [10, 0], [0, 10]], [[10, 10], [-10, 0], [0, -10]]],
        "transform": {"scale": [2.0, 2.0], "translate": [100.0, 20.0]},
        "objects": {"plots": {"type": "GeometryCollection", "geometries": [
            {"type": "Polygon", "arcs": [[0, 1]], "id": "0101", "properties": {"BSM": "A"}},
            {"type": "Polygon", "arcs": [[~1, ~0]], "properties": {"BSM": "B"}},
            {"type": "Polygon", "arcs": [[7]], "properties": {"BSM": "C"}},
            {"type": None, "properties": {"BSM": "D"}},
            {"type": "MultiPolygon", "arcs": [[[0, 1]], [[0, ~0]]], "properties": {"BSM": "E"}},
        ]}},
    }  # fmt: skip
    path = tmp_path / "a.topojson"
    path.write_text(json.dumps(body))
    file = gate.open_vector(path, cache)
    assert file.crs == ""
    assert file.frame["BSM"].tolist() == ["A", "B", "E"]
    assert file.frame["id"].tolist()[0] == "0101"
    assert shapely.bounds(file.shapes[0]).tolist() == [100.0, 20.0, 120.0, 40.0]
    assert shapely.equals(file.shapes[0], file.shapes[1])
    assert {f.row: f.code for f in file.findings if f.severity == "rejected"} == {
        "3": "topojson_arc_missing",
        "4": "geometry_missing",
    }


def test_a_repeated_member_is_ambiguous():
    from layers.sources.sniff import Repeated

    twice = Repeated({"type": "FeatureCollection", "features": []})
    twice.names = ("type",)
    with pytest.raises(LuodiError) as caught:
        geojson.read(twice, "a")
    assert caught.value.reasons[0].code == "geojson_member_twice"
