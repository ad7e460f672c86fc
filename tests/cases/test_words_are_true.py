"""Words say what is so: keys built from data exist, open is counted as open, a missed preference is not a conflict."""

from typing import get_args

import pytest

from geo.basis.progress import silent
from geo.rules.judge import OUTCOMES
from geo.rules.terms import Effect, Severity, UseClass
from geo.screen.status import STATUSES
from layers.library.roles import Role
from layers.outputs.project import notes
from layers.serve.draw.styles import MISSED, OUTCOME_COLOURS, outcome_colour
from layers.sources.cells.quantity import number_of
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.text import LANGUAGES, catalogue
from tests import district, worlds

BUILT = {
    "uihome.role": get_args(Role), "severity": (*get_args(Severity), "not_examined"), "use": get_args(UseClass),
    "uitrial.effect": get_args(Effect), "outcome": OUTCOMES, "preferred": OUTCOMES, "status": STATUSES,
    "uihome.coverage": ("complete", "unstated", "by_file", "withheld"),
}  # fmt: skip
"""Keys built from data: the words they may end in."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("start", BUILT)
def test_every_key_built_from_data_has_its_words(language, start):
    joint = "_" if "." in start else "."
    assert [word for word in BUILT[start] if f"{start}{joint}{word}" not in catalogue(language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_candidates_with_open_rules_are_counted(tmp_path, language):
    folder = worlds.world(district.write(tmp_path / "study"), "flood", "", "missing")
    runs.update(folder, "screen", silent)
    results = open_results(folder)
    found = results.table("candidates")
    standing = found[found["status"].isin(("eligible", "conditional"))]
    assert (standing["unknowns"] != "").all()
    assert (found["status"] == "unknown").sum() == 0
    told = " ".join(notes(results, language))
    assert {"en": f"{len(standing)} parcels that are eligible", "zh": f"另有 {len(standing)} 宗"}[language] in told


@pytest.mark.parametrize(("text", "want"), [
    ("约3万", 3.0), ("3万元", 3.0), ("3.2亿", 32_000.0), ("1,200", 1_200.0), ("50000元", 5.0), ("面议", None),
])  # fmt: skip
def test_an_amount_in_a_column_of_ten_thousands_is_not_taken_ten_thousand_times(text, want):
    assert number_of(text, "price_wan") == want


def test_other_numbers_are_read_as_before():
    assert (number_of("约3万", "power_kwh"), number_of("", "price_wan")) == (30_000.0, None)


def test_a_missed_preference_is_not_red():
    assert outcome_colour("conflict", "prefer") == MISSED != OUTCOME_COLOURS["conflict"]
    assert outcome_colour("conflict", "exclude") == OUTCOME_COLOURS["conflict"]
    assert outcome_colour("clear", "prefer") == OUTCOME_COLOURS["clear"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_complete_layer_is_not_said_to_be_incomplete(language):
    said = catalogue(language)["reason.outside_coverage"]
    assert {"en": "does not say that it is complete", "zh": "未声明在此处完整"}[language] not in said
