"""Files as departments send them, whole and broken (reliability cases 1-3, 15-30, 34-40)."""

import json
import sqlite3
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pytest
import shapely
from pyarrow import parquet

from geo.basis.errors import LuodiError
from layers.sources import forks, gate
from layers.sources.limits import Limits
from tests.layers.sources import make


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def test_the_same_layer_comes_out_of_every_format(tmp_path, cache):
    frame = make.squares(3)
    made = [make.shapefile(tmp_path, frame), make.gpkg(tmp_path, frame)]
    pyogrio.write_dataframe(frame, tmp_path / "parcels.gdb", driver="OpenFileGDB", layer="parcels")
    frame.to_parquet(tmp_path / "parcels.parquet")
    pd.DataFrame({"BSM": frame["BSM"], "WKT": frame.geometry.to_wkt()}).to_csv(tmp_path / "parcels.csv", index=False)
    parts = {p.name: p.read_bytes() for p in tmp_path.glob("parcels.*") if p.suffix in (".shp", ".shx", ".dbf", ".prj")}
    made.append(make.zipped(tmp_path / "zipped.zip", parts))
    made += [tmp_path / "parcels.gdb", tmp_path / "parcels.parquet", tmp_path / "parcels.csv"]
    for path in made:
        file = gate.open_vector(path, cache)
        assert file.frame["BSM"].tolist() == ["P1", "P2", "P3"], path
        assert shapely.area(file.shapes).tolist() == pytest.approx([10_000.0] * 3), path
        assert file.crs == ("" if path.suffix == ".csv" else make.GK), path
        assert file.total == 3


def test_a_second_opening_reads_the_cache_and_a_change_is_noticed(tmp_path, monkeypatch):
    path = make.gpkg(tmp_path, make.squares(2))
    first = gate.open_vector(path, tmp_path / "cache")
    monkeypatch.setattr(gate, "run", lambda *_: pytest.fail("parsed a second time"))
    assert gate.open_vector(path, tmp_path / "cache").sha256 == first.sha256
    monkeypatch.undo()
    path.unlink()
    make.gpkg(tmp_path, make.squares(3))
    again = gate.open_vector(path, tmp_path / "cache")
    assert len(again.frame) == 3
    assert again.sha256 != first.sha256


def test_missing_prj_leaves_the_crs_open(tmp_path, cache):
    path = make.shapefile(tmp_path, make.squares())
    path.with_suffix(".prj").unlink()
    assert gate.open_vector(path, cache).crs == ""


def test_garbage_prj_is_said(tmp_path, cache):
    path = make.shapefile(tmp_path, make.squares())
    path.with_suffix(".prj").write_text("garbage")
    file = gate.open_vector(path, cache)
    assert file.crs == ""
    assert "prj_unreadable" in make.codes(file, "warn")


def test_a_custom_meridian_is_kept_by_its_parameters(tmp_path, cache):
    custom = "+proj=tmerc +lat_0=0 +lon_0=112.5 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m"
    file = gate.open_vector(make.shapefile(tmp_path, make.squares(crs=custom)), cache)
    assert "112.5" in file.crs
    [said] = [f for f in file.findings if f.code == "crs_custom"]
    assert "112.5" in said.reason.values["parameters"]


def test_gbk_without_cpg(tmp_path, cache):
    frame = make.squares(DLMC=["水田", "村庄", "乔木林地"])
    path = make.shapefile(tmp_path, frame, encoding="GBK")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    data = bytearray(path.with_suffix(".dbf").read_bytes())
    data[29] = 0
    path.with_suffix(".dbf").write_bytes(data)
    file = gate.open_vector(path, cache)
    assert file.frame["DLMC"].tolist() == ["水田", "村庄", "乔木林地"]
    [said] = [f for f in file.findings if f.code == "encoding_found"]
    assert said.severity == "fixed"
    assert "水田" in said.reason.values["sample"]


def test_cpg_says_utf8_but_bytes_are_gbk(tmp_path, cache):
    path = make.shapefile(tmp_path, make.squares(DLMC=["水田", "村庄", "河流水面"]), encoding="GBK")
    path.with_suffix(".cpg").write_text("UTF-8")
    assert gate.open_vector(path, cache).frame["DLMC"].tolist() == ["水田", "村庄", "河流水面"]


def test_a_wrong_encoding_of_the_user_is_refused(tmp_path, cache):
    path = make.shapefile(tmp_path, make.squares(DLMC=["水田", "村庄", "林地"]), encoding="GBK")
    assert make.refused(cache, path, encoding="utf-8") == ["encoding_wrong"]
    assert make.refused(cache, path, encoding="klingon") == ["encoding_name_unknown"]


def test_dbf_keeps_every_digit_and_every_zero(tmp_path, cache):
    path = make.shapefile(tmp_path, make.squares(2))
    make.dbf(
        path.with_suffix(".dbf"),
        [(b"BSM", "N", 19, 0), (b"DLBM", "C", 4, 0), (b"TBMJ", "N", 12, 2), (b"NOTE", "C", 5, 0)],
        [[b"3205810000000000017", b"0101", b"1234.50", "水田".encode()[:5]], [b"", b"0102", b"", b"a"]],
    )
    file = gate.open_vector(path, cache)
    assert file.frame["BSM"].tolist()[0] == "3205810000000000017"
    assert pd.isna(file.frame["BSM"].iloc[1])
    assert file.frame["DLBM"].tolist() == ["0101", "0102"]
    assert file.frame["TBMJ"].tolist()[0] == 1234.5
    assert file.frame["NOTE"].tolist() == ["水", "a"], "half a letter is dropped, and said"
    assert "text_cut" in make.codes(file, "warn")


def test_integers_with_a_null_keep_their_digits_in_gpkg(tmp_path, cache):
    frame = make.squares(2, code=pd.array([3205810000000000017, None], "Int64"))
    assert gate.open_vector(make.gpkg(tmp_path, frame), cache).frame["code"].tolist()[0] == "3205810000000000017"


def test_a_cut_shp_is_blocked(tmp_path, cache):
    path = make.shapefile(tmp_path, make.squares(50))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert make.refused(cache, path) == ["shp_truncated"]


def test_a_cut_dbf_names_the_row(tmp_path, cache):
    path = make.shapefile(tmp_path, make.squares(50))
    whole = path.with_suffix(".dbf").read_bytes()
    path.with_suffix(".dbf").write_bytes(whole[: len(whole) // 2])
    assert make.refused(cache, path) == ["dbf_truncated"]


def test_a_dbf_of_another_shapefile_is_blocked(tmp_path, cache):
    path = make.shapefile(tmp_path, make.squares(5))
    other = make.shapefile(tmp_path, make.squares(4), name="other")
    path.with_suffix(".dbf").write_bytes(other.with_suffix(".dbf").read_bytes())
    assert make.refused(cache, path) == ["dbf_rows_differ"]


def test_missing_side_files(tmp_path, cache):
    path = make.shapefile(tmp_path, make.squares())
    path.with_suffix(".shx").unlink()
    file = gate.open_vector(path, cache)
    assert len(file.shapes) == 3
    assert "shx_missing" in make.codes(file, "fixed")
    path.with_suffix(".dbf").unlink()
    assert "dbf_missing" in make.codes(gate.open_vector(path, cache), "warn")
    assert not path.with_suffix(".shx").exists(), "the user's folder is left as it was"


def test_deleted_dbf_rows_are_not_read_and_counted(tmp_path, cache):
    path = make.shapefile(tmp_path, make.squares(3))
    data = bytearray(path.with_suffix(".dbf").read_bytes())
    head, width = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    data[head + width] = ord("*")
    path.with_suffix(".dbf").write_bytes(data)
    file = gate.open_vector(path, cache)
    assert file.frame["BSM"].tolist() == ["P1", "P3"]
    assert file.rows.tolist() == [1, 3]
    assert file.total == 2
    assert "dbf_deleted" in make.codes(file, "fixed")


def test_upper_case_side_files(tmp_path, cache):
    path = make.shapefile(tmp_path, make.squares())
    path.with_suffix(".dbf").rename(tmp_path / "PARCELS.DBF")
    assert gate.open_vector(path, cache).frame["BSM"].tolist() == ["P1", "P2", "P3"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.shp", b"", "file_empty"),
        ("a.shp", b"<html><body>Login</body></html>", "not_spatial"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [', "json_broken"),
        ("a.geojson", b"[" * 100_000, "json_too_deep"),
        ("a.gpkg", b"SQLite format 3\x00" + b"\x00" * 200, "not_spatial"),
        ("a.parquet", b"PAR1" + b"\x00" * 60 + b"PAR1", "file_unreadable"),
        ("a.zip", b"PK\x03\x04garbage", "zip_broken"),
        ("a.dwg", b"AC1032\x00\x00", "cad_not_ascii_dxf"),
        ("a.bin", bytes(range(256)), "not_spatial"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
        ("a.dbf", b"\x03" + b"\x00" * 40, "not_spatial"),
        ("a.tif", b"II*\x00" + b"\x00" * 20, "not_vector"),
    ],
)
def test_what_is_no_map_is_refused_by_content(tmp_path, cache, name, content, code):
    path = tmp_path / name
    path.write_bytes(content)
    assert make.refused(cache, path) == [code]


def test_missing_file_and_empty_folder(tmp_path, cache):
    assert make.refused(cache, tmp_path / "nope.shp") == ["file_missing"]
    assert make.refused(cache, tmp_path) == ["folder_not_a_gdb"]


def test_an_empty_layer_is_said(tmp_path, cache):
    file = gate.open_vector(make.geojson(tmp_path), cache)
    assert file.total == 0
    assert "layer_empty" in make.codes(file, "warn")


def test_several_layers_are_listed_until_one_is_named(tmp_path, cache):
    path = make.gpkg(tmp_path, make.squares(1), layer="one")
    make.gpkg(tmp_path, make.squares(2), layer="二")
    assert make.refused(cache, path) == ["several_layers"]
    assert make.refused(cache, path, layer="three") == ["layer_unknown"]
    assert gate.listing(path, cache) == ["one", "二"]
    assert len(gate.open_vector(path, cache, layer="二").frame) == 2


def test_a_stale_feature_count_loses_no_rows(tmp_path, cache):
    path = make.gpkg(tmp_path, make.squares(81))
    with sqlite3.connect(path) as base:
        base.execute("UPDATE gpkg_ogr_contents SET feature_count = 1")
    base.close()
    assert len(gpd.read_file(path, use_arrow=False)) == 1, "the trap this test is about"
    assert len(gate.open_vector(path, cache).frame) == 81


def test_a_malicious_gpkg_layer_name_is_only_a_name(tmp_path, cache):
    path = make.gpkg(tmp_path, make.squares(2), layer='a"; DROP TABLE gpkg_contents; --')
    assert len(gate.open_vector(path, cache).frame) == 2


def test_windows_zip_with_chinese_names(tmp_path, cache):
    path = make.shapefile(tmp_path, make.squares(DLMC=["水田", "村庄", "林地"]), encoding="GBK")
    files = [path.with_suffix(s) for s in (".shp", ".shx", ".dbf", ".prj")]
    archive = make.gbk_zip(tmp_path / "交付.zip", "永久基本农田"[:5], files)
    file = gate.open_vector(archive, cache)
    assert file.frame["DLMC"].tolist() == ["水田", "村庄", "林地"]
    assert file.layer == "永久基本农x"


def test_zipped_gdb_and_archive_of_several(tmp_path, cache):
    pyogrio.write_dataframe(make.squares(2), tmp_path / "a.gdb", driver="OpenFileGDB", layer="DLTB")
    entries = {f"交付/a.gdb/{p.name}": p.read_bytes() for p in (tmp_path / "a.gdb").iterdir()}
    path = make.zipped(tmp_path / "a.gdb.zip", entries | {"readme.pdf": b"%PDF"})
    file = gate.open_vector(path, cache)
    assert file.layer == "DLTB"
    assert len(file.frame) == 2
    assert "zip_papers" in make.codes(file, "fixed")
    odd = gate.open_vector(make.zipped(tmp_path / "odd.zip", entries | {"旧.mdb": b"x"}), cache)
    assert "zip_entries_ignored" in make.codes(odd, "warn")
    body = make.geojson(tmp_path, make.box(120, 28, 0.01)).read_bytes()
    both = make.zipped(tmp_path / "both.zip", {"one.geojson": body, "two.geojson": body})
    assert make.refused(cache, both) == ["several_layers"]
    assert gate.listing(both, cache) == ["one", "two"]
    assert len(gate.open_vector(both, cache, layer="two").frame) == 1


@pytest.mark.parametrize("crs", ["absent", "null", "given"])
def test_geoparquet_crs(tmp_path, cache, crs):
    path = tmp_path / "p.parquet"
    make.squares(2).to_parquet(path)
    table = parquet.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    if crs == "absent":
        del geo["columns"]["geometry"]["crs"]
    elif crs == "null":
        geo["columns"]["geometry"]["crs"] = None
    parquet.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), path)
    assert gate.open_vector(path, cache).crs == {"absent": "EPSG:4326", "null": "", "given": make.GK}[crs]


def test_broken_geoparquet(tmp_path, cache):
    path = tmp_path / "p.parquet"
    make.squares(2).to_parquet(path)
    table = parquet.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(path.read_bytes()[:-200])
    assert make.refused(cache, cut) == ["file_unreadable"]
    parquet.write_table(table.replace_schema_metadata({b"geo": b"{"}), path)
    assert make.refused(cache, path) == ["parquet_not_geo"]
    wrong = geo | {"primary_column": "shape"}
    parquet.write_table(table.replace_schema_metadata({b"geo": json.dumps(wrong).encode()}), path)
    assert make.refused(cache, path) == ["parquet_without_geometry"]
    bad = table.set_column(1, "geometry", pa.array([b"\x01\x03", table["geometry"][1].as_py()], pa.binary()))
    parquet.write_table(bad.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), path)
    file = gate.open_vector(path, cache)
    assert make.codes(file, "rejected") == ["geometry_unreadable"]
    assert file.total == 2 == len(file.frame) + 1


def test_a_parquet_that_promises_too_much_is_not_loaded(tmp_path, cache, monkeypatch):
    path = tmp_path / "bomb.parquet"
    make.squares(60).to_parquet(path)
    monkeypatch.setattr(gate, "LIMITS", Limits(rows=50))
    assert make.refused(cache, path) == ["too_many_rows"]


def test_dxf_closed_lines_become_areas(tmp_path, cache):
    rings = gpd.GeoSeries([make.squares(1).geometry[0].exterior, shapely.LineString([(0, 0), (5, 5)])])
    pyogrio.write_dataframe(gpd.GeoDataFrame(geometry=rings), tmp_path / "a.dxf", driver="DXF")
    file = gate.open_vector(tmp_path / "a.dxf", cache)
    assert sorted(shapely.area(file.shapes).tolist()) == [0.0, pytest.approx(10_000.0)]
    assert file.crs == ""
    assert "dxf_closed_lines" in make.codes(file, "fixed")


def test_kml_and_its_links(tmp_path, cache):
    ring = "120,28,5 120.01,28,5 120.01,28.01,5 120,28.01,5 120,28,5"
    path = tmp_path / "a.kml"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>园区</name>'
        "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink><Placemark><name>一号</name>"
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
        "</Placemark></Document></kml>",
        encoding="utf-8",
    )
    file = gate.open_vector(path, cache)
    assert file.frame["Name"].tolist() == ["一号"]
    assert file.crs == "EPSG:4326"
    assert not shapely.has_z(file.shapes).any()
    assert {"kml_link_ignored", "geometry_flattened"} <= set(make.codes(file))
    packed = make.zipped(tmp_path / "a.kmz", {"doc.kml": path.read_bytes()})
    assert gate.open_vector(packed, cache).frame["Name"].tolist() == ["一号"]


def test_curves_are_drawn_as_lines_and_said(tmp_path, cache):
    path = make.gpkg(tmp_path, make.squares(1))
    with sqlite3.connect(path) as base:
        blob = base.execute("SELECT geom FROM parcels").fetchone()[0]
        circle = _circle_wkb(2.0)
        base.create_function("ST_IsEmpty", 1, lambda _: 0)
        for name in ("MinX", "MaxX", "MinY", "MaxY"):
            base.create_function(f"ST_{name}", 1, lambda _: 0.0)
        base.execute("UPDATE parcels SET geom = ?", (blob[:2] + b"\x00\x01" + blob[4:8] + circle,))
        base.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'CURVEPOLYGON'")
    base.close()
    file = gate.open_vector(path, cache)
    assert "geometry_linearised" in make.codes(file, "fixed")
    assert shapely.area(file.shapes)[0] == pytest.approx(np.pi * 4, rel=1e-4)


def _circle_wkb(radius):
    import struct

    points = [(radius, 0.0), (0.0, radius), (-radius, 0.0), (0.0, -radius), (radius, 0.0)]
    line = struct.pack("<BII", 1, 8, len(points)) + b"".join(struct.pack("<dd", *p) for p in points)
    return struct.pack("<BII", 1, 10, 1) + line


def test_a_tin_costs_its_row_and_not_the_file(tmp_path, cache):
    path = tmp_path / "t.parquet"
    make.squares(3).to_parquet(path)
    table = parquet.read_table(path)
    blobs = table["geometry"].to_pylist()
    blobs[1] = b"\x01" + (16).to_bytes(4, "little") + (0).to_bytes(4, "little")
    table = table.set_column(1, "geometry", pa.array(blobs, pa.binary())).replace_schema_metadata(table.schema.metadata)
    parquet.write_table(table, path)
    file = gate.open_vector(path, cache)
    assert file.frame["BSM"].tolist() == ["P1", "P3"]
    [said] = [f for f in file.findings if f.severity == "rejected"]
    assert (said.row, said.code) == ("2", "geometry_surface")


def test_a_crash_a_kill_and_a_loop_become_reasons(tmp_path, cache, monkeypatch):
    path = make.geojson(tmp_path, make.box(120, 28, 0.01))
    start = subprocess.Popen
    monkeypatch.setattr(forks, "POSSIBLE", False)  # a process of its own; `test_forks` tells of the others

    def instead(code):
        return lambda command, **kw: start([sys.executable, "-c", code], **kw)

    monkeypatch.setattr(subprocess, "Popen", instead("import os; os.abort()"))
    assert make.refused(cache, path) == ["parse_gave_up"]
    monkeypatch.setattr(subprocess, "Popen", instead("import os; os.kill(os.getpid(), 9)"))
    assert make.refused(cache, path) == ["parse_gave_up"]
    monkeypatch.setattr(subprocess, "Popen", instead("import os; os.kill(os.getpid(), 11)"))
    assert make.refused(cache, path) == ["parse_crashed"]
    monkeypatch.setattr(gate, "LIMITS", Limits(wall_seconds=1))
    monkeypatch.setattr(subprocess, "Popen", instead("while True: pass"))
    assert make.refused(cache, path) == ["parse_timeout"]
    assert not list(cache.glob("parse-*")), "nothing half parsed stays behind"


def test_memory_is_limited(tmp_path, cache, monkeypatch):
    path = make.geojson(tmp_path, *[make.box(120 + k / 1e5, 28, 1e-5) for k in range(20_000)])
    monkeypatch.setattr(gate, "LIMITS", Limits(memory_bytes=150_000_000))
    [code] = make.refused(cache, path)
    assert code in ("file_needs_memory", "parse_gave_up", "parse_crashed", "file_unreadable")


def test_no_address_is_ever_opened(cache):
    for text in ("http://127.0.0.1:9/a.geojson", "/vsicurl/http://127.0.0.1:9/a", "/vsizip/a.zip", "WFS:http://x"):
        with pytest.raises(LuodiError) as caught:
            gate.open_vector(text, cache)
        assert caught.value.reasons[0].code in ("path_not_local", "file_missing")
