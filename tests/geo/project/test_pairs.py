"""Gates of project × site equal a judgement pair by pair; recognition answers for chemical parks."""

import numpy as np
import pandas as pd
import pytest

from geo.project import gate, pairs
from geo.project.facts import MAYBE, NO, concerns
from geo.project.gate import Gates, Park, Parks
from geo.project.pairs import Grounds
from geo.rules.judge import CLEAR, CONFLICT, UNKNOWN, Measured, outcome
from geo.rules.spec import Rule
from tests.geo.project import making

RIVER = Rule(id="river", layer="shoreline", test="distance_m", operator=">=", threshold=1000.0, severity="exclude",
             industries=("C26",), confidence="S")  # fmt: skip
PARK_RULE = Rule(id="chemical-park", layer="chemical_park", test="outside_m2", operator="<=", threshold=0.0,
                 severity="exclude", industries=("C25", "C26"), confidence="S")  # fmt: skip
PARKS = Parks(
    (Park("A", "甲", ("C17",), chemical=False), Park("B", "乙", ("C26",), chemical=True), Park("C", "丙")), True, True
)


def grounds(distances=(500.0, 1500.0, np.nan, 2000.0), park_ids=("A", "B", "B", "")):
    low = np.array(distances)
    top = np.where(np.isnan(low), np.nan, low)

    def measured(rule):
        if rule.layer == "shoreline":
            return Measured.interval(low, top, "outside_coverage")
        return Measured.unbounded(len(low), "layer_missing")

    ids = np.array([f"S{k}" for k in range(len(low))], object)
    return Grounds(ids, np.array(park_ids, object), measured)


RULES = (RIVER, PARK_RULE, making.rule())


def judged(frame, rules=RULES, parks=PARKS, where=None):
    asked = Gates(tuple(rules), frozenset(), parks)
    found = gate.by_rules(frame, asked)
    admitted = gate.by_parks(frame, asked)
    gates = pd.concat([found, admitted], ignore_index=True)
    return pairs.pairs(frame, gates, asked, where or grounds())


def test_every_pair_as_if_judged_alone():
    industries = ["C17", "C26", "C2614", "C", "", "C32"]
    energies = [500.0, 5000.0, np.nan]
    frame = making.projects(*({"industry": i, "energy_tce": e} for i in industries for e in energies))
    made, where = judged(frame, rules=(RIVER, making.rule())), grounds()
    for p, row in enumerate(frame.itertuples()):
        for s, park_id in enumerate(where.park_ids):
            codes = []
            speaks = concerns(("C",), row.industry)
            lo = np.array([-np.inf if np.isnan(row.energy_tce) else row.energy_tce])
            hi = np.array([np.inf if np.isnan(row.energy_tce) else row.energy_tce])
            code = int(outcome(lo, hi, "<=", 1000.0, 0.0)[0])
            codes.append(CLEAR if speaks == NO else UNKNOWN if speaks == MAYBE and code == CONFLICT else code)
            park = PARKS.get(park_id)
            codes.append(gate.admission(row.industry, park)[0] if park else CLEAR)
            speaks = concerns(("C26",), row.industry)
            far = [500.0, 1500.0, np.nan, 2000.0][s]
            code = UNKNOWN if np.isnan(far) else CLEAR if far >= 1000 else CONFLICT
            codes.append(CLEAR if speaks == NO else UNKNOWN if speaks == MAYBE and code == CONFLICT else code)
            expected = CONFLICT if CONFLICT in codes else UNKNOWN if UNKNOWN in codes else CLEAR
            assert made.outcome[p, s] == expected, (row.industry, row.energy_tce, s)


def test_a_recognised_park_answers_where_no_layer_does():
    frame = making.projects({"industry": "C26", "energy_tce": 1.0})
    made = judged(frame, where=grounds(distances=(5000.0,) * 4))
    part = next(p for p in made.parts if p.gate_id == "chemical-park")
    assert part.codes[0].tolist() == [CONFLICT, CLEAR, CLEAR, UNKNOWN]


def test_reasons_name_the_gravest_first_and_nothing_for_a_pass():
    frame = making.projects({"industry": "C26", "energy_tce": 5000.0}, {"industry": "C26", "energy_tce": 1.0})
    made = judged(frame)
    told = made.reasons(0, 0)
    assert (told[0].severity, told[0].outcome) == ("exclude", CONFLICT)
    assert {s.gate_id for s in told} >= {"project", "park-admission", "river", "chemical-park"}
    assert [s.gate_id for s in made.reasons(1, 1)] == []


def test_a_site_outside_parks_is_a_condition():
    frame = making.projects({"industry": "C17", "energy_tce": 1.0})
    made = judged(frame, rules=())
    assert made.outcome[0].tolist() == [CLEAR, CONFLICT, CONFLICT, CLEAR]
    assert [(s.gate_id, s.severity) for s in made.reasons(0, 3)] == [("outside-parks", "restrict")]


@pytest.mark.parametrize("count", [0, 1])
def test_no_sites_and_no_projects(count):
    frame = making.projects(*({"industry": "C17"} for _ in range(1)))
    made = judged(frame, where=grounds((500.0,) * count, ("A",) * count))
    assert made.outcome.shape == (1, count)
