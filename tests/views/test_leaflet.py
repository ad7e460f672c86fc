"""Names on a map are text: no template, script or element can be made of them."""

import html
import json
import re

import folium
import pytest
from streamlit_folium import _get_map_string, generate_leaflet_string

from views.parts import leaflet
from views.parts.leaflet import Entry, Stroke

PAYLOADS = (
    "{{cycler.__init__.__globals__.os.system('echo hit')}}", "{{ 'text' }}", "{%for%}", "{% raw %}", "{# away #}",
    "{{", "}}", "{%", "#}", "</script><script>window.hit=1</script>", '<img src=x onerror="window.hit=1">', "`${1}`",
    "\\", '"', "'", "&lt;b&gt;", "alert(coords);", "a\u2028b", "\x1b[31m", "\u202egnp", "甲&#60;b", "//-->", "map_div",
)  # fmt: skip
ADDRESS = "/tiles/" + "0" * 32 + "/{z}/{x}/{y}.png"


def rendered(title):
    base = leaflet.base((31.0, 112.0, 12))
    leaflet.tiles(ADDRESS, 2, Entry(title, title, "#12806A", False), True).add_to(base)
    leaflet.switches().add_to(base)
    moving = leaflet.group()
    leaflet.sign((31.0, 112.0), title, "#12806A", True).add_to(moving)
    moving.add_to(base)
    page = base.get_root().render()  # compiles what was written as a template once more
    return page, _get_map_string(base), generate_leaflet_string(moving)


@pytest.mark.parametrize("title", PAYLOADS)
def test_a_title_is_shown_and_nothing_else(title):
    page, script, moved = rendered(title)
    shown = "".join(re.findall(r"<i data-place[^>]*></i>(.*?) <small", json.loads(f'"{entry(script)}"')))
    assert re.fullmatch(r"([\w ]|&#\d+;)*", shown)
    assert html.unescape(shown) == leaflet.visible(title)
    inner = re.search(r'\\u003e((?!\\u003c)[^"])*\\u003c/span', moved)[0]
    assert html.unescape(json.loads(f'"{inner}"')) == f">{leaflet.visible(title)}</span"
    for text in (page, script, moved):
        assert not re.search(r"\{\{|\{%|\{#|onerror=|<img|</script><script>w", text)


def entry(script):
    """Return the name of the layer as it stands in the script, between its quotes."""
    return re.search(r'overlays :\s*\{\s*"((?:[^"\\]|\\.)*)"', script)[1]


def test_two_layers_of_one_title_are_two_lines():
    base = leaflet.base((31.0, 112.0, 12))
    for place in (2, 3):
        leaflet.tiles(ADDRESS, place, Entry("甲", "", "#12806A", False)).add_to(base)
    leaflet.switches().add_to(base)
    base.get_root().render()
    assert _get_map_string(base).count("data-place") == 2


def test_of_a_feature_only_the_geometry_is_taken():
    ring = [[[112, 31], [113, 31], [113, 32], [112, 31]]]
    feature = {"type": "Feature", "properties": {"name": "{{7*7}}"}, "id": "{{1}}",
               "geometry": {"type": "Polygon", "coordinates": ring}}  # fmt: skip
    for given in (feature, {"type": "FeatureCollection", "features": [feature]}):
        made = leaflet.shape(given, Stroke("#111827", 2.0))
        assert "{{" not in json.dumps(made.data)
        page = folium.Map()
        made.add_to(page).get_root().render()
        assert page.get_bounds() == [[31, 112], [32, 113]]


@pytest.mark.parametrize(
    "act",
    [
        lambda: leaflet.tiles("/tiles/{{7*7}}/{z}/{x}/{y}.png", 1),
        lambda: leaflet.tiles("https://elsewhere.invalid/{z}/{x}/{y}.png", 1),
        lambda: leaflet.dot((31, 112), "{{7*7}}"),
        lambda: leaflet.sign((31, 112), "甲", 'red" onclick="x', False),
        lambda: leaflet.shape({"type": "Point", "coordinates": [1, 2]}, Stroke("#111827", 1, "5;x")),
        lambda: leaflet.tiles(ADDRESS, 1, Entry("甲", "", "red;x", False)),
    ],
)
def test_colours_and_addresses_of_another_form_are_refused(act):
    with pytest.raises(ValueError, match="form"):
        act()
