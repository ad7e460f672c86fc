"""How every page looks: text is read on its ground in both themes, nothing is wider than the window, nothing jumps.

One walk through all pages of a county: light and dark, at 1366 × 768 and at 125 %, which leaves 1093 × 614 of it.
"""

from pathlib import Path

import pytest

from tests.browser.steps import leaflet, settled

pytestmark = [pytest.mark.browser, pytest.mark.long]
PAGES = (
    "home", "data", "redline", "screen", "sites", "projects", "drive", "place", "capacity", "idle", "rules", "outputs",
)  # fmt: skip
LOW = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8").split("\n", 1)[1]
WIDER = "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth; }"
WATCH = """() => { window.moved = []; new PerformanceObserver(list => { for (const e of list.getEntries()) {
  const named = s => `${s.node && (s.node.className || s.node.nodeName)}`.slice(0, 50);
  const at = (e.sources || []).map(named);
  if (e.value > 0.02) window.moved.push([e.value, ...at]); } }).observe({type: 'layout-shift', buffered: false}); }"""
AGAIN = """() => [...document.querySelectorAll('[data-testid="stButtonGroup"] button')]
  .find(b => b.checkVisibility() && !b.closest('.st-key-header, [class*=language]'))"""
FOCUS = """() => {
  let e = document.activeElement;
  while (e && e.shadowRoot && e.shadowRoot.activeElement) e = e.shadowRoot.activeElement;
  if (!e || e === document.body) return null;
  const marked = n => {
    const s = getComputedStyle(n);
    return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none';
  };
  let shown = e.tagName === 'CANVAS';  // a table draws its own mark
  for (let at = e, k = 0; at && k < 4; at = at.parentElement, k++) shown = shown || marked(at);
  return [`${e.className || e.tagName}`.slice(0, 80) + '|' + (e.dataset.testid || ''), shown];
}"""
SCALES = {"100 %": (1366, 768, 1.0), "125 %": (1093, 614, 1.25)}


def opened(page, url, name):
    page.goto(f"{url}/{'' if name == 'home' else name}?lang=zh")
    page.get_by_test_id("stMain").first.wait_for()
    settled(page)
    if page.locator(".lm-root").count():
        leaflet(page)
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("scale", SCALES)
def test_text_is_read_and_nothing_is_wider_than_the_window(chromium, county_url, theme, scale):
    wide, high, factor = SCALES[scale]
    context = chromium.new_context(viewport={"width": wide, "height": high}, device_scale_factor=factor,
                                   color_scheme=theme)  # fmt: skip
    page, wrong = context.new_page(), []
    page.set_default_timeout(90_000)
    for name in PAGES:
        opened(page, county_url, name)
        wrong += [(name, text) for text in page.evaluate(LOW)]
        if (more := page.evaluate(WIDER)) > 0:
            wrong.append((name, f"wider by {more} px"))
    context.close()
    assert wrong == []


def test_everything_is_reached_by_keyboard_and_the_focus_is_seen(page, county_url):
    """Tab goes through the menu, the map and the panel; where it stands something is drawn around it."""
    opened(page, county_url, "screen")
    seen, unseen = set(), []
    for _ in range(70):
        page.keyboard.press("Tab")
        told = page.evaluate(FOCUS)
        if told:
            seen.add(told[0])
            unseen += [] if told[1] else [told[0]]
    assert any("lm-map" in s for s in seen), "the map is reached"
    assert any("lm-tool" in s for s in seen), "its tools are reached"
    assert any("stTopNavLink" in s for s in seen), "the menu is reached"
    assert sorted(set(unseen)) == []


@pytest.mark.parametrize("name", ["screen", "sites", "capacity"])
def test_a_rerun_moves_nothing(page, county_url, name):
    """A choice that is made again draws the page again: what stood there stays where it stood."""
    opened(page, county_url, name)
    page.wait_for_timeout(1500)
    page.evaluate(WATCH)
    button = page.evaluate_handle(AGAIN).as_element()
    box = button.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(700)
    settled(page)
    page.wait_for_timeout(700)
    assert page.evaluate("() => window.moved") == []
