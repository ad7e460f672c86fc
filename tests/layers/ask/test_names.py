"""Names in tables an office keeps: one that nothing answers to is told with what comes near; shipped ones are known."""

import shutil

import pytest

from layers.ask import argued, names, rated, scheduled
from layers.library import approvals, office, reserve
from layers.library import schedule as steps
from layers.study.run.results import open_results
from layers.text import LANGUAGES
from layers.words import handover, rating
from layers.words import schedule as schedule_words
from tests.counties import made


def test_shipped_tables_read_what_there_is():
    results = open_results(made("run"))
    assert argued.argued(results, "XM-02").lost == scheduled.scheduled(results).lost == rated.rated(results).lost == ()
    assert names.in_approvals(results, approvals.table()) == ()


CASES = [
    (steps.STEPS, 'fact = "energy_tce"', 'fact = "energy_tec"', "energy_tce",
     lambda r, x: schedule_words.notes(scheduled.scheduled(r), x)),
    (reserve.FILE, '"investment_wan"', '"investment"', "investment_wan",
     lambda r, x: rating.reserve_notes(rated.rated(r), x)),
    (approvals.FILE, '"mineral-overlay"', '"mineral-overlays"', "mineral-overlay",
     lambda r, x: handover.lost(r, approvals.table(r.folder), x)),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "near", "told"), CASES, ids=["schedule", "reserve", "approvals"])
def test_a_name_nothing_has_is_told(month_end, tmp_path, file, old, new, near, told):
    folder = tmp_path / "study"
    shutil.copytree(month_end, folder, symlinks=True)
    text = file.read_text(encoding="utf-8")
    assert old in text
    office.own(file, folder).write_text(text.replace(old, new), encoding="utf-8")
    for language in LANGUAGES:
        lines = [t for t in told(open_results(folder), language) if new.split('"')[1] in t]
        assert len(lines) == 1
        assert near in lines[0]
        assert f"inputs/{file.name}" in lines[0]
