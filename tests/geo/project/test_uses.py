"""Uses of industries: the longest code answers, a code too coarse leaves the question open."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.project import pairs
from geo.project.facts import MAYBE, NO, YES, industries
from geo.project.gate import Gates
from geo.project.uses import Uses, not_applied_to, speaks, spoken_of
from geo.rules.judge import Measured
from geo.rules.spec import Rule, RulePack, merged
from layers.text import sentence
from tests.geo.project import making

TABLE = Uses({"chemical": {"C26": YES, "C27": NO, "C271": MAYBE}, "discharging": {"C": MAYBE, "C26": YES},
              "logistics": {"G59": YES}})  # fmt: skip
SHORE = {"layer": "shoreline", "test": "distance_m", "operator": ">=", "threshold": 1000.0, "severity": "exclude",
         "confidence": "S", "title": {"zh": "岸线", "en": "Shore"}, "clause": "26"}  # fmt: skip


@pytest.mark.parametrize(
    ("industry", "use", "answer"),
    [
        ("C26", "chemical", YES), ("C2614", "chemical", YES), ("C2", "chemical", MAYBE), ("C", "chemical", MAYBE),
        ("", "chemical", MAYBE), ("C27", "chemical", MAYBE), ("C272", "chemical", NO), ("C2710", "chemical", MAYBE),
        ("C34", "chemical", NO), ("C34", "discharging", MAYBE), ("G59", "logistics", YES), ("G", "logistics", MAYBE),
        ("G59", "discharging", NO), ("G59", "general", NO), ("I65", "general", YES), ("C34", "general", MAYBE),
    ],
)  # fmt: skip
def test_the_longest_code_answers(industry, use, answer):
    assert TABLE.of(industry, use) == answer


def test_without_a_table_nothing_is_known():
    assert Uses().of("C26", "chemical") == MAYBE


def grounds(metres):
    low = np.array(metres, float)
    ids = np.array([f"S{k}" for k in range(len(low))], object)
    return pairs.Grounds(ids, np.full(len(low), "", object), lambda rule: Measured.interval(low, low.copy(), "x"))


def test_a_rule_of_a_use_judges_each_project_by_its_own_industry():
    rule = Rule.model_validate(SHORE | {"id": "shore", "use_classes": ["chemical"]})
    frame = making.projects(*({"industry": i} for i in ("C26", "C34", "C27", "")))
    found = pairs.site_gates(frame, Gates((rule,), uses=TABLE), grounds([386.56, 1500.0]))
    said = found.set_index(["project_id", "site_id"])
    assert said.loc[("P0", "S0"), "outcome"] == "conflict"
    assert '"value": 386.56' in said.loc[("P0", "S0"), "reason"]
    assert ("P0", "S1") not in said.index
    assert "P1" not in set(found["project_id"])  # not chemical
    assert said.loc[("P2", "S0"), "outcome"] == said.loc[("P3", "S0"), "outcome"] == "unknown"
    assert ("P2", "S1") not in said.index  # clear whether the rule applies or not


uses = st.lists(st.sampled_from(["general", "discharging", "chemical", "logistics"]), unique=True, max_size=3)
codes = st.lists(st.sampled_from(["C", "C26", "C27", "G59", "B"]), unique=True, max_size=2)


@given(st.sampled_from(["", "C", "C26", "C27", "C2710", "C34", "G59", "I65"]), uses, codes)
def test_speaking_is_never_more_certain_with_less_known(industry, classes, industries):
    rule = Rule.model_validate(SHORE | {"id": "r", "use_classes": classes, "industries": industries})
    exact = speaks(rule, industry, TABLE.all_of(industry))
    for k in range(len(industry)):
        coarse = speaks(rule, industry[:k], TABLE.all_of(industry[:k]))
        assert coarse in (exact, MAYBE)
    if not industries and not classes:
        assert exact == YES


pack = st.lists(
    st.fixed_dictionaries({
        "use_classes": uses, "industries": codes, "in_force": st.sampled_from([None, "2020-01-01", "2030-01-01"]),
    }), min_size=1, max_size=6,
)  # fmt: skip


@given(pack, st.sampled_from(["", "C", "C26", "C27", "C34", "G59", "I65"]), st.lists(st.floats(0, 3000), max_size=3))
def test_judged_and_listed_are_all_rules_for_every_project_and_site(drawn, industry, metres):
    """Rules that may concern a project judge it on every site, measured or not; all others are listed."""
    many = [SHORE | one | {"id": f"r{k}", "successor": f"r{k + 1}"} for k, one in enumerate(drawn)]
    rules = merged((RulePack.model_validate({"id": "p", "rules": many}),), date(2026, 11, 23))
    listed = {n.rule.id for n in not_applied_to(rules, industry, TABLE)}
    found = pairs.site_gates(making.projects({"industry": industry}), Gates(rules, uses=TABLE), grounds(metres))
    judged = set(found.loc[found["site_id"] == "", "gate_id"])  # a site nobody measured is unknown where a rule speaks
    of_every_use = {r.id for r in rules if not r.stood_for and not (r.industries or r.use_classes)}
    assert judged | listed | of_every_use == {r.id for r in rules}
    assert not judged & listed
    assert not of_every_use & listed
    assert set(found["gate_id"]) <= judged


def test_a_conflict_on_land_is_told_with_its_distance_in_both_languages():
    rule = Rule.model_validate(SHORE | {"id": "shore", "use_classes": ["chemical"]})
    found = pairs.site_gates(making.projects({"industry": "C26"}), Gates((rule,), uses=TABLE), grounds([386.56]))
    told = found.loc[found["site_id"] == "S0", "reason"].iloc[0]
    assert sentence(told, "zh").startswith("岸线：距离 386.6 m")
    assert sentence(told, "en").startswith("Shore: 386.6 m away, at least 1,000.0 m required")


def test_of_several_industries_only_what_holds_for_all_is_sure():
    frame = making.projects({"industry": "", "industries": "C26|C28"},
                            {"industry": "", "industries": "C26|C34"},
                            {"industry": "", "industries": "C17|C34"},
                            {"industry": "C26", "industries": ""})  # fmt: skip
    assert industries(frame) == ["C26|C28", "C26|C34", "C17|C34", "C26"]
    chemistry = making.rule("r", industries=("C26", "C28"))
    assert spoken_of(chemistry, industries(frame), TABLE).tolist() == [YES, MAYBE, NO, YES]
    assert {n.rule.id for n in not_applied_to((chemistry,), "C17|C34", TABLE)} == {"r"}
    assert not not_applied_to((chemistry,), "C26|C34", TABLE)
