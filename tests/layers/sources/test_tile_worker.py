"""Tiles of a GeoTIFF lie where the file lies, to the pixel; what cannot be placed or read is told."""

import io

import numpy as np
import pyproj
import pytest
from PIL import Image

from geo.basis.errors import BlockedError
from layers.serve.draw.mercator import square_lat, square_lon, square_x, square_y
from layers.sources.tile_worker import RasterTiles
from tests.layers.sources import tiles as make


def under(extent, zoom):
    """The tile under the middle of an extent."""
    x, y = square_x((extent[0] + extent[2]) / 2), square_y((extent[1] + extent[3]) / 2)
    return zoom, int(x * 2**zoom), int(y * 2**zoom)


def drawn(raster, at):
    return np.asarray(Image.open(io.BytesIO(raster.tile(*at))))


@pytest.fixture
def opened():
    made = []

    def start(path, crs=""):
        made.append(RasterTiles(path, crs))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.mark.parametrize("crs", ["EPSG:4549", "EPSG:32650"])
def test_a_pixel_shows_the_cell_it_lies_on(tmp_path, opened, crs):
    raster = opened(make.geotiff(tmp_path / "a.tif", crs=crs))
    place = raster.place()
    z, x, y = under(place.extent, 15)
    picture = drawn(raster, (z, x, y))
    turn = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    for row, column in ((3, 3), (100, 180), (250, 7)):
        lon, lat = square_lon((x + (column + 0.5) / 256) / 2**z), square_lat((y + (row + 0.5) / 256) / 2**z)
        east, north = turn.transform(float(lon), float(lat))
        cell = np.array([(3_182_000 - north) / 10, (east - 362_000) / 10])
        # between two cells their values are mixed: bands count rows and columns
        assert picture[row, column, :2].astype(float) == pytest.approx((cell - 0.5) % 256, abs=1.1)
        assert picture[row, column, 3] == 255
    assert raster.tile(15, 0, 0) == b""


def test_palettes_are_looked_up_and_edges_are_clear(tmp_path, opened):
    raster = opened(make.geotiff(tmp_path / "a.tif", palette={3: (200, 10, 20)}))
    place = raster.place()
    z, x, y = under(place.extent, place.zooms[1])
    assert drawn(raster, (z, x, y))[128, 128].tolist() == [200, 10, 20, 255]
    whole = drawn(raster, under(place.extent, 12))
    assert set(map(tuple, whole.reshape(-1, 4).tolist())) == {(200, 10, 20, 255), (0, 0, 0, 0)}


def test_a_process_that_dies_costs_one_tile(tmp_path, opened):
    raster = opened(make.geotiff(tmp_path / "a.tif"))
    at = under(raster.place().extent, 14)
    before = raster.tile(*at)
    raster._child.kill()
    raster._child.wait()
    assert raster.tile(*at) == before


def test_what_cannot_be_placed_or_read_is_told(tmp_path, opened):
    cut = make.geotiff(tmp_path / "cut.tif")
    body = cut.read_bytes()
    cut.write_bytes(body[: len(body) // 3])
    (tmp_path / "no.tif").write_bytes(b"II*\0" + b"\xff" * 500)
    cases = {
        "no.tif": ("", "basemap_broken"),
        "gone.tif": ("", "basemap_file_lost"),
        make.geotiff(tmp_path / "bare.tif", crs=None).name: ("", "raster_without_crs"),
        make.geotiff(tmp_path / "old.tif", crs="EPSG:2437").name: ("", "basemap_old_datum"),
    }
    for name, (crs, code) in cases.items():
        with pytest.raises(BlockedError) as told:
            opened(tmp_path / name, crs).place()
        assert told.value.reasons[0].code == code, name
    assert opened(tmp_path / "bare.tif", "EPSG:4549").place().zooms[1] >= 14
    raster = opened(cut)
    place = raster.place()
    west, south, east, north = place.extent
    places = [(a, b, a, b) for a in (west, (west + east) / 2) for b in (south, (south + north) / 2)]
    with pytest.raises(BlockedError) as told:
        [raster.tile(*under(at, place.zooms[1])) for at in places]
    assert told.value.reasons[0].code == "basemap_broken"
