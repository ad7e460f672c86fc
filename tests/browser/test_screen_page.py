"""The Screen page in Chromium: real clicks, and what stands in the panel against the Parquet rows."""

import csv
import io
import re
import shutil
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
from PIL import Image
from playwright.sync_api import expect

from layers.outputs.formats import FORMATS
from layers.study.run.results import open_results
from layers.text import LANGUAGES, code, number, say
from tests.browser.steps import (
    MAP,
    click_map,
    go,
    gone,
    leaflet,
    open_layers,
    panel,
    press,
    settled,
    told_id,
    until,
    without_icons,
)  # fmt: skip
from tests.views import studies

pytestmark = pytest.mark.browser
TO_DEGREES = pyproj.Transformer.from_crs(studies.CRS, 4326, always_xy=True)


@pytest.fixture(scope="module")
def study(small):
    return small


@pytest.fixture(scope="module")
def results(study):
    return open_results(study)


@pytest.fixture(scope="module")
def url(small_url):
    return small_url


def shows(page, parcel_id):
    until(page, lambda: told_id(page), parcel_id)


def outcomes(page):
    """Rule title → outcome word, as read off the panel."""
    titles, words = (panel(page).locator(f".lu-rule summary .lu-{name}") for name in ("rule-title", "outcome"))
    return dict(zip(titles.all_inner_texts(), words.all_inner_texts(), strict=False))


def told(page):
    """What the panel shows now: status, areas, outcome of every rule."""
    texts = [panel(page).locator(f".lu-{name}").all_inner_texts() for name in ("chip", "big", "small")]
    return texts, outcomes(page)


def wanted(results, parcel_id, language):
    """What the panel must show, out of the tables of the run."""
    row = results.parcel_row("candidates", parcel_id).iloc[0]
    unit = "mu" if language == "zh" else "ha"
    names = ("gross_m2", "net_m2") + (("net_hi_m2",) if row["net_hi_m2"] > row["net_m2"] + 0.01 else ())
    big = [number(row[name], unit, language) for name in names]
    small = [number(row[name], "m2", language) for name in names[:2]]
    verdicts = results.parcel_row("verdicts", parcel_id)
    titles = {r.id: getattr(r.title, language) for r in results.rules}
    rules = {titles[v.rule_id]: code("outcome", v.outcome, language)
             for v in verdicts.itertuples() if v.severity != "not_examined"}  # fmt: skip
    return code("status", row["status"], language), big, small, rules


def check_panel(page, results, parcel_id, language):
    """Compare panel and tables; the page changes piece by piece, so it is given time to settle."""
    shows(page, parcel_id)
    status, big, small, rules = wanted(results, parcel_id, language)

    def reading():
        (chip, large, little), found = told(page)
        return chip[:1], large[: len(big)], little[:2], found

    until(page, reading, ([status], big, small, rules))


def test_a_click_tells_what_the_row_says(page, url, results):
    page.goto(f"{url}/screen?lang=zh")
    frame = leaflet(page)
    parcels = gpd.GeoDataFrame(results.table("parcels")).set_index("parcel_id")
    ordinary = [i for i in parcels.index if i.startswith("P0")]
    asked = {
        i: parcels.geometry[i].representative_point() for i in np.random.default_rng(11).choice(ordinary, 10, False)
    }
    by_status = results.table("candidates").set_index("parcel_id")["status"]
    unsure = by_status.index[by_status == "unknown"][0]
    asked[unsure] = parcels.geometry[unsure].representative_point()
    asked["HOLED"] = parcels.geometry["HOLED"].representative_point()
    for parcel_id, point in asked.items():
        lon, lat = TO_DEGREES.transform(point.x, point.y)
        go(frame, lon, lat)
        click_map(page, frame, lon, lat, lambda wanted=parcel_id: told_id(page) == wanted)
        check_panel(page, results, parcel_id, "zh")


EDGES = ((2698.5, 150, "LEFT"), (2701.5, 150, "RIGHT"), (1002, 250, "HOLED"), (2150, 250, "OVER"), (290, 250, "RING"))


@pytest.mark.long
def test_a_click_beside_an_edge(page, url, results):
    page.goto(f"{url}/screen?lang=en")
    frame = leaflet(page)
    for x, y, wanted in EDGES:
        lon, lat = TO_DEGREES.transform(studies.EAST + x, studies.NORTH + y)
        go(frame, lon, lat, 20)
        click_map(page, frame, lon, lat, lambda wanted=wanted: told_id(page) == wanted)
        check_panel(page, results, wanted, "en")
        until(page, lambda wanted=wanted: f"select=parcel%3A{wanted}" in page.url, True)


def test_a_click_into_a_hole_is_no_parcel(page, url):
    page.goto(f"{url}/screen?lang=zh&select=parcel:HOLED")
    frame = leaflet(page)
    shows(page, "HOLED")
    lon, lat = TO_DEGREES.transform(studies.EAST + 1150, studies.NORTH + 250)
    go(frame, lon, lat)
    nothing = panel(page).get_by_text(say("ui.no_parcel_here", "zh"))
    click_map(page, frame, lon, lat, lambda: nothing.count() > 0)
    until(page, lambda: "select=" in page.url, False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_in_the_other_language(page, url, results, language):
    page.goto(f"{url}/screen?lang={language}&select=parcel:DOUBT")
    leaflet(page)
    shows(page, "DOUBT")
    without_icons(page)
    text = page.get_by_test_id("stMain").inner_text() + page.title()
    assert not re.search(r"\[[a-z]+\.[a-z_]+", text), "a key without a sentence"
    assert code("status", "unknown", language) in text
    assert say("ui.synthetic", language) in text
    own = studies.NASTY.replace('"', "'")
    for line in text.replace(own, "").replace(results.run_id[:8], "").splitlines():  # letters of a number are no word
        if language == "zh":
            words = re.sub(
                r"Excel|CSV|GeoPackage|GeoJSON|Parquet|English|EPSG|Small county|minerals|[A-Z]+\d*|m²|×", "", line
            )
            assert not re.search(r"[A-Za-z]{4,}", words), line
        else:
            words = re.sub(r"中文|小县|虎山街道|三调|永久基本农田|河湖管理范围|洪泛区|道路|测试员|评价范围", "", line)
            assert not re.search(r"[\u4e00-\u9fff]", words), line


def test_text_of_data_is_text(page, url):
    page.goto(f"{url}/screen?lang=zh&select=parcel:HOLED")
    frame = leaflet(page)
    shows(page, "HOLED")
    until(page, lambda: studies.NASTY in panel(page).inner_text(), True)
    assert page.locator("img[src='x']").count() == 0
    assert "<img src=x" in open_layers(page).inner_text()
    assert frame.locator("img[src='x']").count() == 0
    assert page.evaluate("window.hit") is None
    assert frame.evaluate("window.hit") is None


def test_map_and_reasons_stand_on_one_screen(page, url):
    page.goto(f"{url}/screen?lang=zh&select=parcel:RING")
    leaflet(page)
    shows(page, "RING")
    settled(page)
    for box in (page.locator(MAP).first.bounding_box(), panel(page).bounding_box()):
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768
    assert page.locator(MAP).first.bounding_box()["width"] > 800
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_language_switch_keeps_the_selection(page, url, results):
    page.goto(f"{url}/screen?lang=zh&select=parcel:LEFT")
    leaflet(page)
    check_panel(page, results, "LEFT", "zh")
    press(page, page.get_by_text("English", exact=True))
    panel(page).get_by_text(say("ui.gross", "en")).first.wait_for()
    check_panel(page, results, "LEFT", "en")
    until(page, lambda: "lang=en" in page.url, True)


def test_chinese_browsers_get_chinese(chromium, url):
    for locale, word in (("zh-CN", "zh"), ("de-DE", "en")):
        context = chromium.new_context(locale=locale)
        visitor = context.new_page()
        visitor.goto(url)
        visitor.get_by_text(say("ui.synthetic", word)).first.wait_for(timeout=90_000)
        context.close()


@pytest.mark.long
def test_a_row_moves_the_map(page, url, results):
    page.goto(f"{url}/screen?lang=zh")
    frame = leaflet(page)
    before = frame.evaluate("window.luodi.map.getCenter()")
    page.get_by_placeholder(say("ui.find", "zh")).first.fill("OVER")
    page.keyboard.press("Enter")
    page.get_by_text(say("ui.rows_some", "zh", found=1, total=len(results.table("candidates")))).first.wait_for()
    pick_first_row(page, "OVER")
    check_panel(page, results, "OVER", "zh")
    middle = TO_DEGREES.transform(studies.EAST + 2150, studies.NORTH + 250)

    def centre():
        at = frame.evaluate("window.luodi.map.getCenter()")
        return at["lng"], at["lat"]

    until(page, centre, lambda at: at == pytest.approx(middle, abs=1e-4))
    assert centre() != (before["lng"], before["lat"])
    until(page, lambda: frame.evaluate("window.luodi.map.getZoom()"), 17)
    # away by hand, the tick off and on again: the map goes there again, as near as before
    go(frame, 118.5, 28.6, 11)
    settled(page)
    pick_first_row(page, "")
    pick_first_row(page, "OVER")
    until(page, centre, lambda at: at == pytest.approx(middle, abs=1e-4))
    until(page, lambda: frame.evaluate("window.luodi.map.getZoom()"), 17)
    # and back to the whole study
    press(page, page.get_by_role("button", name=say("ui.whole", "zh")))
    until(page, lambda: frame.evaluate("window.luodi.map.getZoom()"), lambda zoom: zoom < 17)


def pick_first_row(page, parcel_id):
    """Click the first row until the panel names its parcel.

    The table is drawn on a canvas, so nothing tells when its one row can be clicked; and for
    a moment the page holds both the old table and the new one.
    """
    for _ in range(20):
        settled(page)
        page.get_by_test_id("stDataFrame").first.scroll_into_view_if_needed()
        box = page.get_by_test_id("stDataFrame").first.bounding_box()
        if box:
            page.mouse.click(box["x"] + 18, box["y"] + 30 + 18)
        page.wait_for_timeout(3_000)
        if told_id(page) == parcel_id:
            return


def shown_colours(page):
    picture = Image.open(io.BytesIO(page.locator(MAP).first.screenshot())).convert("RGB")
    return np.asarray(picture).reshape(-1, 3)


def has_colour(pixels, colour):
    return bool((np.abs(pixels.astype(int) - colour).max(axis=1) <= 12).sum() > 200)


def test_the_filter_colours_map_and_list_alike(page, url, results):
    from layers.serve.draw.styles import GROUND, STATUS_COLOURS, rgb

    def seen(status):
        mixed = np.array(rgb(STATUS_COLOURS[status])) * 235 / 255 + np.array(rgb(GROUND)) * 20 / 255
        return has_colour(shown_colours(page), mixed)

    page.goto(f"{url}/screen?lang=zh")
    leaflet(page)
    until(page, lambda: (seen("eligible"), seen("conditional")), (True, True))
    with page.expect_response(re.compile("/facts/")):
        page.locator(".st-key-shown button").nth(1).click()
    count = int((results.table("candidates")["status"] == "conditional").sum())
    page.get_by_text(say("ui.rows_some", "zh", found=count, total=len(results.table("candidates")))).first.wait_for()
    until(page, lambda: (seen("eligible"), seen("conditional")), (False, True))


COUNTED = ("xlsx", "csv", "gpkg", "geojson", "parquet")


def _rows(path, kind):
    """Rows of a handed-over list."""
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        assert rows[0][0] == say("column.parcel_id", "zh")
        return len(rows) - 1
    if kind == "xlsx":
        sheets = pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl")
        return max(int((s.iloc[:, 1].notna()).sum()) for s in sheets.values() if s.shape[1] > 1)  # notes are one column
    return len(gpd.read_parquet(path) if kind == "parquet" else gpd.read_file(path))


def test_the_list_is_handed_over(page, url, results, tmp_path):
    page.goto(f"{url}/screen?lang=zh")
    leaflet(page)
    count = len(results.table("candidates"))
    more = page.get_by_role("button", name=say("ui.more_formats", "zh"))
    for kind, form in FORMATS.items():
        button = page.locator(f".st-key-download-{kind.replace('.', '-')} button").first
        if not button.is_visible():
            press(page, more)
        expect(button).to_contain_text(form.title)
        with page.expect_download(timeout=90_000) as waiting:
            press(page, button)
        path = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(path)
        assert path.name == f"luodi-candidates-{results.run_id}.{kind}"
        if kind in COUNTED:  # every file is opened again and counted as it is written; these once more, by others
            assert _rows(path, kind) >= count if kind == "xlsx" else _rows(path, kind) == count, kind


@pytest.mark.long
def test_stale_results_are_said_and_a_run_from_the_page_renews_them(page, serve, study, tmp_path):
    mine = tmp_path / "mine"
    shutil.copytree(study, mine, symlinks=True)
    text = (mine / "study.toml").read_text(encoding="utf-8")
    (mine / "study.toml").write_text(text.replace("2026-11-23", "2026-11-24", 1), encoding="utf-8")
    page.goto(f"{serve(mine)}/screen?lang=zh")
    leaflet(page)
    page.get_by_text(say("ui.stale", "zh")).first.wait_for()
    page.locator(".st-key-download-csv button[disabled]").first.wait_for()
    press(page, page.locator(".st-key-run button"))
    page.get_by_text(say("ui.as_of", "zh", day="2026-11-24")).first.wait_for(timeout=120_000)
    gone(page, page.get_by_text(say("ui.stale", "zh")))
    page.locator(".st-key-download-csv button:not([disabled])").first.wait_for(timeout=90_000)
    assert open_results(mine).study.as_of.isoformat() == "2026-11-24"


@pytest.mark.long
def test_first_map_of_thirteen_thousand_parcels(page, serve, tmp_path):
    big = studies.run(studies.write(tmp_path / "big", count=13_000))
    url = serve(big)
    started = time.perf_counter()
    page.goto(f"{url}/screen?lang=zh")
    leaflet(page)
    assert time.perf_counter() - started < 10
    page.get_by_test_id("stPagination").first.wait_for(timeout=90_000)
