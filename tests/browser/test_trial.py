"""Trial settings in Chromium: other tiles at once, without a run, and the run back again."""

import re

import pytest

from layers.study.results import open_results
from layers.study.summary import by_status
from layers.text import LANGUAGES, code, say
from layers.whatif import Moved, desk
from tests.browser.test_screen_page import leaflet
from tests.views import studies

pytestmark = pytest.mark.browser
STATUSES = ("eligible", "conditional", "unknown", "excluded")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return studies.run(studies.write(tmp_path_factory.mktemp("trial") / "study", count=60))


@pytest.fixture(scope="module")
def results(study):
    return open_results(study)


@pytest.fixture(scope="module")
def url(serve, study):
    return serve(study)


def keys(page):
    """Keys of the parcel tiles asked for so far, in the order they first came."""
    return list(dict.fromkeys(m.group(1) for u in page.asked if (m := re.search(r"/tiles/(\w+)/", u))))


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
    page.locator(".st-key-side").get_by_text(say("uitrial.side_trial", language), exact=True).click()
    page.locator(".st-key-trial-rule").wait_for()
    return frame


def pick(page, box, word):
    page.locator(box).locator("input").first.click()
    page.get_by_role("option", name=word, exact=True).click()


def set_threshold(page, value):
    field = page.locator("[class*='-threshold'] input").first
    field.fill(str(value))
    field.press("Enter")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_threshold_moves_the_map_at_once_and_back_restores(page, url, results, language):
    frame = open_trial(page, url, language)
    as_run = {s: int(n) for s, n in by_status(results)["parcels"].items()}
    assert counts(page, language) == as_run
    page.wait_for_timeout(1500)  # until the other layers have asked for their tiles
    runs = sorted(p.name for p in (results.folder / "runs").iterdir())
    view, before = frame.evaluate("[window.map.getZoom(), window.map.getCenter()]"), keys(page)
    pick(page, ".st-key-trial-rule", getattr(results.rule("flood").title, language))
    page.locator("[class*='-flood-threshold']").wait_for()
    wanted = desk(results).answer(Moved({"flood": {"threshold": 50_000.0}})).counts
    assert wanted != as_run
    with page.expect_response(re.compile("/tiles/")):
        set_threshold(page, 50_000)
    page.get_by_text(say("uitrial.unsaved", language), exact=True).wait_for()
    assert counts(page, language) == wanted
    assert len(set(keys(page)) - set(before)) == 1
    page.locator(".st-key-download-csv button[disabled]").first.wait_for()
    assert frame.evaluate("[window.map.getZoom(), window.map.getCenter()]") == view
    page.locator(".st-key-trial-back button").click()
    page.get_by_text(say("uitrial.unsaved", language), exact=True).wait_for(state="detached")
    assert counts(page, language) == as_run
    assert page.locator("[class*='-flood-threshold'] input").first.input_value() == "0"
    assert sorted(p.name for p in (results.folder / "runs").iterdir()) == runs


def test_map_and_trial_stand_on_one_screen(page, url):
    open_trial(page, url, "zh")
    pick(page, ".st-key-trial-rule", "洪泛区")
    page.locator("[class*='-flood-threshold']").wait_for()
    set_threshold(page, 50_000)
    page.get_by_text(say("uitrial.unsaved", "zh"), exact=True).wait_for()
    for part in ("iframe", ".st-key-why", ".st-key-trialbar"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768, part
    assert page.locator(".st-key-trialbar").bounding_box()["height"] < 50
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_boundary_of_the_study_is_drawn(page, url):
    page.goto(f"{url}/screen?lang=zh")
    frame = leaflet(page)
    frame.evaluate("document.querySelector('.leaflet-control-layers').classList.add('leaflet-control-layers-expanded')")
    row = page.frame_locator("iframe").locator(".leaflet-control-layers-overlays label", has_text="评价范围")
    assert row.locator("input").is_checked()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_in_the_other_language(page, url, language):
    open_trial(page, url, language)
    page.evaluate("document.querySelectorAll('[data-testid=stIconMaterial]').forEach(e => e.remove())")
    for name in ("funnel", "ledger", "binding", "find"):
        page.locator(".st-key-below").get_by_text(say(f"uitrial.below_{name}", language), exact=True).click()
        page.locator(".lu-grid").wait_for()
        page.wait_for_timeout(400)
        lines = page.get_by_test_id("stMain").inner_text().replace(studies.NASTY.replace('"', "'"), "")
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
    page.get_by_text(say("uitrial.draw_cut", "zh"), exact=True).click()
    page.get_by_text(say("uitrial.hide_cut", "zh"), exact=True).wait_for()
    count = "document.querySelectorAll('.leaflet-overlay-pane path').length"
    frame.wait_for_function(f"() => {count} === 3")
    page.get_by_text(say("uitrial.hide_cut", "zh"), exact=True).click()
    frame.wait_for_function(f"() => {count} === 2")
