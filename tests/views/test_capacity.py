"""The Capacity page without a browser: what binds, bars that add up, a later day, the evaluation, no run."""

import re

import pandas as pd
import pytest

from layers.study.run.results import open_results
from layers.text import LANGUAGES, catalogue, number, say
from tests.counties import made
from tests.views import studies
from tests.views.studies import whole, words


@pytest.fixture(scope="module")
def county():
    return made("wednesday")


@pytest.fixture
def visit(monkeypatch):
    return studies.visitor(monkeypatch, "capacity")


def text(body):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_unit_stands_as_programs_write_it(visit, county, language):
    assert not re.search(r"\bm[23]\b", text(words(visit(county, language))))


def bars(page):
    """Resource → its line, in the order of the page."""
    return {
        text(b).split()[0]: b
        for b in re.findall(r'<div class="lc-row[^"]*">.*?(?=<div class="lc-row|\Z)', words(page), re.S)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_binds_each_park_is_the_table_of_the_run(visit, county, language):
    page = visit(county, language)
    rows = re.findall(r"<tr><td>.*?</tr>", re.search(r'class="lc-overview">(.*?)</table>', words(page), re.S)[1])
    binding = open_results(county).table("capacity").query("binding")
    assert len(rows) == len(binding)
    assert "12.00" in rows[0]
    for supports in binding["supports_mu"]:
        assert any(f"{supports:,.2f}" in row for row in rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bar_for_every_resource_of_the_park(visit, county, language):
    page = visit(county, language)
    table = open_results(county).table("capacity")
    park = sorted(table["park_id"])[0]
    mine = table[table["park_id"] == park]
    assert words(page).count('class="lc-row') == len(mine)
    assert words(page).count('class="lc-row lc-row-binding"') == int(mine["binding"].sum())
    assert words(page).count("lc-rail lc-open") == int((mine["state"] == "unknown").sum())
    for widths in re.findall(r'<div class="lc-rail">(.*?)</div>', words(page)):
        assert sum(float(w) for w in re.findall(r"width:([\d.]+)%", widths)) <= 100.0 + 1e-6


def test_what_is_not_known_is_said_and_is_no_nought(visit, county):
    gas = bars(visit(county))["燃气"]
    assert say("word.not_known", "zh") in text(gas)
    assert "lc-open" in gas


def test_another_park_and_another_day(visit, county):
    page = visit(county)
    page.button_group(key="capacity-park").set_value("B4")
    page = whole(page.run())
    assert "8.0 MVA" in text(bars(page)["供电"])
    days = page.button_group(key="capacity-day")
    assert [o for o in days.options if "2027-06-30" in o.replace("\\", "")]
    days.set_value(pd.Timestamp("2027-06-30").date())
    page = whole(page.run())
    assert "46.0 MVA" in text(bars(page)["供电"])
    assert say("uiplace.scenario", "zh") in text(words(page))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_evaluation_says_what_it_rests_on(visit, county, language):
    shown = text(words(visit(county, language)))
    assert say("uicapacity.zone", language) in shown
    assert say("uicapacity.overlap", language) in shown
    results = open_results(county)
    score = results.table("zone_scores").query("depth == 0").iloc[0]
    assert f"{score['low']:.2f}" in shown
    hectares = number(results.table("zone_potentials").query("unit != 'a'").iloc[0]["amount"] * 1e4, "ha", language)
    assert hectares in shown
    assert "a-scope" not in shown, "figures are called by their titles"


def test_the_english_page_says_nothing_of_ours_in_chinese(visit, county):
    shown = text(words(visit(county, "en")))
    ours = [v for k, v in catalogue("zh").items() if k.startswith(("uicapacity.", "uiplace."))]
    assert [v for v in ours if "{" not in v and len(v) > 2 and v in shown] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_placing_the_page_offers_a_run(visit, tmp_path, language):
    page = visit(studies.run(studies.write(tmp_path / "study", count=5)), language)
    assert say("uicapacity.no_run", language) in text(words(page))
    assert page.button(key="run").label == say("ui.run_button", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_registers_behind_the_figures_are_one_click_away(visit, county, language):
    """There a record is corrected, with person, ground and history."""
    page = visit(county, language)
    assert say("uicapacity.registers", language) in text(words(page))
    links = [link.proto for link in page.get("page_link")]
    told = {s.title or s.id for s in open_results(county).study.with_role("budget", "facility", "earmark")}
    assert {re.sub(r"\\(.)", r"\1", one.label) for one in links} >= told
