"""Placing a study that has neither projects nor facilities nor parks: empty tables, no error."""

from geo.basis.progress import silent
from layers.ask.placement import shown
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.words.place_lines import capacity_lines, lines


def test_a_study_without_projects_and_registers_places_nothing(own_district):
    runs.update(own_district, "place", silent)
    results = open_results(own_district)
    assert results.table("matches").empty
    assert results.table("placing")["gap"].tolist() == [0.0]
    found = shown(results)
    for language in ("en", "zh"):
        assert list(lines(found, language))
        list(capacity_lines(found, language))
