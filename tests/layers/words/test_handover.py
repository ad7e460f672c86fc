"""What can be handed over: every site once, the earliest first, in both languages; an office's own months."""

import shutil
from datetime import date

import pytest

from geo.basis.errors import CallError, SpecError
from geo.screen.handover import path
from layers.library import approvals, land_price, office
from layers.outputs import handover_list
from layers.study.run.results import open_results
from layers.text import LANGUAGES
from layers.words import handover


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_site_is_listed_once_with_its_days(ranked_folder, language):
    results = open_results(ranked_folder)
    found = handover.listed(results)[1]
    assert sorted(x.site_id for x in found) == sorted(results.table("sites")["site_id"])
    assert [x.path.earliest for x in found] == sorted(x.path.earliest for x in found)
    assert all(x.path.earliest <= x.path.latest for x in found)
    text = "\n".join(handover.lines(results, language))
    assert all(x.site_id in text and x.path.latest.isoformat() in text for x in found)
    assert {"zh": "年内", "en": "Within"}[language] in text


def test_the_months_of_an_office_count(ranked_folder, tmp_path):
    own = tmp_path / "study"
    shutil.copytree(ranked_folder, own, symlinks=True)
    text = approvals.FILE.read_text(encoding="utf-8").replace("months = [1.5, 3.0]", "months = [30.0, 40.0]")
    (office.own(approvals.FILE, own)).write_text(text, encoding="utf-8")
    before, after = (handover.listed(open_results(f))[1] for f in (ranked_folder, own))
    assert min(x.path.earliest for x in after) > max(x.path.earliest for x in before)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('id = "minerals"', 'id = "forest"', "approvals_order"),  # one name twice
        ('id = "minerals"', 'id = "minerals"\nafter = ["supply"]', "approvals_order"),  # waits for what comes later
        ('id = "minerals"', 'id = "minerals"\nafter = ["mineral"]', "approvals_order"),  # waits for nobody
        ("months = [1.0, 4.0]", "months = [4.0, 1.0]", "approvals_months"),
        ("months = [1.0, 4.0]", "months = [-1.0, 4.0]", "approvals_months"),
    ],
)
def test_a_table_of_an_office_that_would_count_for_nothing_is_refused(tmp_path, old, new, code):
    text = approvals.FILE.read_text(encoding="utf-8")
    assert old in text
    (office.own(approvals.FILE, tmp_path)).parent.mkdir()
    (office.own(approvals.FILE, tmp_path)).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SpecError) as refused:
        approvals.table(tmp_path)
    assert [r.code for r in refused.value.reasons] == [code]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_is_handed_over_as_a_file(ranked_folder, tmp_path, kind):
    results = open_results(ranked_folder)
    handover_list.write(results, tmp_path / f"list.{kind}", "zh")
    made = handover_list.projection(results, "zh")
    assert (tmp_path / f"list.{kind}").stat().st_size > 0
    assert made.frame["site_id"].tolist() == [x.site_id for x in handover.listed(results)[1]]
    assert set(made.frame["this_year"]) <= {"可交付", "最快可交付", "不能"}
    assert set(made.headers) == set(made.frame)
    with pytest.raises(CallError):
        handover_list.write(results, tmp_path / "list.docx", "zh")


def test_renewal_land_waits_until_it_is_clear():
    on = {"renewal_stage": "clearing", "renewal_on": "2028-01-01", "supply_status": "built", "quota_m2": 0.0}
    day = date(2026, 11, 23)
    assert path(on, (), day).earliest == date(2028, 1, 1)
    assert path(on | {"renewal_on": ""}, (), day).latest == date.max
    assert path(on | {"renewal_stage": "cleared"}, (), day).earliest == day
    assert path(on | {"renewal_stage": float("nan")}, (), day).clearing == ""


def priced(folder, head="grade = 9\n"):
    """Give a study a table of its own that names the grade of its place."""
    mine = office.own(land_price.FILE, folder)
    mine.parent.mkdir(exist_ok=True)
    mine.write_text(head + land_price.FILE.read_text(encoding="utf-8"), encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_grade_no_least_price_is_printed_and_it_says_why(ranked_folder, language):
    results = open_results(ranked_folder)
    assert all(x.floor_wan is None for x in handover.listed(results)[1])
    made = handover_list.projection(results, language)
    assert made.frame["price_floor_wan"].isna().all(), "not known is no 0"
    assert {"zh": "土地等别", "en": "grade of land"}[language] in "\n".join((*made.notes,))
    assert {x["price_floor_wan"] for x in handover.plain(results)} == {None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_least_price_is_the_grade_times_the_net_area(ranked_folder, tmp_path, language):
    own = tmp_path / "study"
    shutil.copytree(ranked_folder, own, symlinks=True)
    priced(own)
    results = open_results(own)
    found = handover.listed(results)[1]
    assert [round(x.floor_wan, 6) for x in found] == [round(x.net_m2 * 204 / 10_000, 6) for x in found]
    text = "\n".join(handover.lines(results, language))
    assert {"zh": "未核实", "en": "unverified"}[language] in text, "the table is from memory"
    assert "204" in text


@pytest.mark.parametrize(
    ("head", "price"), [("grade = 1\n", 840.0), ("grade = 15\n", 60.0), ("grade = 16\n", None), ("", None)]
)
def test_the_price_of_a_grade(tmp_path, head, price):
    priced(tmp_path, head)
    assert land_price.table(tmp_path).price == price


@pytest.mark.parametrize("price", ["0.0", "-1.0", "inf", "nan"])
def test_a_price_that_is_none_is_refused(tmp_path, price):
    mine = office.own(land_price.FILE, tmp_path)
    mine.parent.mkdir()
    mine.write_text(land_price.FILE.read_text(encoding="utf-8").replace("9 = 204.0", f"9 = {price}"), encoding="utf-8")
    with pytest.raises(SpecError) as refused:
        land_price.table(tmp_path)
    assert [r.code for r in refused.value.reasons] == ["land_price_figures"]
