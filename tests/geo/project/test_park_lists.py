"""Lists by hand: what parks admit and refuse, a rule on chemicals, a negative list, a rule on the ground; decisions."""

import pandas as pd
import pytest

from geo.basis.reason import reason
from geo.basis.tables import empty
from geo.project import gate, park_lists
from geo.project.gate import Gates, Park, Parks
from geo.project.park_lists import Decision
from geo.rules.spec import Rule

PARKS = Parks((
    Park("A", "甲", ("C17", "C26"), ("C17",), ("C171",), False), Park("B", "乙", ("C26",), ("C26",), (), True),
    Park("C", "丙"),
), True, True)  # fmt: skip


def rule(id_, industries, severity, **more):
    given = {"id": id_, "title": "规则", "industries": industries, "severity": severity, "operator": "<=",
             "threshold": 0.0, "clause": "演示", "confidence": "S"} | more  # fmt: skip
    return Rule.model_validate(given)


CHEMICAL = rule("chemical-park", ["C26"], "restrict", layer="parks", test="outside_m2")
LISTED = rule("county-negative", ["C32"], "exclude", fact="listed_code", test="value")
ASKED = Gates((CHEMICAL, LISTED), parks=PARKS)
CODES = ["C17", "C171", "C26", "C32", "C39"]


def ground(*rows):
    made = [(p, s, g, o, v, reason("land_gate_other").to_json()) for p, s, g, o, v in rows]
    return pd.DataFrame(made, columns=empty("site_gates").columns)


def listed(*rows, asked=ASKED):
    return park_lists.table(CODES, asked, ground(*rows)).set_index(["park_id", "industry"])


def test_by_hand():
    made = listed()
    assert made["state"].to_dict() == {
        ("A", "C17"): "limited", ("A", "C171"): "refuses",  # its negative list limits what is above
        ("A", "C26"): "limited",  # admitted, but the park is no chemical one and the rule restricts
        ("A", "C32"): "refuses", ("A", "C39"): "refuses",
        ("B", "C17"): "refuses", ("B", "C171"): "refuses", ("B", "C26"): "leads", ("B", "C32"): "refuses",
        ("B", "C39"): "refuses",
        ("C", "C17"): "open", ("C", "C171"): "open",  # nobody says what it admits
        ("C", "C26"): "open", ("C", "C32"): "refuses",  # on the county's negative list, in whatever park
        ("C", "C39"): "open",
    }  # fmt: skip
    assert '"refuses": ["C171"]' in made.loc[("A", "C17"), "reason"]
    assert made.loc[("A", "C26"), "conditions"] == "chemical-park"
    assert made.loc[("C", "C26"), "unknowns"] == "park-admission|chemical-park"
    assert "park_refuses" in made.loc[("A", "C171"), "reason"]


def test_what_the_ground_forbids_limits_and_what_is_not_known_of_it_is_named():
    made = listed(("C17", "A", "river", "conflict", "exclude"), ("C17", "B", "river", "unknown", "exclude"),
                  ("C26", "B", "river", "unknown", "exclude"), ("C26", "", "river", "unknown", "exclude"))  # fmt: skip
    assert made.loc[("A", "C17"), ["state", "conditions"]].tolist() == ["limited", "river"]
    assert made.loc[("B", "C26"), ["state", "unknowns"]].tolist() == ["leads", "river"]
    assert made.loc[("B", "C17"), "state"] == "refuses"  # nobody admits it there


@pytest.mark.parametrize(
    ("park", "industry", "said", "state", "against"),
    [("A", "C39", "positive", "admits", False),  # the park did not name it: people may add it
     ("A", "C171", "positive", "refuses", True),  # its negative list stands
     ("A", "C32", "positive", "refuses", True),  # a rule stands
     ("A", "C26", "positive", "limited", False), ("B", "C26", "positive", "leads", False),
     ("A", "C17", "negative", "refuses", False), ("A", "C17", "limited", "limited", False),
     ("A", "C39", "limited", "limited", False), ("C", "C39", "positive", "admits", False),
     ("A", "C39", "negative", "refuses", False)],
)  # fmt: skip
def test_what_people_decide(park, industry, said, state, against):
    line = listed().loc[(park, industry)]
    decision = Decision(park, industry, said)
    assert (park_lists.stands(line, decision), park_lists.against(line, decision)) == (state, against)


def test_the_nearest_decision_counts():
    all_, mine, below = (
        Decision("", "C17", "negative"),
        Decision("A", "C17", "limited"),
        Decision("", "C171", "positive"),
    )
    assert park_lists.of([all_, mine, below], "A", "C17") is mine
    assert park_lists.of([all_, mine, below], "B", "C17") is all_
    assert park_lists.of([all_, mine, below], "A", "C1713") is below
    assert park_lists.of([all_], "A", "C18") is None


def test_gates_read_what_people_added_and_refused():
    park = Park("A", "甲", ("C17",), refused=("C26",), also=("C39", "C261"))
    assert gate.admission("C39", park)[0] == gate.CLEAR
    assert gate.admission("C3911", park)[0] == gate.CLEAR
    assert gate.admission("C26", park)[0] == gate.CONFLICT
    assert gate.admission("C261", park)[0] == gate.CONFLICT  # the negative list comes first
    assert gate.admission("C33", park)[0] == gate.CONFLICT
    alone = Park("B", "乙", also=("C39",))
    assert gate.admission("C39", alone)[0] == gate.CLEAR
    assert gate.admission("C17", alone)[0] == gate.UNKNOWN  # one entry is no whole list
