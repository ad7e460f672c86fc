"""Scene 4 in the browser, in both languages: wall screen, what a department answers, what suits an investor's wish.

The numbers are those of `tests/month_end.py`.
"""

import pytest

from layers.ask import answers
from layers.library import argument
from layers.text import LANGUAGES, code, say
from tests import month_end
from tests.browser.steps import press, settled, until
from views.drive import VIEWS

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(page, serve, tmp_path):
    folder = month_end.with_offers(tmp_path / "study")
    url = serve(folder)

    def go(language, view, project="M2"):
        page.goto(f"{url}/drive?lang={language}&select=project:{project}")
        page.locator(".st-key-drivebar").first.wait_for()
        press(page, page.locator(".st-key-drivebar button", has_text=say(f"uidrive.view_{view}", language)))
        settled(page)
        return page

    go.folder = folder
    return go


def body(page):
    return page.get_by_test_id("stMain").first.inner_text()


def click(page, name):
    press(page, page.get_by_role("button", name=name, exact=True))


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_months_end(opened, language):
    page = opened(language, "wall")
    until(page, lambda: "54.67" in body(page), True)
    assert say("uidrive.late_days", language, days=11) in body(page)
    assert say("uidrive.late_days", language, days=10) in body(page)

    page = opened(language, "argue")
    head = page.get_by_test_id("stExpander").nth(1)
    before = head.inner_text()
    about = page.get_by_test_id("stForm").first
    ecology = next(d for d in argument.table().departments if d.id == "ecology")
    source = next(q for q in ecology.questions if q.id == "source")
    asked = say("uidrive.argue_subject", language, department=getattr(ecology.title, language),
                question=getattr(source.title, language))  # fmt: skip
    settled(page)
    box, option = about.get_by_test_id("stSelectbox").locator("input").first, page.get_by_role("option", name=asked)
    until(page, lambda: (box.fill(asked), page.wait_for_timeout(500), option.count())[-1] > 0, True)
    option.first.click()
    settled(page)
    about.locator("textarea").first.fill("=1+1 无意见")
    about.get_by_label(say("uidrive.argue_by", language), exact=True).fill("周")
    click(page, say("uidrive.argue_give", language))
    until(page, lambda: len(answers.of_project(opened.folder, "M2").answers), 1)
    until(page, lambda: head.inner_text() != before, True)
    [kept] = answers.of_project(opened.folder, "M2").answers
    assert (kept.about.department, kept.about.question, kept.text) == ("ecology", "source", "=1+1 无意见")

    page = opened(language, "offers")
    page.locator(".st-key-drivewish summary").first.click()
    unit, land = ("mu", "60") if language == "zh" else ("ha", "4")
    for name, value in (("industry", "C17"), (f"land_{unit}", land), ("investment", "9000")):
        page.get_by_label(say(f"uidrive.wish_{name}", language), exact=True).first.fill(value)
    click(page, say("uidrive.wish_find", language))
    table = page.locator(".ld-wish")
    until(page, lambda: table.first.locator("tr").count(), 5)
    rows = [r.inner_text() for r in table.first.locator("tr").all()][1:]
    assert [r.split("\t")[1] for r in rows] == ["L01", "L03", "L02", "L04"]
    assert [r.split("\t")[0] for r in rows] == [
        *[code("offersuits", "unknown", language)] * 3, code("offersuits", "conflict", language),
    ]  # fmt: skip
    assert "150.00" in rows[0]


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_view_of_the_page_opens_by_its_address(page, serve, tmp_path, language):
    url = serve(month_end.with_offers(tmp_path / "study"))
    for view in VIEWS:
        page.goto(f"{url}/drive?lang={language}&part={view}")
        page.locator(".st-key-drivebar").first.wait_for()
        settled(page)
        word = say(f"uidrive.view_{view}", language)
        shown = page.locator(".st-key-drivebar button", has_text=word).first
        until(page, lambda at=shown: "Active" in (at.get_attribute("data-testid") or "") or at.get_attribute(
            "aria-checked") == "true", True)  # fmt: skip
        assert "Traceback" not in body(page)
        assert "[ui" not in body(page)
