"""Trial settings in Chromium: other tiles at once, without a run, and the run back again."""

import re

import pytest

from layers.ask.whatif import ScreenTrial, desk
from layers.outputs.summary import by_status
from layers.study.run.results import open_results
from layers.text import LANGUAGES, code, say
from tests.browser.steps import MAP, gone, leaflet, open_layers, press, settled, tile_keys, until, without_icons
from tests.languages import EACH
from tests.views import studies

pytestmark = pytest.mark.browser
STATUSES = ("eligible", "conditional", "unknown", "excluded")
GRIDS = {"funnel": "funnel", "ledger": "study-ledger", "binding": "binding", "find": "find"}


@pytest.fixture(scope="module")
def study(small):
    return small


@pytest.fixture(scope="module")
def results(study):
    return open_results(study)


@pytest.fixture(scope="module")
def url(small_url):
    return small_url


def counts(page, language):
    """Parcels per status, as read off the legend."""
    out = {}
    for button in page.locator(".st-key-shown button").all_inner_texts():
        status = next(s for s in STATUSES if button.strip().startswith(code("status", s, language)))
        out[status] = int(re.search(r"([\d,]+)", button.replace(code("status", status, language), "", 1)).group(1))
    return out


def open_trial(page, url, language):
    page.goto(f"{url}/screen?lang={language}")
    frame = leaflet(page)
    press(page, page.locator(".st-key-side").get_by_text(say("uitrial.side_trial", language), exact=True))
    page.locator(".st-key-trial-rule").first.wait_for()
    settled(page)
    return frame


def pick(page, box, word):
    press(page, page.locator(box).locator("input"))
    page.get_by_role("option", name=word, exact=True).first.click()
    settled(page)


def set_threshold(page, value):
    settled(page)
    field = page.locator("[class*='-threshold'] input").first
    field.fill(str(value))
    field.press("Enter")


def unsaved(page, language):
    return page.get_by_text(say("uitrial.unsaved", language), exact=True)


@pytest.mark.parametrize("language", EACH)
def test_a_threshold_moves_the_map_at_once_and_back_restores(page, url, results, language):
    frame = open_trial(page, url, language)
    as_run = {s: int(n) for s, n in by_status(results)["parcels"].items()}
    until(page, lambda: counts(page, language), as_run)
    page.wait_for_timeout(1500)  # until the other layers have asked for their tiles
    runs = sorted(p.name for p in (results.folder / "runs").iterdir())
    view, before = frame.evaluate("[window.luodi.map.getZoom(), window.luodi.map.getCenter()]"), tile_keys(page)
    pick(page, ".st-key-trial-rule", getattr(results.rule("flood").title, language))
    page.locator("[class*='-flood-threshold']").first.wait_for()
    wanted = desk(results).answer(ScreenTrial({"flood": {"threshold": 50_000.0}})).counts
    assert wanted != as_run
    with page.expect_response(re.compile("/facts/")):
        set_threshold(page, 50_000)
    unsaved(page, language).first.wait_for()
    until(page, lambda: counts(page, language), wanted)
    until(page, lambda: len(set(tile_keys(page)) - set(before)), 1)
    page.locator(".st-key-download-csv button[disabled]").first.wait_for()
    assert frame.evaluate("[window.luodi.map.getZoom(), window.luodi.map.getCenter()]") == view
    press(page, page.locator(".st-key-trial-back button"))
    gone(page, unsaved(page, language))
    until(page, lambda: counts(page, language), as_run)
    until(page, lambda: page.locator("[class*='-flood-threshold'] input").first.input_value(), "0")
    assert sorted(p.name for p in (results.folder / "runs").iterdir()) == runs


def test_map_and_trial_stand_on_one_screen(page, url):
    open_trial(page, url, "zh")
    pick(page, ".st-key-trial-rule", "洪泛区")
    page.locator("[class*='-flood-threshold']").first.wait_for()
    set_threshold(page, 50_000)
    unsaved(page, "zh").first.wait_for()
    settled(page)
    for part in (MAP, ".st-key-why", ".st-key-trialbar"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768, part
    assert page.locator(".st-key-trialbar").first.bounding_box()["height"] < 50
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_boundary_of_the_study_is_drawn(page, url):
    page.goto(f"{url}/screen?lang=zh")
    leaflet(page)
    row = open_layers(page).locator("label", has_text="评价范围").first
    until(page, lambda: row.locator("input").first.is_checked(), True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_in_the_other_language(page, url, results, language):
    open_trial(page, url, language)
    without_icons(page)
    for name in ("funnel", "ledger", "binding", "find"):
        press(page, page.locator(".st-key-below").get_by_text(say(f"uitrial.below_{name}", language), exact=True))
        page.locator(f".lu-grid.lu-{GRIDS[name]}").first.wait_for()
        settled(page)
        lines = page.get_by_test_id("stMain").inner_text().replace(studies.NASTY.replace('"', "'"), "")
        lines = lines.replace(results.run_id[:8], "")  # letters of a number are no word
        assert not re.search(r"\[[a-z]+\.[a-z_]+", lines), "a key without a sentence"
        for line in lines.splitlines():
            if language == "zh":
                words = re.sub(r"English|EPSG|Small county|[A-Z]+\d*|m²", "", line)
                assert not re.search(r"[A-Za-z]{4,}", words), line
            else:
                assert not re.search(r"[\u4e00-\u9fff]", re.sub("中文|小县", "", line)), line


def test_what_a_cut_leaves_is_drawn(page, url):
    page.goto(f"{url}/screen?lang=zh&select=parcel:LEFT")
    frame = leaflet(page)
    press(page, page.get_by_text(say("uitrial.draw_cut", "zh"), exact=True))
    page.get_by_text(say("uitrial.hide_cut", "zh"), exact=True).first.wait_for()
    count = "window.luodi.chart.root.querySelectorAll('.leaflet-overlay-pane path').length"
    frame.wait_for_function(f"() => {count} === 3")
    press(page, page.get_by_text(say("uitrial.hide_cut", "zh"), exact=True))
    frame.wait_for_function(f"() => {count} === 2")
