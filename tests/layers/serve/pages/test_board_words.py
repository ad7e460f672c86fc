"""Cards, names and finds of a run, and the numbers under the pixels, against the tables."""

import gzip
import json

import numpy as np
import pytest
import shapely

from layers.library import grounds
from layers.serve.draw.mercator import square_x, square_y
from layers.serve.draw.published import FACTS
from layers.serve.pages.board import board
from layers.study.run.results import open_results
from layers.text import LANGUAGES, code
from tests.counties import made


@pytest.fixture(scope="module")
def results():
    return open_results(made("run"))


@pytest.fixture(scope="module")
def drawn(results):
    return board(results)


def asked(url, place):
    return gzip.decompress(FACTS.tile(url.split("/")[2], place))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_says_what_the_row_says(results, drawn, language):
    layer, found = drawn.parcels(language), results.table("candidates").set_index("parcel_id")
    for k in (0, 3000, len(drawn.ids) - 1):
        card = json.loads(asked(layer.cards, k))
        assert card["title"] == drawn.ids[k]
        assert card["lines"][0] == code("status", found.loc[drawn.ids[k], "status"], language)
    assert json.loads(asked(layer.cards, 10**9)) == {"title": "", "lines": []}


def test_classes_and_grounds_stand_in_the_order_of_the_ids(results, drawn):
    layer = drawn.parcels("zh", ["eligible", "unknown"])
    classes = np.frombuffer(asked(layer.classes, 0), np.uint8)
    status = results.table("candidates").set_index("parcel_id")["status"].reindex(drawn.ids).to_numpy(object)
    wanted = {"eligible": 1, "unknown": 3}
    assert classes.tolist() == [wanted.get(s, 0) for s in status]
    uses = np.frombuffer(asked(layer.ground, 0), np.uint8)
    parcels = results.table("parcels")
    for k in (0, 100, 5000):
        assert uses[k] == 1 + grounds.place_of(parcels["land_use_scheme"][k], parcels["land_use"][k])
    assert layer.classes == drawn.parcels("en", ["unknown", "eligible"]).classes, "equal colours share an address"


def test_a_tile_of_numbers_holds_the_parcel_that_lies_there(results, drawn):
    shape = results.table("parcels").geometry.to_crs(4326).iloc[1000].representative_point()
    zoom = 17
    x, y = square_x(shape.x) * 2**zoom, square_y(shape.y) * 2**zoom
    raw = np.frombuffer(asked(drawn.ids_url, (zoom, int(x), int(y))), "<u4").reshape(513, 513)
    assert raw[1 + int(y % 1 * 512), 1 + int(x % 1 * 512)] == 1001


def test_names_are_where_people_live_and_each_once(drawn):
    labels = drawn.words.labels()
    kinds = {label["text"]: label for label in labels}
    assert kinds["城北经济开发区"]["kind"] == "park"
    assert kinds["城关镇"]["kind"] == "place"
    assert sum(label["text"] == "城关镇" for label in labels) == 1
    (south, west), (north, east) = drawn.bounds
    assert all(south <= a <= north and west <= o <= east for a, o in (label["at"] for label in labels))


@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_names_and_coordinates_are_found(results, drawn, language):
    find, ids = drawn.words.find, drawn.ids
    assert find(ids[7], language)[0]["id"] == ids[7]
    assert find(str(ids[7])[-6:], language)[0]["id"].endswith(str(ids[7])[-6:])
    park = find("城北", language)[0]
    assert park["title"] == "城北经济开发区"
    assert park["kind"] == code("mapfind", "park", language)
    point = results.table("parcels").geometry.iloc[7].representative_point()
    lon, lat = np.ravel(
        shapely.get_coordinates(results.table("parcels").geometry.to_crs(4326).iloc[7].representative_point())
    )
    for text in (
        f"{lon:.6f}, {lat:.6f}",
        f"{lat:.6f} {lon:.6f}",
        f"X {point.x:.1f} Y {point.y:.1f}",
        f"{point.y:.1f},{point.x:.1f}",
    ):
        view = find(text, language)[0]["view"]
        assert view[0] == pytest.approx(lat, abs=2e-5), text
        assert view[1] == pytest.approx(lon, abs=2e-5), text
    for nothing in ("", "   ", "1, 2", "%_\\", "{{7*7}}", "99999999999999999999"):
        assert find(nothing, language) == []


def test_an_area_holds_the_parcels_whose_middle_lies_in_it(results, drawn):
    (south, west), (north, east) = drawn.bounds
    assert len(drawn.within(shapely.box(west, south, east, north))) == len(drawn.ids)
    half = drawn.within(shapely.box(west, south, (west + east) / 2, north))
    inner = shapely.point_on_surface(results.table("parcels").geometry.to_numpy())
    assert 0 < len(half) < len(drawn.ids)
    assert shapely.get_x(inner[half]).max() < shapely.get_x(inner).max()
    bow = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    assert 0 < len(drawn.within(bow)) < len(drawn.ids)
