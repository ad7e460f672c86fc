"""Pixels of parcel tiles, each of which can be said in advance."""

import io
import time

import numpy as np
import pytest
import shapely
from PIL import Image

from layers.serve.draw.drawn import ShapeTiles, Style
from layers.serve.draw.mercator import TILE, exists, lonlat, square_x, square_y, unit_square, zoom_for
from layers.serve.draw.rings import Frame, fill
from layers.serve.draw.tiles import EMPTY, Ink, Paint, ParcelTiles

RED, GREEN, BLUE, DARK = (255, 0, 0, 200), (0, 255, 0, 200), (0, 0, 255, 200), (10, 10, 10, 255)
PAINT = Paint([Ink(RED, DARK), Ink(GREEN, DARK), Ink(BLUE, DARK, (255, 255, 255, 255))])
Z = 16
AT = (Z, 2 ** (Z - 1), 2 ** (Z - 1))  # the tile south-east of the middle of the world
PIXEL = 1 / (TILE * 2**Z)


def square(x, y, w, h):
    """A rectangle in pixels of the tile `AT`."""
    return shapely.box(0.5 + x * PIXEL, 0.5 + y * PIXEL, 0.5 + (x + w) * PIXEL, 0.5 + (y + h) * PIXEL)


def picture(data):
    return Image.open(io.BytesIO(data)).convert("RGBA")


def drawn(shapes, classes=None, at=AT, paint=PAINT):
    tiles = ParcelTiles(np.array(shapes, object))
    return picture(tiles.png(at, np.array(classes or range(1, len(shapes) + 1), np.uint8), paint))


def test_a_parcel_has_its_colour_and_nothing_lies_beside_it():
    tile = drawn([square(40, 40, 100, 100)])
    assert tile.size == (TILE, TILE)
    assert tile.getpixel((90, 90)) == RED
    assert tile.getpixel((20, 90))[3] == 0
    assert tile.getpixel((160, 160))[3] == 0


@pytest.mark.parametrize("z", [13, 15, 16, 18])
def test_the_same_place_has_the_same_colour_at_every_zoom(z):
    shapes = [square(0, 0, 128, 256), square(128, 0, 128, 256)]
    for pixel, colour in (((64, 128), RED), ((192, 128), GREEN)):
        place = [0.5 + (v + 0.5) * PIXEL for v in pixel]
        address = (z, int(place[0] * 2**z), int(place[1] * 2**z))
        inside = tuple(int((p * 2**z % 1) * TILE) for p in place)
        assert drawn(shapes, at=address).getpixel(inside) == colour


def test_a_hole_shows_what_is_under_it():
    ring = square(20, 20, 200, 200).difference(square(80, 80, 60, 60))
    assert drawn([ring]).getpixel((110, 110))[3] == 0
    assert drawn([ring]).getpixel((40, 110)) == RED


def test_a_large_block_in_the_hole_of_a_small_ring_stays():
    # the ring road is smaller than its block, so it is drawn after it
    block = square(20, 20, 200, 200)
    ring = square(10, 10, 220, 220).difference(block)
    assert shapely.area(ring) < shapely.area(block)
    tile = drawn([ring, block])
    assert tile.getpixel((120, 120)) == GREEN
    assert tile.getpixel((15, 120)) == RED


def test_of_parcels_on_top_of_each_other_the_smaller_is_seen_in_any_order():
    big, small = square(20, 20, 200, 200), square(100, 100, 40, 40)
    assert drawn([big, small]).getpixel((120, 120)) == GREEN
    assert drawn([small, big]).getpixel((120, 120)) == RED
    assert drawn([small, big]).getpixel((40, 40)) == GREEN


def test_all_parts_of_a_parcel_are_drawn():
    parts = shapely.union_all([square(10, 10, 50, 50), square(180, 180, 50, 50)])
    tile = drawn([parts])
    assert tile.getpixel((35, 35)) == tile.getpixel((205, 205)) == RED
    assert tile.getpixel((120, 120))[3] == 0


def test_class_zero_hides_a_parcel_and_its_outline():
    shapes = [square(0, 0, 128, 256), square(128, 0, 128, 256)]
    tile = drawn(shapes, [0, 2])
    hidden = np.asarray(tile)[:, :126, 3]
    assert hidden.max() == 0
    assert tile.getpixel((200, 128)) == GREEN


def test_outlines_begin_where_there_is_room_for_them():
    shapes = [square(0, 0, 128, 256), square(128, 0, 128, 256)]

    def darkest(z):
        pixels = np.asarray(drawn(shapes, [1, 1], at=(z, 2 ** (z - 1), 2 ** (z - 1))))
        solid = pixels[(pixels[..., 3] > 0)]
        return int(solid[:, 0].min())

    assert darkest(14) == 255
    assert darkest(17) < 120


def test_seams_part_the_parcels_of_an_overview():
    paint = Paint([Ink(RED, DARK, seam=(255, 255, 255, 255))])
    shapes = [square(k * 400, 0, 400, 4096) for k in range(10)]
    overview = np.asarray(drawn(shapes, [1] * 10, at=(12, 2**11, 2**11), paint=paint))
    far = np.asarray(drawn(shapes, [1] * 10, at=(11, 2**10, 2**10), paint=paint))
    assert overview[100, :240, 1].max() > 50
    assert far[50, :120, 1].max() == 0


def test_edges_are_smooth():
    slanted = shapely.Polygon([(0.5, 0.5), (0.5 + 200 * PIXEL, 0.5 + 70 * PIXEL), (0.5, 0.5 + 200 * PIXEL)])
    alphas = set(np.unique(np.asarray(drawn([slanted], paint=Paint([Ink(RED)])))[..., 3]).tolist())
    assert alphas - {0, 200}


def test_stripes_run_on_over_the_edge_of_a_tile():
    shapes = [square(-256, 0, 512, 256)]
    left = np.asarray(drawn(shapes, [3], at=(Z, AT[1] - 1, AT[2])))
    right = np.asarray(drawn(shapes, [3]))
    both = np.concatenate([left, right], axis=1)[100, :, 0] == 255
    inner = both[8:-8]
    assert inner.any()
    assert not inner.all()
    assert (inner[8:] == inner[:-8]).all()


def test_nothing_where_there_is_nothing():
    tiles = ParcelTiles(np.array([square(40, 40, 100, 100)], object))
    one = np.array([1], np.uint8)
    assert tiles.png((Z, AT[1] + 9, AT[2]), one, PAINT) == EMPTY
    assert tiles.png((Z, -1, 0), one, PAINT) == EMPTY
    assert tiles.png((3, 99, 0), one, PAINT) == EMPTY
    nobody = ParcelTiles(np.array([shapely.Polygon(), shapely.Point(0.5, 0.5)], object))
    assert nobody.png(AT, np.array([1, 1], np.uint8), PAINT) == EMPTY
    assert ParcelTiles(np.array([], object)).png(AT, np.array([], np.uint8), PAINT) == EMPTY


def test_slice_of_the_raster_and_fresh_drawing_agree():
    rng = np.random.default_rng(3)
    cells = shapely.voronoi_polygons(shapely.multipoints(0.5 + rng.uniform(0, 256, (60, 2)) * PIXEL))
    tiles = ParcelTiles(np.array(shapely.get_parts(cells), object))
    zoom = tiles.base[0]
    place = (2 ** (zoom - 3),) * 2
    size = TILE * 4
    whole = tiles.numbers(zoom - 2, *place, 4)
    fresh = tiles._drawn(Frame(TILE * 2.0**zoom, (place[0] * size - 1, place[1] * size - 1), (size + 1, size + 1)))
    assert whole.any()
    assert (whole == fresh).mean() > 0.999


def test_thirteen_thousand_parcels_are_ready_in_time():
    side = 115
    x, y = (0.5 + np.arange(side) * 3e-7 for _ in range(2))
    xs, ys = (grid.ravel() for grid in np.meshgrid(x, y))
    shapes = shapely.box(xs, ys, xs + 2.8e-7, ys + 2.8e-7)
    started = time.process_time()
    tiles = ParcelTiles(shapes)
    tiles.png((13, 2**12, 2**12), np.ones(len(shapes), np.uint8), PAINT)
    assert time.process_time() - started < 3.0


def test_fill_leaves_a_hole_as_it_was():
    image = Image.new("I", (50, 50), 7)
    fill(image, [[5, 5, 45, 5, 45, 45, 5, 45], [20, 20, 30, 20, 30, 30, 20, 30]], 9)
    assert [image.getpixel(p) for p in ((10, 10), (25, 25), (1, 1))] == [9, 7, 7]


def test_fill_outside_of_the_picture_changes_nothing():
    image = Image.new("I", (10, 10), 7)
    fill(image, [[50, 50, 90, 50, 90, 90], [60, 60, 70, 60, 70, 65]], 9)
    assert np.asarray(image).min() == np.asarray(image).max() == 7


STYLE = Style((200, 0, 0), fill=0.25, line=2.0)


def layer(*shapes, style=STYLE, at=AT):
    return picture(ShapeTiles(np.array(shapes, object), style).png(at))


def test_layer_polygons_are_translucent_with_a_line_around_and_clear_holes():
    tile = layer(square(40, 40, 160, 160).difference(square(100, 100, 40, 40)))
    assert tile.getpixel((60, 60)) == (200, 0, 0, 64)
    assert tile.getpixel((40, 120))[3] > 150
    assert tile.getpixel((120, 120))[3] == 0


def test_layer_overlap_is_not_darker_than_one_shape():
    tile = layer(square(20, 20, 120, 120), square(60, 60, 120, 120), style=Style((200, 0, 0), 0.25, 0.6))
    assert tile.getpixel((100, 100))[3] == tile.getpixel((40, 40))[3] == 64


def test_lines_and_points_reach_over_the_edge_of_a_tile():
    line = shapely.LineString([(0.5 - 50 * PIXEL, 0.5 - PIXEL / 2), (0.5 + 300 * PIXEL, 0.5 - PIXEL / 2)])
    assert layer(line, style=Style((0, 0, 0), 0, 6.0)).getpixel((128, 0))[3] > 100
    point = shapely.Point(0.5 - 2 * PIXEL, 0.5 + 100 * PIXEL)
    assert layer(point).getpixel((1, 100))[3] > 100


def test_layer_without_shapes_here_is_the_empty_tile():
    assert ShapeTiles(np.array([square(0, 0, 9, 9)], object), STYLE).png((Z, 5, 5)) == EMPTY
    assert ShapeTiles(np.array([], object), STYLE).png(AT) == EMPTY
    assert ShapeTiles(np.array([shapely.Polygon()], object), STYLE).png(AT) == EMPTY


def test_square_of_the_web_map():
    # the corners and the middle of the tile scheme
    assert [float(square_x(lon)) for lon in (-180, 0, 180)] == [0.0, 0.5, 1.0]
    assert float(square_y(0)) == pytest.approx(0.5)
    assert float(square_y(85.0511287798)) == pytest.approx(0.0, abs=1e-9)
    assert float(square_y(90)) == pytest.approx(0.0, abs=1e-9)
    assert lonlat(*(float(v) for v in (square_x(118.6), square_y(28.7)))) == pytest.approx((118.6, 28.7))


def test_shapes_of_a_study_land_where_their_degrees_say():
    # 500 000 m east is the central meridian, 120°, of EPSG:4549
    shape = unit_square(np.array([shapely.Point(500_000, 3_178_000), shapely.Polygon()], object), "EPSG:4549")
    assert shape[0].x == pytest.approx(float(square_x(120.0)), abs=1e-9)
    assert shape[1].is_empty


def test_zoom_fits_and_tiles_exist():
    assert zoom_for((0.5, 0.5, 0.5 + 256 * PIXEL, 0.5 + 256 * PIXEL), 256, 256) == Z
    assert zoom_for((0.5, 0.5, 0.5, 0.5), 800, 400) == 20
    assert exists(3, 7, 7)
    assert not any(exists(*a) for a in ((3, 8, 0), (3, 0, -1), (-1, 0, 0), (60, 0, 0)))
