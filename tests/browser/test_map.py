"""The map of the pages in Chromium: what panning, pointing, drawing, searching and printing do, and leave alone."""

import gzip
import io
import json
import re

import numpy as np
import pyproj
import pytest
from PIL import Image

from layers.ask.ranked import RankTrial
from layers.serve.draw.published import FACTS
from layers.serve.pages import chosen, sites
from layers.serve.pages.board import board
from layers.study.run.results import open_results
from layers.text import LANGUAGES, code, say
from tests.browser.steps import MAP, click_map, go, leaflet, open_layers, panel, settled, told_id, until
from tests.views import studies

pytestmark = pytest.mark.browser
TO_DEGREES = pyproj.Transformer.from_crs(studies.CRS, 4326, always_xy=True)
DEGREES = "([x, y]) => { const q = luodi.map.mouseEventToLatLng({clientX: x, clientY: y}); return [q.lng, q.lat]; }"


@pytest.fixture(scope="module")
def results(small):
    return open_results(small)


def middle(page):
    box = page.locator(".lm-map").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def view(page):
    return page.evaluate("[luodi.map.getCenter().lat, luodi.map.getCenter().lng, luodi.map.getZoom()]")


def spot(page, parcel_id, results, zoom=17):
    """Bring a parcel to the middle; return its pixel."""
    shape = results.table("parcels").set_index("parcel_id").geometry[parcel_id]
    point = shape.representative_point()
    lon, lat = TO_DEGREES.transform(point.x, point.y)
    go(page, lon, lat, zoom)
    leaflet(page)
    at = page.evaluate("p => luodi.map.latLngToContainerPoint(p)", [lat, lon])
    box = page.locator(".lm-map").first.bounding_box()
    return box["x"] + at["x"], box["y"] + at["y"]


def test_panning_runs_nothing_and_the_first_click_moves_nothing(page, small_url, results):
    frames = []
    page.on("websocket", lambda w: w.on("framesent", lambda f: frames.append(f)))
    page.goto(f"{small_url}/screen?lang=zh")
    leaflet(page)
    x, y = spot(page, "HOLED", results)
    sent, seen = len(frames), page.url
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 30, steps=6)
    page.mouse.up()
    page.mouse.wheel(0, -120)
    until(page, lambda: page.url != seen, True)
    page.wait_for_timeout(800)
    assert len(frames) == sent, "a pan or a zoom said something to the server"
    assert re.search(r"#map=[\d.]+/[\d.]+/[\d.]+$", page.url)
    x, y = spot(page, "OVER", results)
    before = view(page)
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    card = page.locator(".lm-card").first
    until(page, card.inner_text, lambda text: text.startswith("OVER"))
    status = results.table("candidates").set_index("parcel_id")["status"]["OVER"]
    assert code("status", status, "zh") in card.inner_text()
    until(page, page.locator(".lm-where").first.inner_text, lambda text: "EPSG:" in text and "°" in text)
    click_map(page, page, *TO_DEGREES.transform(*middle_of(results, "OVER")), lambda: told_id(page) == "OVER")
    settled(page)
    assert view(page) == pytest.approx(before, abs=2e-5)
    kept = view(page)
    page.reload()
    leaflet(page)
    assert view(page) == pytest.approx(kept, abs=2e-5), "a refresh loses nothing"
    assert told_id(page) == "OVER"


def middle_of(results, parcel_id):
    point = results.table("parcels").set_index("parcel_id").geometry[parcel_id].representative_point()
    return point.x, point.y


def draw(page, tool, corners):
    page.locator(f".lm-tool-{tool}").first.click()
    for x, y in corners:
        page.mouse.move(x - 3, y)
        page.mouse.move(x, y)
        page.mouse.click(x, y)
        page.wait_for_timeout(150)


@pytest.mark.long
def test_what_is_drawn_is_what_is_chosen(page, small_url, results, tmp_path):
    page.goto(f"{small_url}/screen?lang=zh")
    leaflet(page)
    spot(page, "HOLED", results, 14)
    x, y = middle(page)
    corners = ((x - 150, y - 110), (x + 160, y - 100), (x + 120, y + 120), (x - 150, y - 110))
    degrees = [page.evaluate(DEGREES, list(c)) for c in corners]
    draw(page, "area", corners)
    until(page, lambda: "set=" in page.url, True)
    settled(page)
    wanted = chosen.in_shape(board(results), {"type": "Polygon", "coordinates": [degrees]}, "area")
    assert len(wanted.ids) > 2
    until(page, lambda: say("uichosen.title", "zh", parcels=len(wanted.ids)) in panel(page).inner_text(), True)
    rows = page.locator("table.lu-chosen tr").all_inner_texts()
    gross = chosen.sums(results, wanted.ids)["gross_m2"].iloc[-1] * 15 / 10_000
    assert f"{gross:,.2f}" in rows[-1]
    assert page.evaluate("luodi.chart.data.selected.length") == len(wanted.ids)
    with page.expect_download() as waiting:
        page.locator(".st-key-chosen-file-csv button").first.click()
    path = tmp_path / "chosen.csv"
    waiting.value.save_as(path)
    ids = {line.split(",")[0].strip('"') for line in path.read_text(encoding="utf-8-sig").splitlines()[1:]}
    assert set(wanted.ids) <= ids
    seen = page.url
    page.reload()
    leaflet(page)
    assert page.url == seen
    until(page, lambda: say("uichosen.title", "zh", parcels=len(wanted.ids)) in panel(page).inner_text(), True)
    page.locator(".st-key-chosen-clear button").first.click()
    until(page, lambda: "set=" in page.url, False)


@pytest.mark.long
def test_a_box_ctrl_and_a_list_of_ids_choose(page, small_url, results):
    page.goto(f"{small_url}/screen?lang=en&select=parcel:HOLED")
    leaflet(page)
    x, y = spot(page, "OVER", results)
    page.keyboard.down("Control")
    page.mouse.click(x, y)
    page.keyboard.up("Control")
    until(page, lambda: say("uichosen.title", "en", parcels=2) in panel(page).inner_text(), True)
    spot(page, "OVER", results, 14)
    before = view(page)
    x, y = middle(page)
    page.keyboard.down("Shift")
    page.mouse.move(x - 120, y - 90)
    page.mouse.down()
    page.mouse.move(x + 120, y + 90, steps=5)
    page.mouse.up()
    page.keyboard.up("Shift")
    until(page, lambda: page.evaluate("luodi.chart.data.selected.length"), lambda n: n and n > 2)
    assert view(page) == pytest.approx(before, abs=2e-5)
    assert told_id(page) == "", "the click that ends a drag chooses nothing"
    page.get_by_text(say("uichosen.by_list", "en")).first.click()
    page.locator(".st-key-chosen-named textarea").first.fill("LEFT, RIGHT；NOBODY")
    page.keyboard.press("Tab")
    page.locator(".st-key-chosen-named-go button").first.click()
    until(page, lambda: say("uichosen.title", "en", parcels=2) in panel(page).inner_text(), True)
    assert "NOBODY" in panel(page).inner_text()


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_search_layers_and_words(page, small_url, results, language):
    page.goto(f"{small_url}/screen?lang={language}")
    leaflet(page)
    field = page.locator(".lm-search input").first
    field.fill("HOLED")
    page.locator(".lm-hit").first.wait_for()
    field.press("Enter")
    until(page, lambda: told_id(page), "HOLED")
    lon, lat = TO_DEGREES.transform(*middle_of(results, "RING"))
    field.fill(f"{lon:.6f}, {lat:.6f}")
    until(page, lambda: page.locator(".lm-hit small").first.inner_text(), code("mapfind", "degrees", language))
    field.press("Enter")
    until(page, lambda: view(page)[:2], lambda v: v == pytest.approx([lat, lon], abs=1e-4))
    field.fill("no such thing")
    page.get_by_text(say("uimap.nothing", language)).first.wait_for()
    listed = open_layers(page)
    line = listed.locator(".lm-layer").first
    strength = line.locator("input[type=range]").first
    strength.fill("30")
    first_listed = (
        "[...luodi.chart.layers.order].reverse().map(id => luodi.chart.layers.made.get(id)).find(m => m.spec.listed)"
    )
    assert page.evaluate(f"{first_listed}.layer.options.opacity") == 0.3
    first = line.inner_text()
    line.get_by_role("button", name=say("uimap.down", language)).click()
    assert listed.locator(".lm-layer").nth(1).inner_text() == first
    text = page.locator(MAP).first.evaluate("e => e.innerText")
    named = [page.locator(f".lm-bar button >> nth={k}").get_attribute("aria-label") for k in range(8)]
    assert all(named)
    assert not re.search(r"\[[a-z]+\.[a-z_]+", text + " ".join(named)), "a key without a sentence"
    if language == "en":
        assert not re.search(r"[\u4e00-\u9fff]", " ".join(named))
    else:
        assert not re.search(r"[A-Za-z]{4,}", re.sub(r"Shift", "", " ".join(named)))


@pytest.mark.long
def test_the_sheet_holds_what_is_seen(page, small_url, results, tmp_path):
    page.goto(f"{small_url}/screen?lang=zh&select=parcel:HOLED")
    leaflet(page)
    for kind in ("PNG", "PDF"):
        page.locator(".lm-tool-print").first.click()
        with page.expect_download() as waiting:
            page.locator(MAP).get_by_role("button", name=kind).first.click()
        path = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(path)
        assert path.name == f"luodi-map-{results.run_id[:8]}.{kind.lower()}"
    assert path.read_bytes().startswith(b"%PDF-1.4")
    picture = Image.open(io.BytesIO((tmp_path / f"luodi-map-{results.run_id[:8]}.png").read_bytes())).convert("RGB")
    box = page.locator(".lm-map").first.bounding_box()
    assert picture.width == 2 * (round(box["width"]) + 48)
    assert picture.height > 2 * box["height"] + 100
    assert len(np.unique(np.asarray(picture).reshape(-1, 3), axis=0)) > 50


@pytest.mark.long
def test_the_keyboard_reaches_everything(page, small_url, results):
    page.goto(f"{small_url}/screen?lang=zh")
    leaflet(page)
    spot(page, "OVER", results)
    page.evaluate("luodi.chart.box.focus()")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    before = view(page)
    page.keyboard.press("ArrowRight")
    until(page, lambda: view(page) != before, True)
    page.wait_for_timeout(600)  # the map glides
    page.keyboard.press("ArrowLeft")
    until(page, lambda: view(page), lambda v: v == pytest.approx(before, abs=1e-4))
    page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    until(page, lambda: told_id(page), "OVER")
    order = []
    for _ in range(12):
        page.keyboard.press("Tab")
        order.append(page.evaluate("luodi.chart.root.getRootNode().activeElement?.getAttribute('aria-label') ?? ''"))
    assert {say(f"uimap.{w}", "zh") for w in ("in", "out", "whole", "area", "measure", "print")} <= set(order)


@pytest.mark.long
def test_the_browser_counts_scores_as_python_does(page, serve, tmp_path_factory):
    study = studies.sited(tmp_path_factory.mktemp("sites") / "study")
    results = open_results(study)
    page.goto(f"{serve(study)}/sites?lang=zh")
    leaflet(page)
    shown = sites.of_run(results)
    names = [c.id for c in shown.bench.criteria.criteria]
    until(page, lambda: page.evaluate("!!luodi.chart.scores.values"), True)
    for seed in range(4):
        weights = np.round(np.random.default_rng(seed).uniform(0, 50, len(names)))
        made = shown.bench.answer(RankTrial(dict(zip(names, (weights / 100).tolist(), strict=True))))
        layer = shown.board.layer(made.ranking, lambda k: None, "zh")
        wanted = np.frombuffer(gzip.decompress(FACTS.tile(layer.classes.split("/")[2], 0)), np.uint8)
        page.evaluate("w => luodi.chart.scores.preview(w)", weights.tolist())
        page.wait_for_timeout(300)
        assert json.loads(page.evaluate("JSON.stringify([...luodi.chart.idLayer('sites').classes])")) == wanted.tolist()
