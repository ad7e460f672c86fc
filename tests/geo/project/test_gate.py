"""Gates: three answers, industries known, coarse and unknown, memory that never rejects, parks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.basis.figure import Figure
from geo.project import demand, gate
from geo.project.facts import MAYBE, NO, YES, concerns
from geo.project.gate import Gates, Park, Parks
from tests.geo.project import making


def judged(frame, rules=(), parks=None, standard=None, aside=frozenset()):
    needed = demand.tables(frame, lambda i, p: {"investment": standard} if standard else {})
    asked = Gates(tuple(rules), aside, parks or Parks(), lambda i: standard)
    found = gate.gates(frame, needed["demand"], asked)
    return found.set_index(["project_id", "gate_id", "park_id"]), gate.results(frame, found).set_index("project_id")


@pytest.mark.parametrize(
    ("codes", "industry", "expected"),
    [
        (("C26",), "C26", YES), (("C26",), "C2614", YES), (("C",), "C26", YES), (("C26",), "C27", NO),
        (("C26",), "C", MAYBE), (("C26",), "", MAYBE), (("C2614",), "C26", MAYBE), ((), "C26", NO),
    ],
)  # fmt: skip
def test_whom_a_rule_concerns(codes, industry, expected):
    assert concerns(codes, industry) == expected


def test_value_range_and_blank():
    frame = making.projects(
        {"industry": "C17", "energy_tce": 1000.0, "energy_hi_tce": 1000.0},
        {"industry": "C17", "energy_tce": 700.0, "energy_hi_tce": 1400.0},
        {"industry": "C17", "energy_tce": 1000.01, "energy_hi_tce": 1000.01},
        {"industry": "C17"},
        {"industry": "G59", "energy_tce": 5000.0, "energy_hi_tce": 5000.0},
    )
    found, results = judged(frame, [making.rule()])
    assert found["outcome"].tolist() == ["clear", "unknown", "conflict", "unknown"]
    assert results["result"].tolist() == ["clear", "unknown", "conflict", "unknown", "clear"]


def test_an_unknown_industry_can_pass_and_never_fail():
    frame = making.projects({"energy_tce": 500.0}, {"energy_tce": 5000.0}, {})
    found, _ = judged(frame, [making.rule()])
    assert found["outcome"].tolist() == ["clear", "unknown", "unknown"]


def test_memory_restricts_and_verification_lifts_it():
    frame = making.projects({"industry": "C17", "energy_tce": 5000.0})
    for by, result in (("", "clear"), ("李工", "conflict")):
        found, results = judged(frame, [making.rule(confidence="M", verified_by=by)])
        assert found["outcome"].tolist() == ["conflict"]
        assert results.loc["P0", "result"] == result
        assert results.loc["P0", "conditions"] == ("" if by else "energy")


def test_a_negative_list_is_a_rule_on_the_listed_fact():
    negative = making.rule("negative", "listed_code", 0.0, industries=("C2631",), confidence="local")
    frame = making.projects({"industry": "C2631"}, {"industry": "C2614"}, {"industry": "C26"}, {"industry": ""})
    _, results = judged(frame, [negative])
    assert results["result"].tolist() == ["conflict", "clear", "unknown", "unknown"]


def test_a_rule_set_aside_decides_nothing():
    frame = making.projects({"industry": "C17", "energy_tce": 5000.0})
    found, results = judged(frame, [making.rule()], aside=frozenset({"energy"}))
    assert found["severity"].tolist() == ["not_examined"]
    assert results.loc["P0", "result"] == "clear"


@pytest.mark.parametrize(
    ("industry", "parks", "expected"),
    [
        ("C17", making.parks(("A", ["C17"]), ("B", ["C26"])), "clear"),
        ("C32", making.parks(("A", ["C17"]), ("B", ["C26"])), "conflict"),
        ("C32", making.parks(("A", ["C17"]), complete=False), "unknown"),  # there may be other parks
        ("C32", making.parks(("A", ["C17"]), ("B", [])), "unknown"),  # B does not say
        ("", making.parks(("A", ["C17"])), "unknown"),
        ("C", making.parks(("A", ["C17"])), "unknown"),
        ("C32", Parks((), True, True, "layer_missing"), "unknown"),
    ],
)
def test_admission_by_some_park(industry, parks, expected):
    found, results = judged(making.projects({"industry": industry}), parks=parks)
    assert found.loc[("P0", gate.ADMISSION, ""), "outcome"] == expected
    assert results.loc["P0", "result"] == expected


def test_without_a_layer_of_parks_the_question_is_not_asked():
    found, results = judged(making.projects({"industry": "C32"}))
    assert found.empty
    assert results.loc["P0", "result"] == "clear"


def test_a_park_that_refuses_what_it_admits_refuses():
    park = Park("A", "甲", ("C17",), refused=("C171",))
    assert gate.admission("C1711", park)[0] == gate.CONFLICT
    assert gate.admission("C1721", park)[0] == gate.CLEAR
    assert gate.admission("C17", park)[0] == gate.UNKNOWN


@pytest.mark.parametrize(
    ("asked_mu", "invested", "outcome", "code"),
    [(200.0, 30000.0, "clear", "value_within"), (200.01, 30000.0, "clear", "intensity_capped"),
     (None, 30000.0, "unknown", "intensity_land_blank"), (0.0, 30000.0, "unknown", "intensity_land_blank"),
     (200.0, None, "unknown", "intensity_investment_blank")],
)  # fmt: skip
def test_intensity_is_judged_on_the_land_it_may_take(asked_mu, invested, outcome, code):
    row = {"industry": "C17"}
    row |= {} if asked_mu is None else {"asked_m2": asked_mu * 2000 / 3}
    row |= {} if invested is None else {"investment_wan": invested}
    standard = Figure(low=150.0, high=150.0, unit="万元/亩", confidence="local")
    found, _ = judged(making.projects(row), standard=standard)
    verdict = found.loc[("P0", gate.INTENSITY, "")]
    assert verdict["outcome"] == outcome
    assert code in verdict["reason"]
    if outcome == "clear":
        assert verdict["value"] >= 150.0


FACTS = {"energy_tce": st.floats(0, 20000), "coal_t": st.floats(0, 20000), "two_high_code": st.sampled_from([0.0, 1.0])}
ROW = st.fixed_dictionaries({k: st.one_of(st.none(), v) for k, v in FACTS.items()} | {
    "industry": st.sampled_from(["", "C", "C17", "C26", "C2614", "C32", "G59"])})  # fmt: skip
RULES = (
    making.rule("a", "energy_tce", 1000.0, industries=("C",)),
    making.rule("b", "coal_t", 500.0, industries=("C26", "C32"), severity="restrict"),
    making.rule("c", "two_high_code", 0.0, industries=("C2614",)),
)
PARKS = making.parks(("A", ["C17"]), ("B", ["C26", "C32"]), ("C", []))


@settings(max_examples=20)
@given(row=ROW, lost=st.sets(st.sampled_from([*FACTS, "industry"])))
def test_losing_data_never_decides_anything(row, lost):
    whole = {k: (np.nan if v is None else v) for k, v in row.items()}
    less = whole | {k: "" if k == "industry" else np.nan for k in lost}
    before, after = (judged(making.projects(r), RULES, PARKS)[1].loc["P0", "result"] for r in (whole, less))
    assert after in (before, "unknown")


def test_a_negative_list_that_is_not_read_whole_refuses_what_it_names_and_clears_nothing():
    park = gate.Park("A", "甲", ("C17", "C26"), (), ("C26",), refused_unread=True, also=("C39",))
    told = {code: gate.admission(code, park) for code in ("C17", "C26", "C30", "C39")}
    assert {code: outcome for code, (outcome, _) in told.items()} == {
        "C17": gate.UNKNOWN, "C26": gate.CONFLICT, "C30": gate.CONFLICT, "C39": gate.UNKNOWN,
    }  # fmt: skip
    assert told["C17"][1].code == "park_refuses_unread"
