"""Every shipped rule pack: it loads, says where it comes from, and its worked examples hold."""

import re

import numpy as np
import pytest
from pydantic import ValidationError

from geo.rules.judge import OUTCOMES, Measured, judge
from geo.rules.spec import Example, Rule
from layers.study.packs import PACKS, pack

NAMES = sorted(path.stem for path in PACKS.glob("*.toml"))
PAIRS = [(name, rule) for name in NAMES for rule in pack(name, PACKS).rules]
EVERY = pytest.mark.parametrize(("name", "rule"), PAIRS, ids=[f"{name}:{rule.id}" for name, rule in PAIRS])
ZONES = ("development-boundary-flexible", "development-boundary-special")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def answers(rule):
    """Judge the examples of a rule by the engine itself, one unit per example."""
    lo, hi = (np.array(side) for side in zip(*[e.interval for e in rule.examples], strict=True))
    read = Measured.interval(lo, hi, "not_known")
    made = [judge((_limited(rule, e),), np.arange(len(lo)).astype(object), lambda _: read) for e in rule.examples]
    return [OUTCOMES[one.outcome[0][k]] for k, one in enumerate(made)]


def _limited(rule, example):
    """Return a rule on a project's own figure as it holds for the project of an example."""
    return rule if example.limit is None else rule.model_copy(update={"threshold": example.limit})


def test_the_packs_are_there():
    assert {"cn-national", "gates-cn", "yangtze", "yellow-river", "sample-municipal"} <= set(NAMES)


@EVERY
def test_worked_examples_hold(name, rule):
    assert answers(rule) == [e.expect for e in rule.examples], name


@EVERY
def test_examples_cover_the_three_answers_and_the_boundary(name, rule):
    assert {e.expect for e in rule.examples} == {"clear", "conflict", "unknown"}
    assert any(e.missing and e.expect == "unknown" for e in rule.examples), "no data at all"
    points = [e for e in rule.examples if e.interval[0] == e.interval[1]]
    step = 0.1 if rule.test == "distance_m" else 1.0 if rule.fact.endswith("_code") else 0.02
    slack = rule.tolerance if rule.operator == "<=" else -rule.tolerance
    near = [e for e in points if abs(e.interval[0] - _limited(rule, e).threshold - slack) <= step + 1e-9]
    assert {"clear", "conflict"} <= {e.expect for e in near}, "the boundary is not shown from both sides"


@EVERY
def test_notes_state_the_numbers_they_judge(name, rule):
    """Every finite figure of an example can be read in its words."""
    for example in rule.examples:
        for text in (example.note.en, example.note.zh):
            told = {float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}
            given = [v for v in example.interval if np.isfinite(v)]
            assert all(v in told for v in given), (name, rule.id, text, given)


@EVERY
def test_both_languages_are_there(name, rule):
    texts = [rule.title, rule.clause, rule.document, rule.exception, rule.remedy, *(e.note for e in rule.examples)]
    for text in filter(None, texts):
        assert text.en
        assert text.zh
        assert not CHINESE.search(text.en), text.en
    for text in filter(None, [rule.title, rule.document, rule.remedy, *(e.note for e in rule.examples)]):
        assert CHINESE.search(text.zh), text.zh
    assert rule.title
    assert rule.remedy


@EVERY
def test_a_rule_says_where_it_comes_from(name, rule):
    assert rule.clause.en
    assert rule.clause.zh
    assert rule.document.en
    assert rule.document.zh
    assert (rule.confidence == "local") == (name == "sample-municipal")


@EVERY
def test_a_rule_from_memory_shows_it_and_never_excludes(name, rule):
    if rule.confidence == "M" and not rule.verified_by:
        assert rule.unverified
        assert rule.binding != "exclude"


def test_the_marks_in_use():
    marked = {(name, rule.id): rule.confidence for name, rule in PAIRS if rule.confidence not in ("S", "local")}
    from_memory = {("gates-cn", "two-high"), ("gates-cn", "chemical-park"), ("gates-cn", "plan-industrial-class")}
    joint = ("high-standard-farmland", "village-plan", "title-dispute", "goaf", "urban-lines", "ancient-trees")
    from_memory |= {("joint-review-cn", rule) for rule in joint} | {("cn-national", rule) for rule in ZONES}
    assert {k for k, mark in marked.items() if mark == "M"} == from_memory
    assert marked["cn-national", "development-boundary"] == "S2"


def test_what_a_study_has_no_layer_for_is_said_once():
    """Of a joint review's layers; what the national pack reads stays open parcel by parcel.

    Without the boundary its own rule is open on every parcel, so its zones are said once.
    """
    assert {rule.missing for rule in pack("joint-review-cn", PACKS).rules} == {"study"}
    national = {rule.id: rule.missing for rule in pack("cn-national", PACKS).rules}
    assert {rule for rule, missing in national.items() if missing == "study"} == set(ZONES)


def test_gates_are_for_projects_and_constraints_for_land():
    assert all(rule.industries for rule in pack("gates-cn", PACKS).rules)
    assert not any(rule.industries for name in ("cn-national", "joint-review-cn") for rule in pack(name, PACKS).rules)


def test_the_sample_overrides_the_national_slope_and_calls_itself_a_sample():
    sample = pack("sample-municipal", PACKS)
    assert "示例" in sample.title.zh
    assert "ample" in sample.title.en
    mine, nation = (next(r for r in p.rules if r.id == "slope-natural") for p in (sample, pack("cn-national", PACKS)))
    assert (mine.fact, mine.test, mine.operator) == (nation.fact, nation.test, nation.operator)
    assert mine.threshold < nation.threshold


def test_examples_cannot_change_a_run():
    rule = pack("cn-national", PACKS).rules[0]
    bare = rule.model_copy(update={"examples": ()})
    assert rule.examples
    assert rule.model_dump(mode="json") == bare.model_dump(mode="json")


def test_a_wrong_example_would_be_noticed():
    body = {"id": "r", "layer": "a", "test": "overlap_m2", "operator": "<=", "threshold": 0, "severity": "exclude",
            "confidence": "S", "examples": [{"note": "x", "value": 5, "expect": "clear"}]}  # fmt: skip
    rule = Rule.model_validate(body)
    assert answers(rule) == ["conflict"]
    assert rule.examples[0].expect == "clear"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "example_missing_or_value"),
        ({"missing": True, "value": 1.0}, "example_missing_or_value"),
        ({"value": float("nan")}, "example_not_a_number"),
        ({"value": 2.0, "value_hi": 1.0}, "example_reversed"),
    ],
)
def test_an_example_that_says_nothing_is_refused(given, code):
    with pytest.raises(ValidationError, match=code):
        Example.model_validate({"note": "x", "expect": "clear"} | given)


def test_the_interval_of_an_example():
    inf = float("inf")

    def interval(**given):
        return Example.model_validate({"note": "x", "expect": "unknown"} | given).interval

    assert interval(value=2.0) == (2.0, 2.0)
    assert interval(value=2.0, value_hi=inf) == (2.0, inf)
    assert interval(value_hi=3.0) == (-inf, 3.0)
    assert interval(missing=True) == (-inf, inf)
