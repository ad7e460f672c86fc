"""Scene 2 through the pages, in Chinese: who stands, what is missing, the price of another site, a day in 2027."""

import pytest
from playwright.sync_api import expect

from layers.text import catalogue, code, say
from tests.browser.steps import press, settled
from tests.counties import copied

pytestmark = pytest.mark.browser
expect.set_options(timeout=90_000)
PUKE, BAONAI, ZHONGXIN = "XM-02", "XM-04", "XM-05"


@pytest.fixture(scope="module")
def url(serve, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scene2") / "county"
    return serve(copied("wednesday", folder))


def go(page, url, name, select="", language="zh"):
    page.goto(f"{url}/{name}?lang={language}{f'&select=project:{select}' if select else ''}")
    expect(page.locator(f".st-key-{name}-bar").first).to_be_visible(timeout=120_000)
    settled(page)


def panel(page):
    return page.locator(".st-key-place-panel").first


def test_the_answer_with_its_bound_and_the_map_with_its_lines(page, url):
    go(page, url, "place")
    head = page.locator(".lp-headline").first
    expect(head).to_contain_text("5,190.00 万元/年")
    expect(head).to_contain_text(say("uiplace.proved", "zh"))
    counts = [("placed", 3), ("conditional", 0), ("unplaced", 3), ("unknown", 1), ("rejected", 1)]
    expect(head).to_contain_text("、".join(f"{code('placestatus', s, 'zh')} {n}" for s, n in counts))
    quota = page.locator(".lp-account", has_text="新增建设用地计划指标").first
    expect(quota).to_contain_text("余 115.00 亩")
    drawn = page.locator(".st-key-place-mapbox .lm-root")
    # who stands, and who comes nearest to a site: the rejected and the unknown project have none
    expect(drawn.locator(".lm-tag")).to_have_count(6)
    expect(drawn.locator("path.leaflet-interactive, path[stroke-dasharray]").first).to_be_attached()


def test_a_project_says_what_it_takes_and_what_is_left(page, url):
    go(page, url, "place", PUKE)
    told = panel(page)
    for words in ("普科精细化工", "140.00 亩", "余下 12.00 亩", "900 m³/d"):
        expect(told).to_contain_text(words)


def test_the_missing_amount_and_the_price_of_forcing(page, url):
    go(page, url, "place", ZHONGXIN)
    told = panel(page)
    expect(told).to_contain_text("85.00 亩")
    expect(told).to_contain_text("1,200.00 万元/年")
    box = page.locator(".st-key-place-panel [data-testid='stSelectbox']").first
    press(page, box)
    press(page, page.get_by_role("option").filter(has_text="城南产业新区").first)
    settled(page)
    price = page.locator(".lp-price").first
    expect(price).to_contain_text("1,200.00 万元/年")
    expect(price).to_contain_text("普科精细化工")


@pytest.mark.long
def test_more_quota_and_a_day_in_2027_as_questions(page, url):
    go(page, url, "place", ZHONGXIN)
    field = page.locator(".st-key-place-quota input").first
    field.fill("85")
    page.keyboard.press("Tab")
    expect(page.locator(".lp-scenario").first).to_be_visible()
    expect(panel(page)).to_contain_text("用地 200.00 亩")
    field = page.locator(".st-key-place-quota input").first
    field.fill("84.99")
    page.keyboard.press("Tab")
    expect(panel(page)).to_contain_text("0.01 亩")
    go(page, url, "place", BAONAI)
    expect(panel(page)).to_contain_text("4.0 MVA")
    expect(panel(page)).to_contain_text("2027-06-30")
    press(page, page.get_by_role("radio").filter(has_text="2027-06-30").or_(
        page.get_by_role("button").filter(has_text="2027-06-30")).first)  # fmt: skip
    expect(panel(page)).to_contain_text("用地 170.00 亩")


def test_capacity_of_the_bases(page, url):
    go(page, url, "capacity")
    bars = page.locator(".st-key-capacity-bars").first
    for base in ("B4", "B3"):
        press(page, page.locator(".st-key-capacity-park button").filter(has_text=base).first)
        power = bars.locator(".lc-row").filter(has_text="供电").first
        expect(power).to_contain_text("8.0 MVA")
        expect(bars.locator(".lc-row").filter(has_text="燃气").first).to_contain_text("未知")
    expect(bars.locator(".lc-row-binding").first).to_contain_text("土地")
    expect(bars.locator(".lc-row").filter(has_text="供电").first).to_contain_text("2026-10-31")
    press(page, page.get_by_role("radio").filter(has_text="2027-06-30").or_(
        page.get_by_role("button").filter(has_text="2027-06-30")).first)  # fmt: skip
    expect(bars.locator(".lc-row").filter(has_text="供电").first).to_contain_text("46.0 MVA")
    expect(page.locator(".st-key-capacity-right").first).to_contain_text(say("uicapacity.zone", "zh"))


def test_pages_in_english_say_no_chinese_of_ours(page, url):
    for name in ("place", "capacity"):
        go(page, url, name, language="en")
        text = page.locator("[data-testid='stMain']").first.inner_text()
        ours = [v for k, v in catalogue("zh").items() if k.startswith(("uiplace.", "uicapacity.")) and len(v) > 3]
        assert [v for v in ours if "{" not in v and v in text] == []


def renewed(page):
    """Run the stale study from the page and wait for what follows."""
    press(page, page.locator(".st-key-run button"))
    expect(page.locator(".st-key-running").first).to_be_visible()
    expect(page.locator(".st-key-running")).to_have_count(0, timeout=300_000)
    expect(page.locator(".lu-stale")).to_have_count(0, timeout=120_000)
    settled(page)


@pytest.mark.long  # two runs of the whole county; through commands it is walked in tests/scenes/test_scene_2.py
def test_friday_recovered_land_takes_a_project_and_undo_returns_every_number(page, url):
    """Scene 3, second half; the last walk of this county, since it changes it."""
    page.goto(f"{url}/idle?lang=zh&select=asset:G-07")
    who = page.locator(".st-key-idle-who-G-07 input").first
    who.fill("张主任")
    who.press("Tab")
    press(page, page.locator(".st-key-idle-recovered button"))
    expect(page.locator(".st-key-idle-undo button").first).to_be_visible()
    renewed(page)
    go(page, url, "place", ZHONGXIN)
    told = panel(page)
    for words in ("用地 200.00 亩", "余下 10.00 亩"):
        expect(told).to_contain_text(words)
    expect(page.locator(".lp-account", has_text="新增建设用地计划指标").first).to_contain_text("余 115.00 亩")
    go(page, url, "place", BAONAI)
    expect(panel(page)).to_contain_text("7.0 MVA")
    page.goto(f"{url}/idle?lang=zh&select=asset:G-07")
    press(page, page.locator(".st-key-idle-undo button"))
    expect(page.locator(".lu-stale").first).to_be_visible()
    renewed(page)
    go(page, url, "place", ZHONGXIN)
    expect(page.locator(".lp-headline").first).to_contain_text("5,190.00 万元/年")
    expect(panel(page)).to_contain_text("85.00 亩")
