"""Codes and names a reader sees: land use and tenure in words, a missing layer by the title of its rule."""

import pytest

from layers.library import standards
from layers.outputs.project import projection
from layers.study.run.results import open_results
from layers.text import say
from layers.words.explain import explain


def test_a_code_gets_its_name_only_under_its_own_scheme():
    assert standards.coded("三调", "0101", "zh") == "0101 水田"
    assert standards.coded("三调", "0101", "en") == "0101 Paddy field"
    assert standards.coded("三调", "9999", "zh") == "9999"
    assert standards.coded("", "0101", "zh") == "0101"
    assert standards.coded("三调", "1001", "zh") != standards.coded("用地用海", "1001", "zh")
    assert standards.worded(standards.TENURE, "30", "zh") == "集体土地所有权"
    assert standards.worded(standards.TENURE, "国有", "zh") == "国有"


@pytest.mark.parametrize(("language", "word"), [("zh", "0101 水田"), ("en", "0101 Paddy field")])
def test_list_and_panel_name_the_land_use(run_district, language, word):
    results = open_results(run_district)
    assert set(projection(results, "candidates", language).frame["land_use"]) == {word}
    assert f"{word} (三调)" in [value for _, value in explain(results, "p01", language).facts]


@pytest.mark.parametrize(("language", "title"), [("zh", "压覆矿产"), ("en", "Minerals")])
def test_a_layer_the_study_lacks_is_named_by_its_rule(run_district, language, title):
    told = explain(open_results(run_district), "p03", language)
    line = next(r for r in told.rules if r.rule_id == "mineral")
    assert line.layer == say("word.no_layer", language, layer=title)


def test_only_changes_that_would_change_something_are_told(run_district):
    results = open_results(run_district)
    for row in results.table("candidates").itertuples():
        told = explain(results, row.parcel_id, "zh")
        assert len(told.changes) == len(told.levers)
        assert [c.kind for c in told.levers if not c.promised and c.status == row.status] == []
