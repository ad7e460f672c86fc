import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.rules.judge import BLOCK, CLEAR, CONFLICT, UNKNOWN, Measured, judge, outcome
from geo.rules.spec import Rule
from geo.rules.verdicts import table

ROOT = Path(__file__).resolve().parents[3]


def rule(**given_):
    base = {"id": "r", "layer": "farm", "test": "overlap_m2", "operator": "<=", "threshold": 0.0,
            "severity": "exclude", "effect": "cut", "confidence": "S"}  # fmt: skip
    return Rule.model_validate(base | given_)


@pytest.mark.parametrize(
    ("lo", "hi", "operator", "limit", "tolerance", "expected"),
    [
        (0, 0, "<=", 0, 1, CLEAR),
        (1, 1, "<=", 0, 1, CLEAR),  # tolerance changes the word
        (1.0001, 1.0001, "<=", 0, 1, CONFLICT),
        (0, 5, "<=", 0, 1, UNKNOWN),
        (2, np.inf, "<=", 0, 1, CONFLICT),  # presence proves conflict whatever else is unknown
        (np.nan, np.nan, "<=", 1e9, 0, UNKNOWN),
        (0, np.nan, "<=", 1e9, 0, UNKNOWN),
        (15, 15, "<=", 15, 0, CLEAR),
        (1000, 2000, ">=", 1000, 0, CLEAR),
        (0, 2000, ">=", 1000, 0, UNKNOWN),
        (0, 999, ">=", 1000, 0, CONFLICT),
        (np.nan, 999, ">=", 1000, 0, CONFLICT),
        (999, 999, ">=", 1000, 1, CLEAR),  # exactly at the limit with its tolerance: clear, and not both
        (998.9, 998.9, ">=", 1000, 1, CONFLICT),
        (5, 1, "<=", 10, 0, UNKNOWN),  # a reversed interval proves nothing
    ],
)
def test_outcome_at_every_boundary(lo, hi, operator, limit, tolerance, expected):
    m = Measured.interval(np.array([lo], float), np.array([hi], float), "why")
    assert outcome(m.lo, m.hi, operator, limit, tolerance)[0] == expected
    assert m.causes[m.cause[0]] == ("" if lo == hi else "why")


@pytest.mark.parametrize("operator", ["<=", ">="])
def test_nothing_known_is_unknown_whatever_is_asked(operator):
    m = Measured.unbounded(2, "layer_missing")
    assert outcome(m.lo, m.hi, operator, 5.0, 0.0).tolist() == [UNKNOWN, UNKNOWN]
    assert [m.causes[c] for c in m.cause] == ["layer_missing"] * 2


def test_one_column_is_an_interval_of_points_unless_something_is_missing_in_it():
    whole, open_ = np.array([1.0, 2.0]), np.array([1.0, np.nan])
    assert Measured.interval(whole, whole, "why").lo is whole
    m = Measured.interval(open_, open_, "why")
    assert (m.lo.tolist(), m.hi.tolist()) == ([1.0, -np.inf], [1.0, np.inf])
    assert [m.causes[c] for c in m.cause] == ["", "why"]


numbers = st.floats(-1e6, 1e6, allow_nan=False)


@given(lo=numbers, width=st.floats(0, 1e6), less=st.floats(0, 1e6), more=st.floats(0, 1e6), limit=numbers,
       operator=st.sampled_from(["<=", ">="]))  # fmt: skip
def test_a_wider_interval_never_moves_towards_clear(lo, width, less, more, limit, operator):
    exact = outcome(np.array([lo]), np.array([lo + width]), operator, limit, 0.0)[0]
    wider = outcome(np.array([lo - less]), np.array([lo + width + more]), operator, limit, 0.0)[0]
    assert wider in (exact, UNKNOWN)


@given(lo=numbers, width=st.floats(0, 1e6), limit=numbers, step=st.floats(0, 1e6))
def test_a_stricter_threshold_never_turns_conflict_into_clear(lo, width, limit, step):
    loose = outcome(np.array([lo]), np.array([lo + width]), "<=", limit, 0.0)[0]
    strict = outcome(np.array([lo]), np.array([lo + width]), "<=", limit - step, 0.0)[0]
    assert not (loose == CONFLICT and strict == CLEAR)


def test_table_says_value_limit_and_reason():
    measured = Measured.interval(np.array([0.0, 5.0, np.nan]), np.array([0.0, 5.0, np.nan]), "layer_missing")
    made = table(judge([rule(tolerance_m2=1)], np.array(["a", "b", "c"], object), lambda r: measured))
    assert made["outcome"].tolist() == ["clear", "conflict", "unknown"]
    assert made["value"].isna().tolist() == [False, False, True]
    assert [json.loads(r)["code"] for r in made["reason"]] == [
        "overlap_m2_within",
        "overlap_m2_beyond",
        "layer_missing",
    ]
    assert (made["threshold"] == 0).all()
    assert (made["tolerance"] == 1).all()


def test_a_rule_set_aside_is_unknown_whatever_was_measured():
    measured = Measured.interval(np.array([0.0]), np.array([0.0]), "")
    made = table(judge([rule()], np.array(["a"], object), lambda r: measured), frozenset({"r"}))
    assert made.loc[0, ["outcome", "severity"]].tolist() == ["unknown", "not_examined"]


def test_a_rule_from_memory_never_excludes():
    assert rule(confidence="M").binding == "restrict"
    assert not rule(confidence="M").cuts
    assert rule(confidence="M", verified_by="某局 2026-05").binding == "exclude"


def test_judging_loads_neither_tables_nor_the_checking_of_packs():
    """A fresh process judges a million parcels in the time those imports would take."""
    code = "import sys, geo.screen.whatif; print([m for m in ('pandas', 'pydantic', 'shapely') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("operator", ["<=", ">="])
def test_a_rule_and_its_limit_are_judged_alike(operator):
    whole = rule(threshold=5.0, tolerance_m2=1.0, operator=operator)
    values = np.array([0.0, 3.9, 4.0, 5.0, 6.0, 6.1, np.nan])
    read = Measured.interval(values, values, "not_known")
    ids = np.arange(len(values)).astype(object)
    codes = [judge((one,), ids, lambda _: read).outcome[0].tolist() for one in (whole, whole.limit)]
    assert codes[0] == codes[1]
    assert codes[0][-1] == UNKNOWN
    assert (whole.limit.binding, whole.limit.cuts, whole.limit.tolerance) == ("exclude", True, 1.0)


def test_more_units_than_a_block_are_judged_one_by_one():
    values = np.linspace(0.0, 2.0, 2 * BLOCK + 7)
    found = outcome(values, values, "<=", 1.0, 0.0)
    assert np.array_equal(found, np.where(values <= 1.0, CLEAR, CONFLICT))
