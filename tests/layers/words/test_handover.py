"""What can be handed over: every site once, the earliest first, in both languages; an office's own months."""

import shutil
from datetime import date

import pytest

from geo.basis.errors import CallError, SpecError
from geo.screen.handover import path
from layers.library import approvals, office
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
