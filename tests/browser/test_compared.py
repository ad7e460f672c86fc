"""Two runs on two maps in Chromium: they move together, a reload brings them back, the address is that of the page."""

import pytest

from layers.serve.pages import run_desk
from layers.text import say
from tests.browser.steps import press, settled, until
from tests.views import studies

pytestmark = [pytest.mark.browser, pytest.mark.long]
VIEWS = """() => {
  const one = window.luodi.chart.linked;
  return [one, ...one.peers].map(l => [l.map.getCenter().lat, l.map.getCenter().lng, l.map.getZoom()]);
}"""


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    return studies.twice(tmp_path_factory.mktemp("two") / "study")


def maps(page):
    """Wait for both maps; return the views of the two."""
    until(page, page.locator("[class*='st-key-beside-'] .lm-root").count, 2)
    page.wait_for_function("() => window.luodi?.chart.linked.peers.length === 1 && window.luodi.chart.ready")
    settled(page)
    return page.evaluate(VIEWS)


def same(views):
    return views[0] == pytest.approx(views[1], abs=5e-5)  # less than a pixel


def test_two_maps_move_together_and_a_reload_keeps_them(page, serve, two):
    page.goto(f"{serve(two)}/rules?lang=zh")
    settled(page)
    page.get_by_text(say("uiscenario.compare_title", "zh", count=2)).first.click()
    press(page, page.locator(".st-key-scenario-compare button"))
    first = maps(page)
    assert same(first)
    after, before = (r.run_id for r in run_desk.runs(two))
    assert f"runs={before}..{after}" in page.url
    left = page.locator("[class*='st-key-beside-'] .lm-map").first
    left.evaluate("e => e.scrollIntoView({block: 'center'})")
    box = left.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.wheel(0, -300)
    until(page, lambda: page.evaluate(VIEWS), lambda v: same(v) and v[0][2] > first[0][2])
    page.mouse.down()
    page.mouse.move(x + 70, y - 30, steps=5)
    page.mouse.up()
    moved = until(page, lambda: page.evaluate(VIEWS), lambda v: same(v) and v[0][1] != first[0][1])
    assert "#map=" not in page.url, "two maps beside each other are not the view of the page"
    page.reload()
    again = maps(page)
    assert same(again)
    assert again[0] == pytest.approx(moved[0], abs=5e-5)
    press(page, page.locator(".st-key-scenario-shut button"))
    until(page, page.locator("[class*='st-key-beside-']").count, 0)
    assert "runs=" not in page.url
