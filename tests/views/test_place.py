"""The Place page without a browser: the answer first, one project and its price, what if, decisions, no run."""

import re

import pytest

from layers.study import edits
from layers.study.run.results import open_results
from layers.text import LANGUAGES, code, say
from tests.counties import copied, made
from tests.views import studies
from tests.views.studies import whole, words

PUKE, BAONAI, ZHONGXIN = "XM-02", "XM-04", "XM-05"


@pytest.fixture(scope="module")
def county():
    """The county after scene 2's first steps; treat it as read-only."""
    return made("wednesday")


@pytest.fixture
def visit(monkeypatch):
    go = studies.visitor(monkeypatch, "place")
    return lambda folder, language="zh", select="": go(folder, language, f"project:{select}" if select else "")


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", words(page)))


def told(page, cls):
    """Texts of the elements of a class, in order."""
    found = re.findall(rf'<div class="{cls}">(.*?)</div>', words(page), re.S)
    return [re.sub(r"<[^>]+>", " ", one).strip() for one in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_stands_before_the_question(visit, county, language):
    page = visit(county, language)
    body = words(page)
    assert body.index("lp-headline") < body.index("lp-label")
    head = text(page)
    assert "5,190.00" in head
    assert say("uiplace.proved", language) in head
    status = open_results(county).table("matches")["status"]
    for word, count in status.value_counts().items():
        assert f"{code('placestatus', word, language)} {count}" in head


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_has_every_project_and_the_accounts_add_up(visit, county, language):
    page = visit(county, language)
    listed = page.dataframe[0].value
    assert len(listed) == len(open_results(county).table("projects"))
    quota = next(one for one in told(page, "lp-account-head") if "115.00" in one)
    assert "205.00" in quota
    if language == "en":
        assert not re.search(r"[\u4e00-\u9fff]", " ".join(told(page, "lp-account-head")))


def test_nothing_is_chosen_until_somebody_chooses(visit, county):
    page = visit(county)
    assert say("uiplace.click_title", "zh") in text(page)
    assert all(box.key.startswith("scenario-") for box in page.selectbox)
    assert say("uiplace.click_title", "zh") in text(visit(county, select="NOBODY"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_project_says_what_it_takes(visit, county, language):
    shown = text(visit(county, language, PUKE))
    assert "140.00" in shown
    assert "900 m³/d" in shown
    assert say("uiplace.draws", language) in shown


def test_another_site_and_its_price(visit, county):
    page = visit(county, select=ZHONGXIN)
    assert "85.00 亩" in text(page)
    other = next(box for box in page.selectbox if box.key == f"place-choice-{ZHONGXIN}")
    label = next(shown for shown in other.options if "城南产业新区" in shown)
    other.set_value(label.split(" · ")[1])
    page = whole(page.run())
    assert say("uiplace.price", "zh", cost="1,200.00 万元/年") in text(page)
    assert say("uiplace.leaves", "zh", projects=["普科精细化工"]) in text(page)
    assert open_results(county).table("matches").set_index("project_id").loc[ZHONGXIN, "status"] == "unplaced"


def test_a_question_changes_nothing(visit, county):
    page = visit(county, select=ZHONGXIN)
    before = (county / "results").resolve()
    page.number_input(key="place-quota").set_value(85.0)
    page = whole(page.run())
    assert say("uiplace.scenario", "zh") in text(page)
    assert say("placestatus.placed", "zh") in " ".join(page.dataframe[0].value.astype(str).agg(" ".join, axis=1)[3:5])
    assert not [b for b in page.button if str(b.key).startswith("place-pin")], "what is asked cannot be decided on"
    page.number_input(key="place-quota").set_value(0.0)
    page = whole(page.run())
    assert say("uiplace.scenario", "zh") not in text(page)
    assert (county / "results").resolve() == before


def test_a_ban_wants_a_person_and_a_ground(visit, tmp_path):
    mine = copied("wednesday", tmp_path / "mine")
    page = visit(mine, select=PUKE)
    page.button(key=f"place-ban-{PUKE}").click()
    page = whole(page.run())
    assert "lp-never" in words(page)
    assert edits.current(mine).of("ban") == {}
    page.text_input(key="place-person").set_value("王工")
    page.text_input(key=f"place-why-{PUKE}").set_value("会议纪要")
    page.button(key=f"place-ban-{PUKE}").click()
    page = whole(page.run())
    assert [(e.person, e.reason) for e in edits.current(mine).of("ban").values()] == [("王工", "会议纪要")]
    assert say("ui.stale", "zh") in text(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_placing_the_page_offers_a_run(visit, tmp_path, language):
    folder = studies.run(studies.write(tmp_path / "study", count=5))
    page = visit(folder, language)
    assert say("uiplace.no_run", language) in text(page)
    assert page.button(key="run").label == say("ui.run_button", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_study(visit, language, tmp_path):
    assert say("uinew.lead", language) in text(visit(tmp_path / "nowhere", language))
