"""What the map is handed: texts as text, colours and addresses of their form and no other."""

import json

import pytest

from layers.serve.draw.mapped import IdsLayer, MapDrawing, PictureLayer, Stroke, dot, legend_line, only_shape, sign

TILES, IDS, FACTS = (
    "/tiles/" + "0" * 32 + "/{z}/{x}/{y}.png",
    "/ids/" + "0" * 32 + "/{z}/{x}/{y}",
    "/facts/" + "0" * 32 + "/0",
)
RING = {"type": "Polygon", "coordinates": [[[112, 31], [113, 31], [113, 32], [112, 31]]]}
HOME = ((31.0, 112.0), (32.0, 113.0))


def ids(**more):
    return IdsLayer(
        **({"id": "a", "title": "", "ids": IDS, "count": 1, "classes": FACTS, "ground": "", "inks": ()} | more)
    )


def test_texts_reach_the_map_as_they_are_read():
    drawing = MapDrawing(
        "x", HOME, [PictureLayer("甲", TILES, "<img src=x>\x1b[31m", "\u202egnp", credit="\u202egnp", why="\x07")]
    )
    drawing.signs, drawing.legend = (
        [sign((31, 112), "{{7*7}}\u2028", "#12806A", True)],
        [legend_line("#12806A", "\x07")],
    )
    told = json.loads(json.dumps(drawing.told()))
    assert told["layers"][0]["title"] == r"<img src=x>\x1b[31m"
    assert told["layers"][0]["vintage"] == told["layers"][0]["credit"] == r"\u202egnp"
    assert told["layers"][0]["why"] == r"\x07"
    assert told["signs"][0]["text"].startswith("{{7*7}}")
    assert told["legend"][0]["text"] == r"\x07"


def test_of_a_feature_only_the_geometry_is_taken():
    feature = {"type": "Feature", "properties": {"name": "{{7*7}}"}, "id": "{{1}}", "geometry": RING}
    for given in (feature, {"type": "FeatureCollection", "features": [feature], "crs": "{{2}}"}):
        made = Stroke("#111827", 2.0).shape(given)
        assert "{{" not in json.dumps(made)
    assert only_shape({"type": "GeometryCollection", "geometries": [RING | {"note": 1}]})["geometries"] == [RING]


@pytest.mark.parametrize(
    "act",
    [
        lambda: PictureLayer("a", "https://elsewhere.invalid/{z}/{x}/{y}.png").told(),
        lambda: PictureLayer("a", TILES, colour="url(//elsewhere.invalid)").told(),
        lambda: ids(ids="//elsewhere.invalid").told(),
        lambda: ids(cards="/facts/../{n}").told(),
        lambda: ids(grounds=["red"]).told(),
        lambda: MapDrawing("x", HOME, labels="javascript:alert(1)").told(),
        lambda: dot((31, 112), "red;x"),
        lambda: sign((31, 112), "甲", 'red" onclick="x', False),
        lambda: legend_line("#12806A", "甲", "white"),
        lambda: Stroke("#111827", 1, "5;x").shape(RING),
        lambda: Stroke("#111827", 1).shape({"type": "Point<", "coordinates": [1, 2]}),
    ],
)
def test_colours_and_addresses_of_another_form_are_refused(act):
    with pytest.raises(ValueError, match="form"):
        act()
