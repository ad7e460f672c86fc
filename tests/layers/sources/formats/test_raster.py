"""Rasters (reliability cases 49-55)."""

from datetime import date

import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Transformer
from rasterio.transform import Affine, from_origin

from layers.sources import gate
from layers.sources.checks import crs
from layers.study import grid
from layers.study.spec import LayerSpec
from tests.layers.sources import make

NORTH_UP = from_origin(make.X, make.Y + 300, 30, 30)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def tiff(path, values, transform=NORTH_UP, crs=make.GK, **more):
    values = np.asarray(values)
    scale = more.pop("scale", None)
    profile = {"driver": "GTiff", "width": values.shape[1], "height": values.shape[0], "count": 1} | more
    with rasterio.open(path, "w", dtype=values.dtype, transform=transform, crs=crs, **profile) as out:
        out.write(values, 1)
        if scale:
            out.scales, out.offsets = (scale[0],), (scale[1],)
    return path


def ramp(dtype="float32"):
    return np.arange(100, dtype=dtype).reshape(10, 10)


def test_values_and_nodata(tmp_path, cache):
    values = ramp()
    values[0, 0] = -9999
    file = gate.open_raster(tiff(tmp_path / "a.tif", values, nodata=-9999), cache)
    assert np.isnan(file.values[0, 0])
    assert file.values[9, 9] == 99
    assert file.transform == (30.0, 0.0, make.X, 0.0, -30.0, make.Y + 300)
    assert file.crs == make.GK
    assert file.values.dtype == np.float64


def test_scale_and_offset_are_applied(tmp_path, cache):
    path = tiff(tmp_path / "a.tif", ramp("int16"), nodata=0, scale=(0.1, 5.0))
    file = gate.open_raster(path, cache)
    assert file.values[9, 9] == pytest.approx(14.9)
    assert np.isnan(file.values[0, 0])
    assert "raster_scaled" in make.codes(file, "fixed")


def test_an_undeclared_sentinel_is_suspected_and_taken_out_when_accepted(tmp_path, cache):
    values = ramp()
    values[:2] = -9999
    path = tiff(tmp_path / "a.tif", values)
    [said] = [f for f in gate.open_raster(path, cache).findings if f.code == "raster_sentinel"]
    assert (said.severity, said.proposal) == ("warn", "nodata:-9999")
    assert said.reason.values["share"] == pytest.approx(0.2)
    spec = LayerSpec(id="dem", role="raster", source="a.tif", kind="dem", vertical_unit="m", accept=(said.proposal,))
    raster, _ = grid.raster(spec, path, cache, make.GK)
    assert np.isnan(raster.values).sum() == 20


def test_south_up_and_rotated(tmp_path, cache):
    south = tiff(tmp_path / "s.tif", ramp(), transform=Affine(30, 0, make.X, 0, 30, make.Y))
    file = gate.open_raster(south, cache)
    assert file.transform == (30.0, 0.0, make.X, 0.0, -30.0, make.Y + 300)
    assert file.values[0, 0] == 90
    assert "raster_flipped" in make.codes(file)
    turned = Affine.translation(make.X, make.Y) @ Affine.rotation(30) @ Affine.scale(30, -30)
    path = tiff(tmp_path / "r.tif", ramp(), transform=turned)
    assert gate.open_raster(path, cache).transform == tuple(turned)[:6], "its use says how it is resampled"
    for kind, unit, cells, slack in (("classes", "", 100, 8), ("dem", "m", 64, 18)):
        spec = LayerSpec(id="r", role="raster", source="r.tif", kind=kind, vertical_unit=unit)
        raster, found = grid.raster(spec, path, cache, make.GK)
        [said] = [f for f in found if f.code == "raster_unrotated"]
        assert raster.transform[1] == raster.transform[3] == 0.0
        assert abs(said.reason.values["degrees"]) == pytest.approx(30)
        assert np.nanmax(raster.values) <= 99
        assert np.isfinite(raster.values).sum() == pytest.approx(cells, abs=slack)


def test_without_crs_or_place_it_is_blocked(tmp_path, cache):
    assert make.refused(cache, tiff(tmp_path / "a.tif", ramp(), crs=None), opener=gate.open_raster) == [
        "raster_without_crs"
    ]
    bare = tiff(tmp_path / "b.tif", ramp(), transform=Affine.identity())
    assert make.refused(cache, bare, opener=gate.open_raster) == ["raster_without_place"]


def test_a_raster_in_degrees_is_projected_with_square_cells_in_metres(tmp_path, cache):
    path = tiff(tmp_path / "a.tif", ramp(), transform=from_origin(120.0, 28.5, 0.0003, 0.0003), crs="EPSG:4490")
    spec = LayerSpec(id="dem", role="raster", source="a.tif", kind="dem", vertical_unit="m", vintage=date(2020, 1, 1))
    raster, found = grid.raster(spec, path, cache, make.GK)
    assert raster.crs == make.GK
    assert raster.transform[0] == pytest.approx(-raster.transform[4])
    assert 28 < raster.transform[0] < 34
    assert np.nanmin(raster.values) >= 0
    assert np.nanmax(raster.values) <= 99
    assert "raster_projected" in [f.code for f in found]


def test_feet_become_metres(tmp_path, cache):
    path = tiff(tmp_path / "a.tif", ramp())
    spec = LayerSpec(id="dem", role="raster", source="a.tif", kind="dem", vertical_unit="ft")
    raster, found = grid.raster(spec, path, cache, make.GK)
    assert raster.values[9, 9] == pytest.approx(99 * 0.3048)
    assert "dem_in_feet" in [f.code for f in found]


def test_classes_are_never_mixed_when_projected(tmp_path, cache):
    values = np.where(np.indices((20, 20)).sum(axis=0) % 2 == 0, 12, 200).astype("uint8")
    path = tiff(tmp_path / "a.tif", values, transform=from_origin(120.0, 28.5, 0.0003, 0.0003), crs="EPSG:4490")
    spec = LayerSpec(id="cover", role="raster", source="a.tif", kind="classes")
    raster, _ = grid.raster(spec, path, cache, make.GK)
    assert set(np.unique(raster.values[np.isfinite(raster.values)])) == {12.0, 200.0}


def test_a_missing_or_broken_raster_is_said(tmp_path, cache):
    spec = LayerSpec(id="dem", role="raster", source="no.tif", kind="dem", vertical_unit="m")
    raster, [said] = grid.raster(spec, tmp_path / "no.tif", cache, make.GK)
    assert raster is None
    assert said.code == "layer_file_missing"
    path = tiff(tmp_path / "a.tif", ramp())
    path.write_bytes(path.read_bytes()[:60])
    raster, [said] = grid.raster(spec, path, cache, make.GK)
    assert raster is None
    assert said.code == "file_unreadable"


def test_real_beijing54_dem(cache):
    path = make.real("real/cn_samples/youwuzhen_beijing54/ywzdem30m.tif")
    file = gate.open_raster(path, cache)
    assert file.crs == "EPSG:2415"
    assert file.values.shape == (98, 127)
    assert 278 <= np.nanmin(file.values) < np.nanmax(file.values) <= 551
    spec = LayerSpec(id="dem", role="raster", source="a.tif", kind="dem", vertical_unit="m")
    raster, found = grid.raster(spec, path, cache, "EPSG:4547")
    assert raster is None
    assert "datum_shift_unknown" in [f.code for f in found]
    accepted = spec.model_copy(update={"accept": ("ballpark-datum-shift",)})
    raster, found = grid.raster(accepted, path, cache, "EPSG:4547")
    assert raster is not None
    assert "datum_shift_ballpark" in [f.code for f in found]


@pytest.mark.parametrize("way", ["datum:30,-120,-60", "plane:-30.0,90.0,1.2,2.0"])
def test_parameters_of_an_old_datum_move_a_raster_too(tmp_path, cache, way):
    """What was measured at a place is found there, as it would be with a vector file of the same parameters."""
    old, study = "EPSG:2384", make.GK
    path = tiff(tmp_path / "a.tif", ramp(), crs=old)
    spec = LayerSpec(id="dem", role="raster", source="a.tif", kind="dem", vertical_unit="m", accept=(way,))
    raster, found = grid.raster(spec, path, cache, study)
    assert "datum_shift_given" in [f.code for f in found]
    file = gate.open_raster(path, cache)
    a, _, c, _, e, f = file.transform
    cell = np.array([shapely.Point(c + 4.5 * a, f + 3.5 * e)], object)
    right = crs.transformed(cell, crs.settle(cell, old, study, (way,)), study)[0][0]
    back = Transformer.from_crs(study, raster.crs, always_xy=True, only_best=False).transform(right.x, right.y)
    a, _, c, _, e, f = raster.transform
    assert ((back[0] - c) / a, (back[1] - f) / e) == pytest.approx((4.5, 3.5), abs=0.02)


def test_a_raster_is_read_in_the_unit_and_order_people_accept(tmp_path, cache):
    path = tiff(tmp_path / "a.tif", ramp(), transform=from_origin(make.X / 0.3048, make.Y / 0.3048, 30.0, 30.0))
    spec = LayerSpec(id="dem", role="raster", source="a.tif", kind="dem", vertical_unit="m", accept=("unit:ft",))
    raster, _ = grid.raster(spec, path, cache, make.GK)
    assert raster.transform == pytest.approx((9.144, 0.0, make.X, 0.0, -9.144, make.Y))
    path = tiff(tmp_path / "b.tif", ramp(), transform=Affine(30.0, 0.0, make.Y, 0.0, -30.0, make.X + 300))
    swapped = spec.model_copy(update={"accept": ("swap-axes",)})
    raster, _ = grid.raster(swapped, path, cache, make.GK)
    west, north = raster.transform[2], raster.transform[5]
    assert (west, north) == pytest.approx((make.X, make.Y + 300), abs=31)
    assert raster.values[0, 0] == pytest.approx(99.0, abs=1.0), "the last cell of the file lies in the north-west"


def test_parameters_that_turn_a_raster_apart_block(tmp_path, cache):
    wide = np.tile(np.arange(6000, dtype="float32"), (2, 1))
    path = tiff(tmp_path / "a.tif", wide, transform=from_origin(make.X, make.Y, 3.0, 3.0), crs="EPSG:2384")
    ways = {"datum:30,-120,-60": [], "datum:30,-120,-60,20,20,60,0": ["raster_shift_uneven"]}
    for way, stops in ways.items():
        spec = LayerSpec(id="dem", role="raster", source="a.tif", kind="dem", vertical_unit="m", accept=(way,))
        raster, found = grid.raster(spec, path, cache, make.GK)
        assert [f.code for f in found if f.severity == "block"] == stops, way
        assert (raster is None) == bool(stops)


def test_real_dem_in_degrees(cache):
    path = make.real("real/aachen_de/elevation.tif")
    spec = LayerSpec(id="dem", role="raster", source="a.tif", kind="dem", vertical_unit="m")
    raster, _ = grid.raster(spec, path, cache, "EPSG:25832")
    assert raster.crs == "EPSG:25832"
    assert np.nanmin(raster.values) == pytest.approx(-53.5, abs=2.0)  # the lowest cell, smoothed
