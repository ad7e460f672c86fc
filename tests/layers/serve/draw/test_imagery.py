"""An image under the map: each place shows the cell of the image that lies there, and nothing where it has none."""

import io

import numpy as np
import pyproj
import pytest
from PIL import Image

from layers.serve.draw.imagery import ImageTiles, Picture
from layers.serve.draw.mercator import TILE, square_x, square_y

CRS = "EPSG:4549"
CELL = 10.0
WEST, NORTH = 500_000.0, 3_200_000.0
SIDE = 300


def picture(dtype=np.uint8, crs=CRS, transform=(CELL, 0.0, WEST, 0.0, -CELL, NORTH)):
    """A county of four colours, a quarter each, with a hole of 40 cells in the middle."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE] >= SIDE // 2
    top = 255 if dtype == np.uint8 else 3000
    bands = tuple((part * top).astype(dtype) for part in (rows, columns, rows ^ columns))
    valid = np.ones((SIDE, SIDE), bool)
    valid[130:170, 130:170] = False
    return Picture(bands, valid, transform, crs)


def at(tiles, east, north, z=15):
    """Return the colour the map shows at a place of the image's system."""
    lon, lat = pyproj.Transformer.from_crs(tiles.picture.crs, 4326, always_xy=True).transform(east, north)
    x, y = float(square_x(lon)) * 2**z, float(square_y(lat)) * 2**z
    tile = Image.open(io.BytesIO(tiles.png((z, int(x), int(y)))))
    assert tile.size == (TILE, TILE)
    return tile.convert("RGBA").getpixel((int(x % 1 * TILE), int(y % 1 * TILE)))


def middle(row, column):
    return WEST + (column + 0.5) * CELL, NORTH - (row + 0.5) * CELL


@pytest.mark.parametrize("z", [11, 13, 15, 18, 20])
@pytest.mark.parametrize(
    ("cell", "colour"), [((40, 40), (0, 0, 0)), ((40, 260), (0, 255, 255)), ((260, 40), (255, 0, 255)),
                         ((260, 260), (255, 255, 0))],
)  # fmt: skip
def test_a_place_shows_its_cell(z, cell, colour):
    assert at(ImageTiles(picture()), *middle(*cell), z) == (*colour, 255)


def test_edges_lie_where_the_image_says_to_a_pixel():
    tiles, edge = ImageTiles(picture()), WEST + SIDE / 2 * CELL
    pixel = 0.3 * np.cos(np.radians(29))  # metres of a pixel at this zoom and latitude
    for off, green in ((-3 * pixel, 0), (3 * pixel, 255)):
        assert at(tiles, edge + off, middle(40, 0)[1], 19)[1] == green


def test_nothing_is_drawn_where_there_is_no_image():
    tiles = ImageTiles(picture())
    assert at(tiles, *middle(150, 150))[3] == 0
    assert at(tiles, WEST - 50_000, NORTH)[3] == 0
    assert at(tiles, WEST - 3 * CELL, NORTH - 100, 18)[3] == 0


def test_values_that_are_no_bytes_are_drawn_between_their_darkest_and_brightest():
    assert at(ImageTiles(picture(np.uint16)), *middle(260, 260)) == (255, 255, 0, 255)
    even = picture(np.float32)
    dark = tuple(np.full_like(b, 7.0) for b in even.bands)
    assert at(ImageTiles(Picture(dark, even.valid, even.transform, CRS)), *middle(40, 40))[3] == 255
    lost = tuple(np.full_like(b, np.nan) for b in even.bands)
    nothing = Picture(lost, np.zeros_like(even.valid), even.transform, CRS)
    assert at(ImageTiles(nothing), *middle(40, 40))[3] == 0


def test_an_image_in_degrees_lies_where_it_is():
    tiles = ImageTiles(picture(crs="EPSG:4490", transform=(1e-4, 0.0, 120.0, 0.0, -1e-4, 29.0)))
    assert at(tiles, 120.0 + 260.5e-4, 29.0 - 40.5e-4, 15) == (0, 255, 255, 255)


def test_addresses_beyond_the_map_are_clear():
    tiles = ImageTiles(picture())
    assert Image.open(io.BytesIO(tiles.png((3, 9, 0)))).convert("RGBA").getextrema()[3] == (0, 0)
