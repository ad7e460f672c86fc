"""The Sites page in Chromium: sites on the map, weights that move it, comparison, and a demand stated and answered."""

import re

import geopandas as gpd
import pyproj
import pytest

from layers.study.run.results import open_results
from layers.text import number, say
from tests.browser.steps import click_map, go, gone, leaflet, panel, press, settled, tile_keys, told_id, until
from tests.languages import EACH
from tests.views import studies

pytestmark = pytest.mark.browser
TO_DEGREES = pyproj.Transformer.from_crs(studies.CRS, 4326, always_xy=True)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return studies.sited(tmp_path_factory.mktemp("sites") / "study")


@pytest.fixture(scope="module")
def results(study):
    return open_results(study)


@pytest.fixture(scope="module")
def url(serve, study):
    return serve(study)


@pytest.fixture
def sites(results):
    """Sites nobody lies on, best first."""
    frame = gpd.GeoDataFrame(results.table("sites")).set_index("site_id")
    order = results.table("ranking")["site_id"]
    small = [s for s in order if frame.loc[s, "net_hi_m2"] < 1e6]
    return frame.loc[small]


def opened(page, url, language="zh", select=""):
    page.goto(f"{url}/sites?lang={language}" + (f"&select=site:{select}" if select else ""))
    return leaflet(page)


def choose(page, key, number_):
    """Choose the k-th of a row of choices."""
    press(page, page.locator(f".st-key-{key} button").nth(number_))
    settled(page)


def shown_points(page):
    """Points of every criterion, as read off the panel."""
    return [float(t.split("…")[0].replace(",", "")) for t in panel(page).locator(".ls-points").all_inner_texts()]


@pytest.mark.parametrize("language", EACH)
def test_a_click_on_a_site_explains_its_score(page, url, results, sites, language):
    frame = opened(page, url, language)
    site = sites.index[0]
    point = sites.geometry[site].representative_point()
    lon, lat = TO_DEGREES.transform(point.x, point.y)
    go(frame, lon, lat, 16)
    click_map(page, frame, lon, lat, lambda: told_id(page) == site)
    row = results.table("ranking").set_index("site_id").loc[site]
    score = number(row["score"], "x", language)
    until(page, lambda: panel(page).locator(".lu-big").first.inner_text(), score)
    points = until(page, lambda: shown_points(page), lambda p: len(p) == len(results.criteria.criteria))
    assert sum(points) == pytest.approx(row["score"], abs=0.01 * len(points))
    text = page.locator("body").inner_text()
    assert not re.search(r"\[(ui|uisites|rank|reason|column|word)\.", text)


def test_a_weight_moves_the_map_at_once_and_comes_back(page, url):
    opened(page, url)
    choose(page, "site-side", 1)
    before = tile_keys(page)
    thumb = page.locator('.st-key-weight-0-usable-area input[type="range"]').first
    thumb.press("End")
    bar = page.locator(".st-key-weightbar")
    bar.first.wait_for()
    settled(page)
    until(page, lambda: set(tile_keys(page)) - set(before), bool)
    press(page, page.locator(".st-key-weights-back button"))
    gone(page, bar)


def test_sites_stand_side_by_side_and_the_order_is_held_against_other_weights(page, url):
    opened(page, url)
    choose(page, "site-below", 1)
    until(
        page, page.locator('[data-testid="stImage"] img, [data-testid="stImageContainer"] img').count, lambda n: n >= 3
    )
    page.locator('[data-testid="stVegaLiteChart"]').first.wait_for()
    choose(page, "site-below", 2)
    until(page, page.locator('[data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg').count,
          lambda n: n >= 2)  # fmt: skip


def test_weights_by_comparison_say_whether_they_agree(page, url):
    opened(page, url)
    choose(page, "site-below", 3)
    press(page, page.locator(".st-key-matrix-start button"))
    page.locator(".st-key-weightbar").first.wait_for()
    page.get_by_text("一致性比率").first.wait_for()


@pytest.mark.long
def test_a_demand_is_searched_for_beside_the_page(page, url):
    opened(page, url)
    choose(page, "site-side", 2)
    least = page.locator(".st-key-demand-area_min input").first
    least.fill("30")
    least.press("Tab")
    most = page.locator(".st-key-demand-area_max input").first
    most.fill("300")
    most.press("Tab")
    press(page, page.locator(".st-key-demand-go button"))
    page.locator(".st-key-demandbar").first.wait_for()
    leaflet(page)
    press(page, page.locator(".st-key-demand-clear button"))
    gone(page, page.locator(".st-key-demandbar"))


def test_two_clicks_make_an_area_for_the_demand(page, url, results):
    frame = opened(page, url)
    choose(page, "site-side", 2)
    box = page.locator(".st-key-site-area-pick input").first
    box.click()
    page.get_by_role("option", name=say("uisites.area_box", "zh")).first.click()
    page.get_by_text(say("uisites.box_first", "zh")).first.wait_for()
    assert page.locator(".st-key-demand-go button").first.is_disabled()
    frame = leaflet(page)
    ground = gpd.GeoDataFrame(results.table("shape_ground")).to_crs(4326).total_bounds
    middle = ((ground[0] + ground[2]) / 2, (ground[1] + ground[3]) / 2)
    go(frame, *middle, 13)
    corners = ((ground[0], ground[1]), (ground[2], ground[3]))
    for (lon, lat), word in zip(corners, ("box_second", "box_done"), strict=True):
        told = page.get_by_text(say(f"uisites.{word}", "zh"))
        click_map(page, frame, lon, lat, lambda told=told: told.count() > 0)
    settled(page)
    assert page.locator(".st-key-demand-go button").first.is_enabled()
