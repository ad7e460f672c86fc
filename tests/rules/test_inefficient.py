"""Every shipped pack of local criteria: it loads, says where it comes from, its worked examples hold."""

import re

import pandas as pd
import pytest
from pydantic import ValidationError

from geo.idle.inefficient import LocalPack, judged
from layers.study.registers.inefficient import FOLDER, names, pack
from tests.rules.test_packs import answers

PACKS = [pack(name, FOLDER) for name in names()]
PAIRS = [(p, rule) for p in PACKS for rule in p.rules]
EVERY = pytest.mark.parametrize(("pack", "rule"), PAIRS, ids=[f"{p.id}:{r.id}" for p, r in PAIRS])
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_the_places_are_there():
    assert set(names()) == {"dongyang", "lixin", "minhou", "mu-grade", "sanmen"}


@EVERY
def test_worked_examples_hold_and_show_the_limit_from_both_sides(pack, rule):
    assert answers(rule) == [e.expect for e in rule.examples]
    assert {e.expect for e in rule.examples} == {"clear", "conflict", "unknown"}
    points = [e.value for e in rule.examples if e.value_hi is None and e.value is not None]
    assert rule.threshold in points
    step = 1.0 if rule.fact.endswith(("_code", "_months")) else 0.02
    assert any(0 < abs(v - rule.threshold) <= step + 1e-9 for v in points)


@EVERY
def test_notes_state_the_numbers_they_judge(pack, rule):
    for example in rule.examples:
        for text in (example.note.en, example.note.zh):
            told = {float(n) for n in re.findall(r"\d+(?:\.\d+)?", text)}
            assert {v for v in (example.value, example.value_hi) if v is not None} <= told, text


@EVERY
def test_a_rule_says_where_it_comes_from_in_both_languages(pack, rule):
    for text in (rule.title, rule.document, rule.remedy, rule.clause):
        assert CHINESE.search(text.zh)
        assert text.en
        assert not CHINESE.search(text.en)
    assert rule.confidence == ("M" if pack.id == "mu-grade" else "S")
    assert pack.region
    # local criteria never take land out of the county's supply by themselves
    assert rule.severity in ("restrict", "prefer")


@pytest.mark.parametrize("pack", PACKS, ids=names())
def test_every_rule_is_asked_for(pack):
    used = {name for c in pack.criteria for name in (*c.fails, *c.holds)}
    assert used == ({r.id for r in pack.rules} if pack.criteria else set())
    assert all(CHINESE.search(c.title.zh) and c.title.en for c in pack.criteria)


def test_targets_are_no_criteria():
    sanmen = pack("sanmen", FOLDER)
    assert sanmen.criteria == ()
    found = judged([sanmen], pd.DataFrame({"asset_id": ["a"], "far": [1.2], "tax_growth_pct": [5.0]}))
    assert found.set_index("criterion")["met"].to_dict() == {"far-1": "yes", "tax-growth-6": "no"}
    assert set(found["grade"]) == {"target"}


@pytest.mark.parametrize(
    "wrong", [{"criteria": [{"id": "x", "title": "x"}]}, {"criteria": [{"id": "x", "title": "x", "fails": ["nobody"]}]}]
)
def test_a_criterion_names_rules_of_its_pack(wrong):
    with pytest.raises(ValidationError, match="criterion_without_rule"):
        LocalPack.model_validate({"id": "p"} | wrong)


def test_a_rule_reads_a_known_fact():
    rule = {"id": "r", "fact": "moon_m", "test": "value", "operator": ">=", "threshold": 1, "severity": "restrict",
            "confidence": "S"}  # fmt: skip
    with pytest.raises(ValidationError, match="criterion_fact_unknown"):
        LocalPack.model_validate({"id": "p", "rules": [rule]})
