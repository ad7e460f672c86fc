"""The rating of the month's end: by hand, in both languages, and recomputed by LibreOffice after one changed score."""

import openpyxl
import pandas as pd
import pytest

from geo.basis.errors import BlockedError, CallError
from layers.ask import rated
from layers.outputs import rating_list
from layers.study.run.results import open_results
from layers.text import LANGUAGES, say
from layers.words import rating as words
from tests.layers.outputs.test_ranking_book import recalculated
from tests.month_end import OPEN, RANKED


@pytest.fixture(scope="module")
def found(month_end):
    return rated.rated(open_results(month_end))


def sheet(path, name):
    opened = openpyxl.load_workbook(path, data_only=True)
    return [list(r) for r in opened[say(f"ratingbook.sheet_{name}", "zh")].iter_rows(values_only=True)][1:]


def test_the_eight_projects_as_worked_by_hand(found):
    made = found.rating.ranking.set_index("project_id")
    assert made[made["state"] == "ranked"]["score"].to_dict() == pytest.approx(RANKED, abs=1e-6)
    assert made[made["state"] == "ranked"]["rank"].to_dict() == dict(zip(RANKED, range(1, 7), strict=True))
    assert made[made["state"] == "open"]["score"].to_dict() == pytest.approx(OPEN, abs=1e-6)
    assert made.index[made["state"] == "rejected"].tolist() == ["M6"]
    assert dict(found.reserve[["project_id", "state"]].to_numpy()) == {
        "M1": "in", "M2": "in", "M3": "in", "M4": "left", "M5": "open", "M6": "left", "M7": "open", "M8": "left",
    }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_told_with_what_would_raise_each(found, language):
    told = "\n".join((*words.text(found, language), *words.reserve_text(found, language)))
    assert "[" not in told
    assert told.count("74.29") >= 1
    assert {"王工", "李工"} <= set(words.scores(found, language)["person"])


def test_one_changed_score_changes_the_rank_libreoffice_computes(found, tmp_path):
    path = tmp_path / "rating.xlsx"
    assert rating_list.write(found, path, "zh") == 8
    before = {r[0]: (r[3], r[5]) for r in sheet(path, "ranking")}
    assert {p: s for p, (s, n) in before.items() if n} == pytest.approx(RANKED, abs=1e-6)
    opened = openpyxl.load_workbook(path)
    page = opened[say("ratingbook.sheet_scores", "zh")]
    cell = next(r for r in page.iter_rows(min_row=2) if r[0].value == "M4" and r[1].value == "sustainability")[2]
    cell.value = 100.0  # 0.2 → 1.0: 242 + 80 = 322 of 700, before M3 with 263
    facts = opened[say("ratingbook.sheet_facts", "zh")]
    jobs = next(c.column for c in facts[1] if c.value == "亩均就业")
    row = next(r[0].row for r in facts.iter_rows(min_row=3) if r[0].value == "M5")
    facts.cell(row, jobs).value = None  # what is not known earns nothing: 80.25 − 60
    opened.save(path)
    after = {r[0]: (r[3], r[5]) for r in sheet(recalculated(path, tmp_path), "ranking")}
    assert after["M4"] == pytest.approx((322 / 7, 3), abs=1e-6)
    assert after["M3"] == pytest.approx((263 / 7, 4), abs=1e-6)
    assert after["M5"] == pytest.approx((20.25 / 7, 6), abs=1e-6)
    for p in ("M1", "M2", "M8"):
        assert after[p] == pytest.approx(before[p], abs=1e-6)
    assert after["M6"] == (None, None)


def test_a_score_needs_person_ground_project_item_and_points(found, tmp_path):
    for wrong in (("M1", "beauty", 50.0), ("M1", "technology", 101.0), ("M1", "technology", float("nan"))):
        with pytest.raises(CallError):
            rated.give(found.results, *wrong, "王工", "评审会")
    with pytest.raises(BlockedError):
        rated.give(found.results, "M99", "technology", 50.0, "王工", "评审会")
    for person, why in (("", "x"), ("王工", " ")):
        with pytest.raises(CallError):
            rated.give(found.results, "M1", "technology", 50.0, person, why)
    frame = pd.read_csv(_csv(found, tmp_path), skiprows=0)
    assert len(frame) >= 8


def _csv(found, folder):
    path = folder / "rating.csv"
    rating_list.write(found, path, "en")
    return path
