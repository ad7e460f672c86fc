"""What can be handed over: every site once, the earliest first, in both languages; an office's own months."""

import shutil

import pytest

from layers.library import approvals
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
    (own / approvals.OWN).write_text(text, encoding="utf-8")
    before, after = (handover.listed(open_results(f))[1] for f in (ranked_folder, own))
    assert min(x.path.earliest for x in after) > max(x.path.earliest for x in before)
