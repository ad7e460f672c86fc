"""Everything a finished county says: every reason has its sentence, every code its word, in both languages."""

import string

import pytest

from geo.basis.reason import Reason
from geo.basis.tables import TABLES
from layers.outputs import place_words
from layers.outputs.project import projection
from layers.study.run.results import open_results
from layers.text import LANGUAGES, catalogue, sentence
from tests.counties import made

WORDED = {
    "accounts": {"resource": "resource"},
    "availability": {"outcome": "availability"},
    "candidates": {"status": "status"},
    "capacity": {"resource": "resource", "then_resource": "resource"},
    "crossings": {"diversion": "diversion"},
    "demand_lines": {"item": "demanditem", "method": "demandmethod"},
    "fits": {"feasible": "feasible"},
    "gate_results": {"result": "gateresult"},
    "gates": {"outcome": "outcome", "severity": "severity"},
    "idle": {
        "clock_state": "clock", "consequence": "consequence", "evidence_status": "evidence", "located": "located",
        "recognition": "recognition", "start_basis": "startbasis", "cause": "idlecause", "kind": "idlekind",
        "contradictions": "contradiction", "building_use": "buildinguse",
    },
    "idle_signals": {"signal": "signal", "says": "says", "unit": "idleunit", "code": "reading"},
    "matches": {"status": "placestatus"},
    "misses": {"resource": "resource"},
    "placing": {"unit": "aimunit"},
    "problems": {"severity": "finding"},
    "projects": {"stage": "projectstage", "build_kind": "buildkind"},
    "supply": {"supply_status": "supply"},
    "zone_potentials": {"potential": "zonepotential"},
    "zone_scores": {"node": "zonenode"},
}  # fmt: skip
"""Table: column of codes → namespace of their words."""


@pytest.fixture(scope="module")
def results():
    return open_results(made("wednesday"))


def values(column):
    """Codes of a column; several in one cell are separated by |."""
    return {one for cell in column.dropna().unique() for one in str(cell).split("|") if one}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", sorted(WORDED))
def test_every_code_has_its_word(results, table, language):
    known, frame = catalogue(language), results.table(table)
    bare = {
        column: missing
        for column, namespace in WORDED[table].items()
        if (missing := {v for v in values(frame[column]) if f"{namespace}.{v}" not in known} - {"not_examined"})
    }
    assert bare == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_sentence(results, language):
    wanted = {
        (name, column.name)
        for name, table in TABLES.items()
        for column in table.columns
        if column.kind == "reason" and results.has(name)
    }
    assert len(wanted) > 25
    for name, column in sorted(wanted):
        seen = {}
        for cell in results.table(name)[column].dropna().unique():
            if cell:
                seen.setdefault(Reason.from_json(cell).code, cell)
        for code, cell in seen.items():
            said = sentence(cell, language)
            assert not said.startswith("["), (name, code)
            assert set(string.punctuation) - set(said), (name, code)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", place_words.TABLES)
def test_a_table_of_placing_leaves_in_words(results, table, language):
    made, raw = projection(results, table, language), results.table(table)
    assert len(made.frame) == len(raw)
    machine = {"resource", "then_resource", "feasible", "scope", "state", "status", "unit"} & set(raw)
    for column in machine if language == "zh" else ():
        own = {str(v) for v in raw[column].dropna().unique() if str(v)} - {"MVA", "tce", "t", "t/h", "亩"}
        assert not own & {str(v) for v in made.frame[column]}, column
    if language == "zh":
        assert not {str(v) for v in made.frame.select_dtypes("object").stack()} & {"True", "False", "land", "building"}
    if table == "matches":
        lacking = made.frame[raw["missing"].astype(str) != ""]
        assert len(lacking)
        assert not lacking["missing"].str.contains("_|\\|").any()
