"""Gates of project × site equal a judgement pair by pair; recognition answers for chemical parks."""

import json

import numpy as np
import pytest

from geo.place.fit import Tables
from geo.project import pairs
from geo.project.facts import MAYBE, NO, concerns
from geo.project.gate import Gates, Park, Parks
from geo.project.pairs import Grounds
from geo.rules.judge import Measured
from geo.rules.spec import Rule
from tests.geo.project import making

RIVER = Rule(id="river", layer="shoreline", test="distance_m", operator=">=", threshold=1000.0, severity="exclude",
             industries=("C26",), confidence="S")  # fmt: skip
PARK_RULE = Rule(id="chemical-park", layer="chemical_park", test="outside_m2", operator="<=", threshold=0.0,
                 severity="exclude", industries=("C25", "C26"), confidence="S")  # fmt: skip
PARKS = Parks((Park("A", chemical=False), Park("B", chemical=True), Park("C")), True, True)
FAR = (500.0, 1500.0, np.nan, 2000.0)


def grounds(distances=FAR, park_ids=("A", "B", "B", "")):
    low = np.array(distances, float)

    def measured(rule):
        if rule.layer == "shoreline":
            return Measured.interval(low, low.copy(), "outside_coverage")
        return Measured.unbounded(len(low), "layer_missing")

    ids = np.array([f"S{k}" for k in range(len(low))], object)
    return Grounds(ids, np.array(park_ids, object), measured)


def judged(frame, rules=(RIVER,), where=None, aside=frozenset()):
    asked = Gates((*rules, making.rule()), aside, PARKS)
    return pairs.site_gates(frame, asked, where or grounds())


def test_every_pair_as_if_judged_alone():
    industries = ["C17", "C26", "C2614", "C", "", "C32"]
    frame = making.projects(*({"industry": i} for i in industries))
    found = judged(frame).set_index(["project_id", "site_id"])["outcome"].to_dict()
    for p, industry in enumerate(industries):
        speaks = concerns(RIVER.industries, industry)
        for s, far in enumerate(FAR):
            plain = "unknown" if np.isnan(far) else "clear" if far >= 1000 else "conflict"
            expected = "clear" if speaks == NO else "unknown" if (speaks == MAYBE and plain == "conflict") else plain
            assert found.get((f"P{p}", f"S{s}"), "clear") == expected, (industry, far)
        # what was not measured is unknown for whom the rule may concern
        assert found.get((f"P{p}", ""), "clear") == ("clear" if speaks == NO else "unknown")


def test_a_recognised_park_answers_where_no_layer_does():
    frame = making.projects({"industry": "C26"})
    found = judged(frame, (PARK_RULE,)).set_index("site_id")["outcome"].to_dict()
    assert found == {"S0": "conflict", "S3": "unknown", "": "unknown"}  # S1 and S2 lie in the recognised park


def test_what_is_not_known_names_its_rule():
    """A sentence on a layer needs its name: without the rule it read "no data on –"."""
    frame = making.projects({"industry": "C26"})
    told = judged(frame, (PARK_RULE, RIVER)).query("outcome == 'unknown'")
    assert {(g, json.loads(r).get("rules", [g])[0]) for g, r in zip(told["gate_id"], told["reason"], strict=True)} == {
        (g, g) for g in told["gate_id"]
    }
    missing = [json.loads(r) for r in told["reason"] if "layer_missing" in r]
    assert missing
    assert all(m["rules"] == ["chemical-park"] for m in missing)


def test_memory_restricts_on_sites_too():
    frame = making.projects({"industry": "C26"})
    rule = RIVER.model_copy(update={"confidence": "M"})
    assert set(judged(frame, (rule,))["severity"]) == {"restrict"}


def test_rules_set_aside_and_rules_on_projects_are_not_asked():
    frame = making.projects({"industry": "C26"})
    assert judged(frame, aside=frozenset({"river"})).empty
    assert judged(frame, ()).empty


@pytest.mark.parametrize("count", [0, 1])
def test_no_sites(count):
    frame = making.projects({"industry": "C26"})
    found = judged(frame, where=grounds((500.0,) * count, ("A",) * count))
    assert found["site_id"].tolist() == ["S0"] * count + [""]


def test_placing_takes_the_table_as_it_is():
    assert (
        Tables.__dataclass_fields__["site_gates"].default_factory().columns.tolist()
        == judged(making.projects({"industry": "C26"})).columns.tolist()
    )


HOMES = Rule(id="homes", layer="shoreline", test="distance_m", operator=">=", threshold=0.0, severity="exclude",
             limit_fact="safety_distance_m", industries=("C",), confidence="S")  # fmt: skip


def test_a_distance_a_project_states_itself():
    frame = making.projects(
        {"industry": "C26", "safety_distance_m": 800.0}, {"industry": "C26", "safety_distance_m": 0.0},
        {"industry": "C26"}, {"industry": "G59", "safety_distance_m": 800.0},
        {"industry": "", "safety_distance_m": 800.0},
        {"industry": "C26", "safety_distance_m": 400.0, "safety_distance_hi_m": 800.0},
    )  # fmt: skip
    frame["safety_distance_hi_m"] = frame["safety_distance_hi_m"].fillna(frame["safety_distance_m"])
    where = grounds((500.0, 900.0, np.nan, 800.0))
    found = judged(frame, (HOMES,), where).set_index(["project_id", "site_id"])["outcome"].to_dict()
    assert found[("P0", "S0")] == "conflict"
    assert ("P0", "S1") not in found
    assert ("P0", "S3") not in found, "exactly the distance stated is kept"
    assert found[("P0", "S2")] == "unknown"
    assert found[("P0", "")] == "unknown", "a site nobody measured"
    assert not [key for key in found if key[0] in ("P1", "P2", "P3")], "they state none, or are not concerned"
    assert found[("P4", "S0")] == "unknown", "its industry is not known"
    assert found[("P5", "S0")] == "unknown", "400 to 800 m against 500"


def test_the_plant_may_stand_anywhere_on_the_site():
    frame = making.projects({"industry": "C26", "safety_distance_m": 800.0})
    here = grounds((500.0, 500.0), ("A", "A"))
    wide = pairs.Grounds(here.ids, here.park_ids, here.measured, np.array([290.0, 310.0]))
    found = judged(frame, (HOMES,), wide).set_index("site_id")
    assert found["outcome"].to_dict() == {"S0": "conflict", "S1": "unknown", "": "unknown"}
    assert '"value": 500.0' in found.loc["S1", "reason"]
