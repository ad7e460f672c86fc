"""Basemaps in Chromium: added on the page of data, seen under the maps, or said in words; asked inside alone."""

import io

import numpy as np
import pytest
from PIL import Image

from layers.study import basemap_look, basemaps
from layers.text import say
from tests.browser.steps import leaflet, open_layers, press, settled, until
from tests.layers.sources import tiles as make
from tests.views import studies

pytestmark = pytest.mark.browser
GREEN = (20, 160, 60)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return studies.run(studies.write(tmp_path_factory.mktemp("based") / "study", count=30))


@pytest.fixture
def url(serve, study):
    for one in basemaps.of_study(study):
        basemaps.drop(study, one.id)
    return serve(study)


def mine(page, url, lang):
    """Open the page of data at its basemaps."""
    page.goto(f"{url}/data?lang={lang}")
    settled(page)
    page.locator("summary", has_text=say("uibasemap.title", lang, count=0)[:2]).last.click()
    page.get_by_text(say("uibasemap.add", lang), exact=True).first.wait_for()


def typed(page, label, text):
    field = page.get_by_label(label, exact=True).last
    field.fill(text)
    field.press("Tab")
    settled(page)


def shown(page):
    """What stands on the map beside the basemap."""
    return page.locator(".lm-credit").first.inner_text()


def corner(page):
    """Colours of a corner of the map where no parcel lies."""
    box = page.locator(".lm-map").first.bounding_box()
    clip = {"x": box["x"] + 200, "y": box["y"] + box["height"] - 40, "width": 40, "height": 20}
    return np.asarray(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")).reshape(-1, 3)


def test_a_service_is_added_seen_and_missed(page, url, study):
    state = {"up": True}

    def say_(path):
        return (200, make.png(GREEN), {}) if state["up"] else (500, b"", {})

    with make.Service(say_) as service:
        page.goto(f"{url}/screen?lang=zh")
        leaflet(page)
        mine(page, url, "zh")
        page.get_by_text(say("uibasemap.from_service", "zh"), exact=True).last.click()
        settled(page)
        typed(page, say("uibasemap.name", "zh"), '<img src=x onerror="window.hit=1">影像')
        typed(page, say("uibasemap.credit", "zh"), "某县自然资源局 <b>2025</b>")
        typed(page, say("uibasemap.address", "zh"), "https://webrd01.is.autonavi.com/{z}/{x}/{y}")
        press(page, page.get_by_role("button", name=say("uibasemap.put", "zh"), exact=True))
        page.get_by_text("GCJ-02，是").or_(page.get_by_text("偏移坐标 GCJ-02")).first.wait_for()
        assert basemaps.of_study(study) == ()
        assert service.asked == []
        page.get_by_text(say("uibasemap.from_service", "zh"), exact=True).last.click()
        settled(page)
        typed(page, say("uibasemap.name", "zh"), '<img src=x onerror="window.hit=1">影像')
        typed(page, say("uibasemap.credit", "zh"), "某县自然资源局 <b>2025</b>")
        typed(page, say("uibasemap.address", "zh"), service.address)
        press(page, page.get_by_role("button", name=say("uibasemap.put", "zh"), exact=True))
        until(page, lambda: len(basemaps.of_study(study)), 1)
        [one] = basemaps.of_study(study)
        assert one.attribution == "某县自然资源局 <b>2025</b>"
        assert len(service.asked) == 1, "one tile is asked to try it"
        page.goto(f"{url}/screen?lang=zh")
        leaflet(page)
        until(page, lambda: shown(page), one.attribution)
        until(page, lambda: (abs(corner(page).astype(int) - GREEN).max(axis=1) < 8).mean(), lambda share: share > 0.9)
        assert page.evaluate("window.hit") is None
        state["up"] = False
        page.evaluate("luodi.map.setZoom(luodi.map.getZoom() + 3)")
        until(page, lambda: "HTTP 500" in shown(page), True)
        page.failed.clear()  # the answers that say so
        open_layers(page).locator(".lm-layer").last.locator("input[type=checkbox]").click()
        until(page, lambda: shown(page), "")
        asked = len(service.asked)
        page.goto(f"{url}/sites?lang=en")
        settled(page)
        page.wait_for_timeout(500)
        assert len(service.asked) == asked, "what is switched off is asked for nowhere"


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_file_lies_under_every_map_and_says_when_it_cannot(page, url, study, tmp_path, language):
    file = make.geotiff(tmp_path / "ortho.tif", corner=(361_500.0, 3_182_500.0), size=(500, 500))
    one = basemap_look.add(
        study, {"name": "Ortho", "shown": True, "attribution": "© office", "leaves": True}, file
    ).basemap
    for name in ("screen", "data", ""):
        page.goto(f"{url}/{name}?lang={language}")
        leaflet(page)
        until(page, lambda: "© office" in shown(page), True)
        assert len({tuple(c) for c in corner(page).tolist()}) > 20, f"{name}: the ground is drawn"
    page.goto(f"{url}/screen?lang={language}")
    leaflet(page)
    page.locator(".lm-tool-print").first.click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="PNG", exact=True).first.click()
    waiting.value.save_as(tmp_path / "sheet.png")
    printed = np.asarray(Image.open(tmp_path / "sheet.png").convert("RGB"))
    basemaps.keep(study, {**one.model_dump(), "leaves": False})
    page.reload()
    leaflet(page)
    page.locator(".lm-tool-print").first.click()
    page.get_by_text(say("uimap.base_stays", language)).first.wait_for()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="PNG", exact=True).first.click()
    waiting.value.save_as(tmp_path / "bare.png")
    bare = np.asarray(Image.open(tmp_path / "bare.png").convert("RGB"))
    clear = (printed[:600] == (0xF3, 0xF1, 0xEC)).all(-1).mean(), (bare[:600] == (0xF3, 0xF1, 0xEC)).all(-1).mean()
    assert clear[0] + 0.1 < clear[1], "what may not leave is not printed"
    (study / one.source).unlink()
    page.goto(f"{url}/screen?lang={language}")
    leaflet(page)
    last = open_layers(page).locator(".lm-layer").last
    until(page, lambda: "ortho.tif" in last.inner_text() or "basemap" in last.inner_text().lower(), True)
    assert last.locator("input[type=checkbox]").is_disabled()
    (study / basemaps.FILE).write_text("[[basemaps]", encoding="utf-8")
    page.reload()
    leaflet(page)
    until(page, lambda: "basemaps.toml" in open_layers(page).inner_text() or "", lambda found: bool(found))
    (study / basemaps.FILE).unlink()
