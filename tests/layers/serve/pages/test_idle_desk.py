"""The Idle page: groups, the list with contradictions first, the day set forward, a click on the map, no asset lost."""

from datetime import date

import numpy as np
import pytest
import shapely
from PIL import Image, ImageDraw

from geo.basis.units import MU_M2
from layers.serve.draw.idle_symbols import GROUPS, SYMBOLS, group_of, picture, stamp, svg
from layers.serve.pages import idle_desk
from layers.study import field_checks
from layers.study.run.results import open_results
from layers.text import LANGUAGES, code, say
from tests.layers import idle_study


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return open_results(idle_study.run(tmp_path_factory.mktemp("idle") / "study"))


@pytest.fixture(scope="module")
def today(results):
    return idle_desk.desk(results, results.study.as_of)


def at(results, day):
    return idle_desk.desk(results, day)


def test_contradictions_stand_first_and_every_asset_is_listed(today):
    ids = today.ids(GROUPS)
    assert ids[0] == "P-03"
    assert set(ids) == {"P-03", "P-05", "T-01", "G-07", "G-11", "G-15", "G-18", "QY9"}
    assert today.unplaced == 1
    assert sum(today.counts.values()) == len(ids)


def test_groups_of_scene_three(today):
    groups = {asset: today.row(asset)["group"] for asset in today.ids(GROUPS)}
    assert groups["G-07"] == "idle_2y"
    assert groups["G-11"] == "recognisable"
    assert groups["G-15"] == "exempt"
    assert groups["G-18"] == "calm"
    assert groups["P-03"] == "contradiction"
    assert groups["P-05"] == "likely_idle"
    assert groups["T-01"] == "part_vacant"


@pytest.mark.parametrize(
    ("day", "group", "state"),
    [(date(2026, 11, 23), "calm", "normal"), (date(2026, 12, 14), "calm", "normal"),
     (date(2026, 12, 15), "warning", "warning_1y"), (date(2027, 3, 14), "warning", "warning_1y"),
     (date(2027, 3, 15), "idle_1y", "idle_1y")],
)  # fmt: skip
def test_the_day_set_forward_moves_the_clock_of_g18(results, day, group, state):
    row = at(results, day).row("G-18")
    assert (row["group"], row["clock_state"]) == (group, state)


def test_days_of_change_name_their_assets(results):
    found = dict(idle_desk.changes(results))
    assert found[date(2026, 12, 15)] == ("G-18",)
    assert found[date(2027, 3, 15)] == ("G-18",)
    assert "G-07" in found[date(2026, 9, 30)]
    assert "G-11" in found[date(2026, 8, 1)]
    first, last = idle_desk.span(results)
    assert all(first <= day <= last for day in found)


def test_land_whose_works_have_started_shows_only_the_days_of_its_own_test(today):
    assert [n for n, _ in idle_desk.days_of(today.row("G-11"))] == ["start_on", "warning_b_on", "recognisable_on"]
    assert next(n for n, _ in idle_desk.days_of(today.row("G-07"))) == "start_on"
    assert idle_desk.days_of(today.row("P-03")) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_has_clock_money_and_field_result(today, language):
    check = field_checks.FieldCheck("P-03", "in_use", date(2026, 11, 24), "王工", "x", "", 1)
    ids = today.ids(GROUPS)
    rows = idle_desk.listing(today, ids, {"P-03": check}, language)
    by = dict(zip(ids, rows.to_numpy().tolist(), strict=True))
    assert by["G-07"][5] == say("uiidle.fee_past", language, was="840.00")
    assert by["G-07"][4] == "2026-09-30"
    assert by["G-11"][5] == ""
    assert code("fieldfound", "in_use", language) in by["P-03"][6]
    assert "2026-12-15" in by["G-18"][7]
    assert all(str(row[0]).startswith("data:image/svg+xml;base64,") for row in by.values())
    assert "840.00" in idle_desk.fees(today, language)


def test_the_search_finds_numbers_names_and_parks(today):
    assert today.ids(GROUPS, "g-07") == ["G-07"]
    assert today.ids(GROUPS, "创新大厦") == ["T-01"]
    assert "G-07" in today.ids(GROUPS, "B3")
    assert today.ids(("idle_2y",), "P-03") == []


def test_a_click_finds_the_building_before_the_plot_and_something_near(today):
    import geopandas as gpd

    def lonlat(point):
        moved = gpd.GeoSeries([point], crs=today.shown.assets.crs).to_crs(4326).iloc[0]
        return moved.x, moved.y

    shapes = today.shown.assets.set_index("asset_id").geometry
    plant = shapes["P-03"].representative_point()
    assert today.map.at(*lonlat(plant), GROUPS) == "P-03"
    assert today.map.at(*lonlat(plant), ("idle_2y",)) == "G-07"  # what is hidden cannot be clicked: the nearest shown
    assert today.map.at(*lonlat(shapely.Point(plant.x + 5_000, plant.y)), GROUPS) is None
    assert today.map.outline("QY9") is None
    assert today.map.view_of("G-07", (400, 500))[2] <= 16


def test_tiles_show_what_is_chosen_and_nothing_else(today):
    from layers.serve.draw.published import SHELF

    keys = {shown: today.map.url(shown).split("/")[2] for shown in (GROUPS, ("idle_2y",), ())}
    assert len(set(keys.values())) == 3
    lat, lon, _ = today.map.home((400, 500))
    z = 15
    x = int((lon + 180) / 360 * 2**z)
    y = int((1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**z)
    drawn = {shown: SHELF.tile(key, (z, x, y)) for shown, key in keys.items()}
    assert len(drawn[GROUPS]) > len(drawn[("idle_2y",)]) > 0
    assert drawn[()] == SHELF.tile(keys[()], (z, x + 40, y))  # the empty tile


def test_every_group_has_a_shape_of_its_own_beside_its_colour():
    looks = {(SYMBOLS[g].outline, SYMBOLS[g].sign, SYMBOLS[g].size) for g in GROUPS}
    assert len(looks) == len(GROUPS) == len({SYMBOLS[g].colour for g in GROUPS})
    for group in GROUPS:
        image = Image.new("RGBA", (60, 60))
        stamp(ImageDraw.Draw(image), group, (30, 30), 20)
        assert image.getbbox() is not None
        assert svg(group).startswith("<svg")
        assert picture(group)
        assert all(code("idlegroup", group, language) != group for language in LANGUAGES)


@pytest.mark.parametrize(
    ("row", "group"),
    [({"contradictions": "x", "clock_state": "idle_2y", "evidence_status": "in_use"}, "contradiction"),
     ({"contradictions": "", "clock_state": "finished", "evidence_status": "likely_idle"}, "likely_idle"),
     ({"contradictions": "", "clock_state": "normal", "evidence_status": "likely_idle"}, "calm"),
     ({"contradictions": "", "clock_state": "", "evidence_status": "unknown"}, "open"),
     ({"contradictions": "", "clock_state": "finished", "evidence_status": "unknown"}, "calm"),
     ({"contradictions": "", "clock_state": "unknown", "evidence_status": "in_use"}, "open")],
)  # fmt: skip
def test_groups(row, group):
    assert group_of(row) == group


def test_images_of_a_plot(today):
    seen = today.images("G-07")
    assert [str(i["taken_on"])[:4] for i in seen] == ["2024", "2026"]
    assert all(i["bare_share"] == pytest.approx(1.0) for i in seen)
    assert today.row("G-07")["area_m2"] / MU_M2 == pytest.approx(15.0)


def test_a_park_without_a_name_keeps_its_id_and_ground_outside_parks_has_none(today):
    assert today.park({"park_id": "B9"}) == "B9"
    assert today.park({"park_id": ""}) == ""
