"""The map of a run: the parcel under a click, the views, the layers that can be switched."""

import io

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from PIL import Image

from layers.serve.draw.mercator import square_x, square_y
from layers.serve.draw.published import SHELF
from layers.serve.draw.styles import STATUS_COLOURS, STATUSES, rgb
from layers.serve.pages.board import board
from layers.study.run.results import open_results
from tests.views import studies

TO_DEGREES = pyproj.Transformer.from_crs(studies.CRS, 4326, always_xy=True)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return open_results(studies.run(studies.write(tmp_path_factory.mktemp("board") / "study", count=40)))


@pytest.fixture(scope="module")
def drawn(results):
    return board(results)


def at(drawn, x, y):
    """The parcel at metres east and north of the study's corner."""
    return drawn.at(*TO_DEGREES.transform(studies.EAST + x, studies.NORTH + y))


@pytest.mark.parametrize(
    ("x", "y", "found"),
    [
        (290, 200, "RING"),
        (450, 200, "BLOCK"),
        (1150, 250, None),  # the middle of a hole
        (1050, 250, "HOLED"),
        (1550, 150, "PARTS"),
        (1750, 300, "PARTS"),
        (1650, 150, None),  # between two parts
        (2150, 250, "OVER"),
        (2050, 150, "UNDER"),
        (2700, 150, "RIGHT"),  # the shared edge
        (2699, 150, "LEFT"),
        (2900.5, 150, None),
        (2800.5, 150, "RIGHT"),  # half a metre beside it
        (-9000, 0, None),
    ],
)
def test_the_parcel_under_a_click(drawn, x, y, found):
    assert at(drawn, x, y) == found


@pytest.mark.parametrize(("lon", "lat"), [(float("nan"), 30.0), (float("inf"), 0.0), (0.0, 90.0), (500.0, 500.0)])
def test_clicks_from_nowhere(drawn, lon, lat):
    assert drawn.at(lon, lat) is None


def test_every_parcel_is_found_at_a_point_inside_it(results, drawn):
    parcels = gpd.GeoDataFrame(results.table("parcels"))
    parcels = parcels[parcels["parcel_id"] != "UNDER"]
    points = parcels.geometry.representative_point().to_crs(4326)
    assert [drawn.at(p.x, p.y) for p in points] == parcels["parcel_id"].tolist()


def pixel(url, lon, lat, z=18):
    x, y = float(square_x(lon)) * 2**z, float(square_y(lat)) * 2**z
    key = url.split("/")[2]
    tile = Image.open(io.BytesIO(SHELF.tile(key, (z, int(x), int(y))))).convert("RGBA")
    return tile.getpixel((int(x % 1 * 256), int(y % 1 * 256)))


def test_every_parcel_is_painted_in_the_colour_of_its_status(results, drawn):
    status = results.table("candidates").set_index("parcel_id")["status"]
    parcels = gpd.GeoDataFrame(results.table("parcels")).set_index("parcel_id").drop(index="UNDER")
    points = parcels.geometry.representative_point().to_crs(4326)
    url = drawn.parcels_url()
    seen = set()
    for parcel_id, point in points.items():
        word = status[parcel_id]
        if word != "unknown":  # hatched
            assert pixel(url, point.x, point.y)[:3] == pytest.approx(rgb(STATUS_COLOURS[word]), abs=2), parcel_id
            seen.add(word)
    assert seen == set(STATUSES) - {"unknown"}


def test_hidden_statuses_are_clear(results, drawn):
    status = results.table("candidates").set_index("parcel_id")["status"]
    point = TO_DEGREES.transform(studies.EAST + 1050, studies.NORTH + 250)
    others = [s for s in STATUSES if s != status["HOLED"]]
    assert pixel(drawn.parcels_url([status["HOLED"]]), *point)[3] > 0
    assert pixel(drawn.parcels_url(others), *point)[3] == 0


def test_address_names_the_content(drawn):
    assert drawn.parcels_url() == drawn.parcels_url(list(STATUSES))
    assert drawn.parcels_url() != drawn.parcels_url(["eligible"])


def test_views_hold_what_they_show(drawn):
    lat, lon, zoom = drawn.home
    assert (lon, lat) == pytest.approx(TO_DEGREES.transform(studies.EAST + 2000, studies.NORTH + 2000), abs=0.01)
    assert 12 <= zoom <= 15
    lat, lon, zoom = drawn.view_of("OVER")
    assert drawn.at(lon, lat) == "OVER"
    assert zoom == 17


def test_outline_is_the_parcel(drawn):
    shape = gpd.GeoDataFrame.from_features(drawn.outline("HOLED"), crs=4326).to_crs(studies.CRS).geometry.iloc[0]
    assert shape.area == pytest.approx(80_000, rel=1e-6)
    assert shapely.get_num_interior_rings(shapely.get_parts(shape)).tolist() == [1]


def test_layers_that_can_be_switched(results, drawn):
    layers = {layer.layer_id: layer for layer in drawn.layers()}
    assert {"basic_farmland", "river_management", "flood_zone", "roads", "ecological_redline"} <= set(layers)
    assert layers["basic_farmland"].vintage == "2025-12-31"
    assert layers["roads"].shown_first
    assert len({layer.url for layer in layers.values()}) == len(layers)
    point = TO_DEGREES.transform(studies.EAST + 2300, studies.NORTH + 2000)
    assert pixel(layers["basic_farmland"].url, *point)[3] > 0
    hole = TO_DEGREES.transform(studies.EAST + 2700, studies.NORTH + 2200)
    assert pixel(layers["basic_farmland"].url, *hole)[3] == 0


def test_a_run_is_drawn_once(results, drawn):
    assert board(open_results(results.folder)) is drawn
    assert np.array_equal(drawn.ids, results.table("parcels")["parcel_id"])
