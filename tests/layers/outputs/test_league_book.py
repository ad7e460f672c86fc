"""The ranking of six units at the month's end: by hand, moved since October, recomputed by LibreOffice, in Word."""

from dataclasses import replace
from io import BytesIO

import docx
import openpyxl
import pytest

from geo.basis.errors import CallError, SpecError
from layers.ask import league, scheduled
from layers.library import league as tables
from layers.outputs import league_book
from layers.study.run.results import open_results
from layers.text import LANGUAGES, say
from layers.words import league as words
from tests.layers.outputs.test_ranking_book import recalculated

SCORES = {"经信局": 54.666667, "应急局": 51.6, "招商局": 51.6, "交通局": 40.0, "发改局": 0.0, "西镇": 0.0}
PLACES = {"经信局": 1, "应急局": 2, "招商局": 2, "交通局": 4, "发改局": 5, "西镇": 5}


@pytest.fixture(scope="module")
def found(month_end):
    return league.ranked(open_results(month_end), "year")


@pytest.fixture(scope="module")
def late(month_end):
    return scheduled.scheduled(open_results(month_end))


def test_six_units_as_worked_by_hand(found):
    order = found.standing.set_index("name")
    assert order["score"].to_dict() == pytest.approx(SCORES, abs=1e-6)
    assert order["place"].to_dict() == PLACES
    before = found.before.set_index("name")["place"].to_dict()
    assert (before["招商局"], before["交通局"], before["应急局"]) == (4.0, 3.0, 2.0)
    moved = {m.name: m for m in found.moves}
    assert set(moved) == {"招商局", "交通局"}
    assert moved["招商局"].projects == (("M7", "unknown", "signed"),)
    assert dict(moved["招商局"].measures) == pytest.approx({"investment": 40.0, "number": 10.0})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("placed", "outdated", "told"), [(False, True, "outdated"), (False, False, "not_placed"), (True, False, "")]
)
def test_a_late_list_says_where_days_do_not_know_the_site(found, late, language, placed, outdated, told):
    seen = replace(late, placed=placed, outdated=outdated)
    said = [p.text for p in docx.Document(BytesIO(league_book.page(found, seen, language))).paragraphs]
    words_ = {k: say(f"schedule.{k}", language) for k in ("outdated", "not_placed")}
    assert [k for k, text in words_.items() if text in said] == ([told] if told else [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_told_in_both_languages_and_by_every_grouping(found, late, language):
    told = "\n".join(words.text(found, language))
    assert "[" not in told
    assert "54.67" in told
    for by in ("leader", "county", "park"):
        other = "\n".join(words.text(league.ranked(found.results, "quarter", by), language))
        assert "[" not in other
    said = [p.text for p in docx.Document(BytesIO(league_book.page(found, late, language))).paragraphs]
    assert any(words.moves(found, language)[0] == p for p in said)
    cells = [[c.text for c in r.cells] for t in docx.Document(BytesIO(league_book.page(found, late, language))).tables
             for r in t.rows]  # fmt: skip
    assert ["1", "经信局", "54.67"] in [c[:3] for c in cells]
    assert any("乙化工" in c for c in cells)


def test_what_was_done_changes_the_place_libreoffice_computes(found, late, tmp_path):
    path = tmp_path / "league.xlsx"
    assert league_book.write(found, late, path, "zh") == 6
    opened = openpyxl.load_workbook(path)
    page = opened[say("leaguebook.sheet_measures", "zh")]
    line = next(r for r in page.iter_rows(min_row=2) if r[0].value == "交通局" and r[1].value == "签约投资（万元）")
    line[4].value = 2000.0  # 2,000 of 5,000: 16 points more, 56
    opened.save(path)
    made = openpyxl.load_workbook(recalculated(path, tmp_path), data_only=True)
    after = {r[1]: (r[0], r[2]) for r in made[say("leaguebook.sheet_order", "zh")].iter_rows(2, values_only=True)}
    assert after["交通局"] == pytest.approx((1, 56.0))
    assert after["经信局"] == pytest.approx((2, SCORES["经信局"]), abs=1e-6)
    assert after["应急局"] == pytest.approx((3, 51.6))
    assert after["招商局"] == pytest.approx((3, 51.6))


def test_what_nobody_can_count_is_refused(found, tmp_path):
    for given in (("week", "unit"), ("year", "colour")):
        with pytest.raises(CallError):
            league.ranked(found.results, *given)
    (tmp_path / "inputs").mkdir()
    for wrong in ('number = "two"', "beauty = 3", "number = 0"):
        text = tables.FILE.read_text(encoding="utf-8") + f'\n[[targets]]\nname = "甲"\n{wrong}\n'
        (tmp_path / "inputs" / "league.toml").write_text(text, encoding="utf-8")
        with pytest.raises(SpecError):
            tables.table(tmp_path)
