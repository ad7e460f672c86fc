"""Scene 1 through the page: a red line dropped, answered, cut, and handed over as DOCX, in Chinese."""

import io
import re
import zipfile

import pytest
from playwright.sync_api import expect

from layers.study.checks import listing
from layers.text import catalogue, code, say
from tests.browser.steps import MAP, leaflet, press, settled

pytestmark = pytest.mark.browser
expect.set_options(timeout=90_000)


@pytest.fixture(scope="module")
def study(county):
    return county


@pytest.fixture(scope="module")
def url(county_url):
    return county_url


@pytest.fixture
def clicks(page):
    """Count what the visitor does with the mouse."""

    def click(locator):
        click.count += 1
        press(page, locator)

    click.count = 0
    return click


def open_page(page, url, language="zh"):
    page.goto(f"{url}/?lang={language}")
    press(page, page.get_by_test_id("stTopNavLinkContainer").filter(has_text=say("ui.page_redline", language)))
    page.get_by_text(say("uiredline.title_page", language)).first.wait_for(timeout=60_000)
    settled(page)


def hand_in(page, click, path, investment=""):
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(path)
    page.get_by_text(path.name).first.wait_for()
    page.wait_for_timeout(1500)  # the name stands there before the bytes have arrived
    settled(page)
    if investment:
        field = page.locator(".st-key-redline-investment-new input").first
        click(field)
        field.fill(investment)
        page.keyboard.press("Tab")
        settled(page)
    click(page.locator(".st-key-redline-go button"))


def row(page, title):
    return page.locator("table.lr-rules tr").filter(has_text=title).first.inner_text()


def table(page, cls):
    rows = page.locator(f"table.{cls}").first.locator("tbody tr")
    return [rows.nth(k).locator("td").all_inner_texts() for k in range(rows.count())]


def wait_for_answer(page, name):
    page.locator(".lr-name", has_text=name).first.wait_for(timeout=120_000)
    leaflet(page)


def test_from_the_file_to_the_report_in_eight_clicks(page, url, study, clicks, tmp_path):
    open_page(page, url)
    hand_in(page, clicks, study / "incoming" / "redline_liren.txt", "31000")
    wait_for_answer(page, "浙江丽人")
    clicks(page.locator(".st-key-redline-confirm button"))
    page.get_by_text(say("uiredline.confirmed", "zh")).first.wait_for()
    settled(page)

    head = page.locator(".lr-head").first.inner_text()
    assert "160.00 亩" in head
    assert "143.00 亩" in head
    assert "95,333.33 m²" in head
    assert code("status", "conditional", "zh") in head
    farmland, red, outside = (row(page, t) for t in ("永久基本农田", "生态保护红线", "城镇开发边界"))
    assert "8.00 亩" in farmland
    assert "0.5333 公顷" in farmland
    assert "不涉及" in red
    assert "压占" not in red
    assert "12.00 亩" in outside
    assert "0.8000 公顷" in outside
    assert "待核实" in row(page, "压覆矿产")
    assert "本轮未审查" in row(page, "国家重要湿地")
    quota, balance = table(page, "lr-quotas")
    assert quota[1:] == ["82.00", "5.4667", "65.00", "4.3333"]
    assert balance[1:] == ["57.30", "3.8200", "49.66", "3.3107"]  # net of the ridges of its fields
    assert [line[-1] for line in table(page, "lr-ledger")] == ["160.00", "152.00", "143.00"]
    assert table(page, "lr-uses")[-1] == ["合计", "", "160.00", "10.6667", "143.00", "9.5333"]
    paddy = next(line for line in table(page, "lr-uses") if "水田" in line[0])
    assert paddy[2::2] == ["57.30", "49.66"]
    assert "216.78" in page.locator(".lr-note.lr-good").first.inner_text()

    with page.expect_download(timeout=60_000) as waiting:
        clicks(page.locator(".st-key-redline-file-docx button").first)
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.name == "浙江丽人.docx"
    words = zipfile.ZipFile(io.BytesIO(path.read_bytes())).read("word/document.xml").decode()
    for text in ("0.5333", "0.8000", "216.78", "永久基本农田"):
        assert text in words
    assert clicks.count <= 8


def open_check(page, url, study, click):
    """Open the check of 丽人 by its address; hand the file in where no walk before has."""
    kept = [c.check_id for c in listing(study) if c.head["name"] == "浙江丽人" and not c.head["parent"]]
    if kept:
        page.goto(f"{url}/redline?lang=zh&select=check:{kept[0]}")
    else:
        open_page(page, url)
        hand_in(page, click, study / "incoming" / "redline_liren.txt", "31000")
    wait_for_answer(page, "浙江丽人")


@pytest.mark.long
def test_the_accepted_cut_line(page, url, study, clicks, tmp_path):
    open_check(page, url, study, clicks)
    clicks(page.locator(".st-key-redline-accept button").first)
    wait_for_answer(page, "✂")
    assert page.locator(".lr-head").first.inner_text().count("143.00 亩") == 2  # the red line itself, all of it usable
    for title in ("永久基本农田", "城镇开发边界"):
        cell = page.locator("table.lr-three tr").filter(has_text=title).first.locator("td").nth(1)
        expect(cell).to_have_text(re.compile("不涉及 ?0.00 亩"))
    expect(page.locator("tr.lr-quota").first.locator("td").nth(1)).to_have_text("65.00")
    expect(page.locator("tr.lr-balance").first.locator("td").nth(1)).to_have_text("49.66")
    page.locator(".st-key-redline-accept button[disabled]").first.wait_for()
    assert say("uiredline.cut_of", "zh", parent="浙江丽人") in page.locator(".st-key-redline-told").first.inner_text()
    for kind, begin in (("xlsx", b"PK"), ("txt", None)):
        with page.expect_download(timeout=60_000) as waiting:
            press(page, page.locator(f".st-key-redline-file-{kind} button"))
        path = tmp_path / f"out.{kind}"
        waiting.value.save_as(path)
        assert path.read_bytes().startswith(begin or b"")
        assert path.stat().st_size > 300
    press(page, page.locator(".st-key-redline-parent button"))
    page.locator(".lr-head", has_text="160.00 亩").first.wait_for()
    assert {c.head["parent"] for c in listing(study)} >= {"", "浙江丽人"}


def test_map_and_tables_stand_on_one_screen(page, url, study, clicks):
    open_check(page, url, study, clicks)
    press(page, page.locator(".st-key-redline-confirm button"))
    page.get_by_text(say("uiredline.confirmed", "zh")).first.wait_for()
    settled(page)
    # the list of special layers is as long as the rules that ask: it scrolls inside its own column
    assert page.locator("table.lr-special").first.bounding_box()["y"] < 768
    for part in (MAP, "table.lr-ledger", "table.lr-uses", "table.lr-quotas", "table.lr-plan", "table.lr-three",
                 ".st-key-redline-right"):  # fmt: skip
        box = page.locator(part).first.bounding_box()
        assert box["y"] > 0, part
        assert box["y"] + box["height"] <= 768, part
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.long
def test_what_is_wrong_with_a_file_is_said_line_by_line(page, url, clicks, tmp_path):
    broken = tmp_path / "broken.txt"
    lines = ("[地块坐标]", "4,,DK1,一号,面,,,,@", "J1,1,3180000.000,500000.000", "J2,1,abc,500000.000")
    broken.write_text("\n".join(lines), encoding="utf-8")
    open_page(page, url)
    hand_in(page, clicks, broken)
    page.get_by_text(say("uiredline.not_read", "zh")).first.wait_for(timeout=60_000)
    settled(page)
    told = page.locator(".lu-trouble li").all_inner_texts()
    assert any("4" in line and "abc" in line for line in told), told
    assert page.locator(".st-key-redline-reread-retry button").first.is_enabled()


@pytest.mark.long
def test_a_wrong_zone_is_corrected_on_the_page(page, url, study, clicks, tmp_path):
    """The file states zone 39: that lies outside the study, the zone that fits is named, the visitor chooses it."""
    text = (study / "incoming" / "redline_liren.txt").read_bytes().decode("gb18030")
    assert "带号=40" in text
    wrong = tmp_path / "zone39.txt"
    wrong.write_bytes(text.replace("带号=40", "带号=39").encode("gb18030"))
    open_page(page, url, "en")
    hand_in(page, clicks, wrong)
    field = page.locator(".st-key-redline-crs-retry input").first
    field.wait_for(timeout=120_000)
    settled(page)
    assert "EPSG:4549" in page.locator(".lu-trouble li").first.inner_text()
    clicks(field)
    field.fill("EPSG:4549")
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)  # the field tells the server what was typed
    settled(page)
    clicks(page.locator(".st-key-redline-reread-retry button"))
    page.locator(".lr-head", has_text="160.00 mu").first.wait_for(timeout=120_000)
    settled(page)
    assert "EPSG:4549" in page.locator(".st-key-redline-told").first.inner_text()


def test_words_of_the_page_are_in_both_languages():
    for key in catalogue("zh"):
        if key.startswith(("uiredline.", "uihome.")):
            assert key in catalogue("en")
