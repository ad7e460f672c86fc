"""What to find first: told after the first run, by layer, with office and names; nothing where no layer is missing."""

import pytest

from geo.basis.progress import silent
from layers.library import kinds
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.text import LANGUAGES
from layers.words import first_steps
from tests import counties
from tests.cases import base


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_run_of_a_stranger(tmp_path, language):
    folder = base.study(tmp_path / "study")
    runs.update(folder, "screen", silent)
    results = open_results(folder)
    found = first_steps.table(results)
    assert not found.empty
    assert found["decided_m2"].is_monotonic_increasing
    text = list(first_steps.lines(results, language))
    assert len(text) == 2 + min(first_steps.MOST, len(found))
    assert found["layer_id"].iloc[0] in text[1]
    assert "[" not in "".join(text)


def test_the_county_lacks_only_what_it_says():
    results = open_results(counties.made("run"))
    missing = set(first_steps.table(results)["layer_id"])
    assert missing <= {r.layer for r in results.rules} - {s.id for s in results.study.layers}


def test_every_layer_a_rule_reads_has_an_office():
    asked = [k for k in kinds.kinds().codes if k.role in ("constraint", "network")]
    assert [k.code for k in asked if not (k.kept_by.zh and k.kept_by.en)] == []
