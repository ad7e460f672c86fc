"""Images come in block by block, all bands, north up; what is hidden stays hidden."""

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from geo.basis.errors import BlockedError
from layers.sources import gate
from layers.sources.formats import imagery
from layers.sources.limits import Limits
from tests.layers.sources import make

SIZE = (70, 50)
TURNED = rasterio.Affine(7, 7, make.X, 7, -7, make.Y)
NORTH_UP = from_origin(make.X, make.Y + 700, 10, 10)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def values(dtype="uint8"):
    return np.random.default_rng(5).integers(1, 250, (4, *SIZE)).astype(dtype)


def tiff(path, bands, transform=NORTH_UP, crs=make.GK, **more):
    scale = more.pop("scale", None)
    with rasterio.open(path, "w", driver="GTiff", width=bands.shape[2], height=bands.shape[1], count=len(bands),
                       dtype=bands.dtype, transform=transform, crs=crs, **more) as out:  # fmt: skip
        out.write(bands)
        if scale:
            out.scales, out.offsets = (scale[0],) * len(bands), (scale[1],) * len(bands)
    return path


def test_all_bands_lie_on_disk_as_they_are(tmp_path, cache):
    bands = values()
    file = gate.open_image(tiff(tmp_path / "a.tif", bands), cache)
    assert isinstance(file.bands, np.memmap)
    assert file.bands.dtype == np.uint8
    assert np.array_equal(file.bands, bands)
    assert file.valid.all()
    assert (file.crs, file.transform[0], file.transform[4]) == (make.GK, 10.0, -10.0)


def test_no_data_in_any_band_hides_the_cell(tmp_path, cache):
    bands = values()
    bands[2, 5, 7] = 0
    file = gate.open_image(tiff(tmp_path / "a.tif", bands, nodata=0), cache)
    assert np.argwhere(~file.valid).tolist() == [[5, 7]]


def test_scale_and_offset_are_applied_band_by_band(tmp_path, cache):
    bands = values("uint16")
    file = gate.open_image(tiff(tmp_path / "a.tif", bands, scale=(0.0001, -0.1)), cache)
    assert np.allclose(file.bands, bands * 0.0001 - 0.1, atol=1e-6)
    assert "raster_scaled" in make.codes(file, "fixed")


def test_an_image_that_stands_on_its_head_is_turned(tmp_path, cache, monkeypatch):
    monkeypatch.setattr(imagery, "BLOCK", 32)  # of no effect in the child, which reads its own copy
    bands = values()
    upright = gate.open_image(tiff(tmp_path / "a.tif", bands), cache)
    turned = rasterio.Affine(10.0, 0.0, make.X, 0.0, 10.0, make.Y + 700 - 10 * SIZE[0])
    file = gate.open_image(tiff(tmp_path / "b.tif", bands[:, ::-1], turned), cache)
    assert file.transform == upright.transform
    assert np.array_equal(file.bands, upright.bands)


def test_blocks_cover_an_image_once():
    seen = np.zeros((70, 50), int)
    for rows, columns in imagery.blocks((70, 50), 32):
        seen[slice(*rows), slice(*columns)] += 1
    assert (seen == 1).all()


@pytest.mark.parametrize(
    ("more", "code"),
    [({"crs": None}, "raster_without_crs"), ({"transform": TURNED}, "raster_rotated")],
)
def test_what_cannot_be_placed_is_refused(tmp_path, cache, more, code):
    with pytest.raises(BlockedError) as caught:
        gate.open_image(tiff(tmp_path / "a.tif", values(), **more), cache)
    assert [r.code for r in caught.value.reasons] == [code]


def test_cells_of_all_bands_count(tmp_path, cache, monkeypatch):
    monkeypatch.setattr(gate, "LIMITS", Limits(cells=SIZE[0] * SIZE[1] * 3))
    with pytest.raises(BlockedError) as caught:
        gate.open_image(tiff(tmp_path / "a.tif", values()), cache)
    assert [r.code for r in caught.value.reasons] == ["raster_too_large"]
