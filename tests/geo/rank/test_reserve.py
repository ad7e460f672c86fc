"""The reserve library: every answer with its reason; what cannot be told is open, never in."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from geo.project.stages import DAY_OF
from geo.rank import reserve
from geo.rank.rating import Rating
from geo.rank.reserve import Reserve, ReserveRule
from layers.library import reserve as shipped

DAY = date(2026, 11, 30)


def library(rules=None, result="clear", score=(50.0, 60.0), **facts):
    row = {
        "project_id": "A",
        "stage": "signed",
        "industry": "C17",
        "investment_wan": 1.0,
        "asked_m2": 1.0,
        "unit": "局",
        "due": pd.Timestamp("2026-11-01"),
        **dict.fromkeys(DAY_OF.values(), pd.NaT),
    } | facts
    gates = pd.DataFrame({"project_id": ["A"], "result": [result]})
    ranking = pd.DataFrame({"project_id": ["A"], "score": [score[0]], "score_high": [score[1]]})
    rating = Rating(pd.DataFrame(), ranking, pd.DataFrame())
    found = reserve.library(pd.DataFrame([row]), rating, gates, rules or shipped.table().rules, DAY).iloc[0]
    return found["state"], [r.code for r in found["reasons"]]


def test_who_meets_every_rule_is_in():
    assert library() == ("in", ["reserve_stage_yes", "reserve_result_yes", "reserve_known_yes", "reserve_score_yes"])


@pytest.mark.parametrize(
    ("facts", "state", "why"),
    [
        ({"stage": "started"}, "left", "reserve_stage_yes"),
        ({"started_on": pd.Timestamp("2026-01-01")}, "left", "reserve_stage_yes"),
        ({"result": "conflict"}, "left", "reserve_result_yes"),
        ({"due": pd.Timestamp("2026-06-02")}, "left", "reserve_overdue_yes"),  # 181 days
        ({"due": pd.Timestamp("2026-06-03")}, "in", "reserve_stage_yes"),  # 180: not more than
        ({"due": pd.NaT}, "in", "reserve_stage_yes"),
        ({"stage": ""}, "open", "reserve_stage_unknown"),
        ({"result": "unknown"}, "open", "reserve_result_unknown"),
        ({"industry": ""}, "open", "reserve_known_unknown"),
        ({"investment_wan": np.nan}, "open", "reserve_known_unknown"),
        ({"score": (29.0, 30.0)}, "open", "reserve_score_unknown"),
        ({"score": (30.0, 30.0)}, "in", "reserve_stage_yes"),
        ({"score": (20.0, 29.9)}, "out", "reserve_score_no"),
    ],
)
def test_each_rule_at_its_edge(facts, state, why):
    found = library(**facts)
    assert found[0] == state
    assert why in found[1]


def test_rules_that_name_what_nobody_has_are_refused():
    wrong = ReserveRule("x", "stage", ("begun",))
    assert reserve.unused([wrong, ReserveRule("y", "result", ("clear",))]) == ["x"]
    assert library(Reserve((wrong,), ()))[0] == "out"
