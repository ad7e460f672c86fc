"""Files made to reach other files or the network (reliability cases 55-65). A server counts requests: none may come."""

import http.server
import json
import os
import stat
import subprocess
import sys
import threading
import zipfile

import numpy as np
import pytest
import rasterio

from geo.basis.errors import BlockedError, LuodiError
from layers.sources import alone, gate, unzip
from layers.sources.limits import Limits
from tests.layers.sources import make


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def server():
    """A server on this computer; at the end it must have been asked for nothing."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_HEAD = do_POST = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
    assert asked == []


def attacks(url: str, secret: str) -> dict[str, str]:
    layer = f"<OGRVRTLayer name='x'><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>"
    band = (
        "<VRTRasterBand dataType='Byte' band='1' subClass='VRTRawRasterBand'>"
        f"<SourceFilename relativetoVRT='0'>{secret}</SourceFilename></VRTRasterBand>"
    )
    remote = layer.replace(secret, f"/vsicurl/{url}/a.json")
    wms = f"<GDAL_WMS><Service name='WMS'><ServerUrl>{url}/?</ServerUrl></Service></GDAL_WMS>"
    return {
        "OGR VRT": f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>",
        "OGR VRT to the network": f"<OGRVRTDataSource>{remote}</OGRVRTDataSource>",
        "GDALG": json.dumps(
            {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {url}/a.geojson"}
        ),
        "WFS": f"<OGRWFSDataSource><URL>{url}/wfs</URL></OGRWFSDataSource>",
        "WMS": wms,
        "raster VRT": f"<VRTDataset rasterXSize='20' rasterYSize='1'>{band}</VRTDataset>",
        "XXE": f"<?xml version='1.0'><!DOCTYPE kml [<!ENTITY x SYSTEM 'file://{secret}'>]><kml>&x;</kml>".replace(
            "'1.0'>", "'1.0'?>"
        ),
        "XXE to the network": f"<!DOCTYPE kml SYSTEM '{url}/a.dtd'><kml/>",
        "billion laughs": "<!DOCTYPE kml [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><kml>&b;</kml>",
        "GML": f"<FeatureCollection xmlns='http://www.opengis.net/gml' schemaLocation='{url}/x.xsd'/>",
        "ESRI JSON url": json.dumps({"type": f"{url}/a.json"}),
        "a path as text": f"/vsicurl/{url}/a.geojson",
    }


REFUSED = ("not_spatial", "xml_with_dtd", "xml_broken", "geojson_not_object", "json_broken")


@pytest.mark.parametrize("name", list(attacks("u", "s")))
@pytest.mark.parametrize("ending", [".geojson", ".shp"])
def test_disguised_files_open_nothing_else(tmp_path, cache, server, name, ending):
    secret = make.geojson(tmp_path, make.box(120, 28, 0.01), name="secret.json")
    path = tmp_path / f"parcels{ending}"
    path.write_text(attacks(server, str(secret))[name])
    [code] = make.refused(cache, path)
    assert code in REFUSED


@pytest.mark.parametrize("name", ["raster VRT", "WMS", "OGR VRT"])
def test_disguised_rasters_open_nothing_else(tmp_path, cache, server, name):
    path = tmp_path / "dem.tif"
    path.write_text(attacks(server, "/etc/passwd")[name])
    assert make.refused(cache, path, opener=gate.open_raster) == ["not_spatial"]


@pytest.mark.parametrize("name", ["../../evil.geojson", "/tmp/evil.geojson", "C:\\evil.geojson", "..\\evil.geojson"])
def test_case_75_names_that_lead_outside(tmp_path, cache, name):
    path = make.zipped(tmp_path / "a.zip", {name: b"{}", "ok.geojson": b"{}"})
    assert make.refused(cache, path) == ["zip_leads_outside"]
    assert not (tmp_path.parent / "evil.geojson").exists()


def test_zip_with_a_link(tmp_path, cache):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("parcels.geojson")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("b.geojson", "{}")
    assert make.refused(cache, path) == ["zip_leads_outside"]


def test_zip_bomb_nested_zip_and_too_many(tmp_path, cache):
    bomb = make.zipped(tmp_path / "bomb.zip", {"a.geojson": b" " * 30_000_000})
    assert make.refused(cache, bomb) == ["zip_bomb"]
    nested = make.zipped(tmp_path / "nested.zip", {"inner.rar": b"Rar!", "a.geojson": b"{}"})
    assert make.refused(cache, nested) == ["zip_in_zip"]
    many = make.zipped(tmp_path / "many.zip", {f"{k}.geojson": b"{}" for k in range(unzip.MAX_ENTRIES + 1)})
    assert make.refused(cache, many) == ["zip_too_many"]


def test_archives_in_archives_buy_no_room(tmp_path, cache, monkeypatch):
    """The limits hold for all archives in one another together, and the depth is one of them."""

    def wrapped(body, times):
        for k in range(times):
            body = make.zipped(tmp_path / "w.zip", {f"内{k}.zip": body}).read_bytes()
        return body

    def inside(name, body):
        (tmp_path / name).write_bytes(body)
        return make.refused(cache, tmp_path / name)

    bomb = make.zipped(tmp_path / "b.zip", {"a.geojson": b" " * 30_000_000}).read_bytes()
    assert inside("one.zip", wrapped(bomb, 1)) == ["zip_bomb"]
    # every level is packed less than 200 to 1 and passes by itself; together they do not
    loose = make.zipped(tmp_path / "b.zip", {f"{k}.geojson": b" " * 99_000 + os.urandom(600) for k in range(110)})
    middle = make.zipped(tmp_path / "m.zip", {f"{k}.zip": loose.read_bytes() for k in "甲乙丙"})
    with zipfile.ZipFile(tmp_path / "tight.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.write(middle, "二季度.zip")
    assert make.refused(cache, tmp_path / "tight.zip") == ["zip_bomb"]
    few = make.zipped(tmp_path / "b.zip", {"甲.geojson": b"{}"}).read_bytes()
    assert inside("deep.zip", wrapped(few, unzip.MAX_DEPTH + 1)) == ["zip_too_deep"]
    assert inside("broken.zip", wrapped(b"PK\x03\x04", 1)) == ["zip_broken"]
    assert inside("out.zip", wrapped(make.zipped(tmp_path / "b.zip", {"../x.geojson": b"{}"}).read_bytes(), 2)) == [
        "zip_leads_outside"
    ]
    monkeypatch.setattr(unzip, "MAX_ENTRIES", 5)
    many = make.zipped(tmp_path / "b.zip", {f"{k}.geojson": b"{}" for k in range(3)}).read_bytes()
    make.zipped(tmp_path / "c.zip", {f"{k}.zip": many for k in range(2)})
    with pytest.raises(BlockedError) as told:
        unzip.unzip(tmp_path / "c.zip", tmp_path / "out", 10_000_000)
    assert [r.code for r in told.value.reasons] == ["zip_too_many"]
    with pytest.raises(BlockedError) as told:
        unzip.unzip(make.zipped(tmp_path / "d.zip", {"a.zip": few, "b.zip": few}), tmp_path / "out2", len(few) * 2 - 10)
    assert [r.code for r in told.value.reasons] == ["zip_too_large"]


def test_a_zip_that_lies_about_its_size_is_stopped_while_unpacking(tmp_path, cache, monkeypatch):
    path = make.zipped(tmp_path / "a.zip", {"a.geojson": os.urandom(400_000)})
    monkeypatch.setattr(gate, "LIMITS", Limits(unpacked_bytes=100_000))
    assert make.refused(cache, path) == ["zip_too_large"]


def test_a_sparse_raster_that_promises_160_gb(tmp_path, cache):
    path = tmp_path / "huge.tif"
    profile = {"driver": "GTiff", "width": 200_000, "height": 200_000, "count": 1, "dtype": "float32", "crs": make.GK}
    with rasterio.open(path, "w", **profile, sparse_ok=True, tiled=True, blockxsize=4096, blockysize=4096):
        pass
    assert path.stat().st_size < 1_000_000
    assert make.refused(cache, path, opener=gate.open_raster) == ["raster_too_large"]


def test_the_child_has_our_drivers_only(tmp_path):
    code = (
        "import layers, os, sys; from layers.sources import child; from layers.sources.limits import Limits;"
        "child._restrict(Limits()); child.drivers(); import pyogrio; print(sorted(pyogrio.list_drivers()));"
        "print('pandas' in sys.modules)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=alone.ROOT, check=True
    ).stdout
    assert "OGR_VRT" not in out
    assert out.splitlines()[1] == "False"
    assert set(eval(out.splitlines()[0])) >= {"ESRI Shapefile", "GPKG", "OpenFileGDB", "LIBKML", "DXF"}


def test_pickled_arrays_are_never_loaded(tmp_path, cache):
    path = tmp_path / "a.npy"
    np.save(path, np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(LuodiError):
        gate.open_raster(path, cache)
