import pandas as pd
import pytest

from geo.rules.gather import evidence
from geo.screen.funnel import binding, funnel, to_find_out
from geo.screen.status import Minimum
from geo.screen.whatif import Board
from tests.geo.screen.test_screen import FARM, FLOOD, OK, OUTSIDE, SCHOOL, zones

RULES = [FARM, OUTSIDE, FLOOD, SCHOOL]


def board(pieces, **states):
    rows = [(p, z, a) for p, parts in pieces.items() for z, a in parts.items()]
    frame = pd.DataFrame(rows, columns=["parcel_id", "zones", "area_m2"])
    parcels = frame.groupby("parcel_id", as_index=False)["area_m2"].sum()
    return Board(evidence(parcels, zones(**states), frame, parcels[["parcel_id"]]))


@pytest.fixture
def district():
    return board(
        {
            "a": {"edge": 100.0},
            "b": {"edge|farm": 40.0, "edge": 60.0},
            "c": {"farm": 30.0, "": 70.0},
            "d": {"edge|school": 10.0, "edge": 90.0},
            "e": {"edge|?school": 100.0},
        },
        **OK,
    )


def test_funnel_in_order_and_alone(district):
    made = funnel(district, RULES, Minimum()).set_index("rule_id")
    # farm takes 40 of b and 30 of c; everything outside: c entirely; school: d entirely
    assert made["conflict"].to_dict() == {"farm": 2, "edge": 1, "flood": 0, "school": 1}
    assert made["unknown"].to_dict() == {"farm": 0, "edge": 0, "flood": 0, "school": 1}
    assert made["taken_m2"].tolist() == [70.0, 100.0, 0.0, 100.0]
    assert made["left_parcels"].tolist() == [5, 4, 4, 3]
    assert made["left_m2"].tolist() == [430.0, 360.0, 360.0, 260.0]


def test_which_rule_binds(district):
    made = binding(district, RULES).set_index("rule_id")
    # farm: 70 taken, 30 of them outside the edge too; edge: 100 taken, 70 alone; 140 taken in all
    assert made.loc["farm", ["taken_m2", "exclusive_m2"]].tolist() == [70.0, 40.0]
    assert made.loc["edge", ["taken_m2", "exclusive_m2"]].tolist() == [100.0, 70.0]
    assert made["independence_share"].tolist() == pytest.approx([40 / 70, 0.7])
    assert made["exclusivity_share"].tolist() == pytest.approx([40 / 140, 0.5])


def test_what_to_find_out_first(district):
    made = to_find_out(district, RULES, Minimum())
    assert made.to_dict("records") == [{"rule_id": "school", "parcels": 1, "open_m2": 100.0, "alone_m2": 100.0}]


def test_a_missing_layer_is_said_once_with_what_hangs_on_it(district):
    made = to_find_out(board({"a": {"": 100.0}, "b": {"": 50.0}}), [FARM, FLOOD], Minimum())
    assert made["parcels"].tolist() == [2, 2]
    assert made["open_m2"].tolist() == [150.0, 150.0]
    assert made["alone_m2"].tolist() == [0.0, 0.0]


def test_a_moved_threshold_changes_only_the_answer():
    made = board({"a": {"farm": 5.0, "": 95.0}}, **OK)
    strict = made.answer([FARM], frozenset(), Minimum())
    loose = made.answer([FARM.model_copy(update={"threshold": 10.0})], frozenset(), Minimum())
    assert (strict.counts["conditional"], loose.counts["eligible"]) == (1, 1)
    assert strict.left.net_hi.tolist() == loose.left.net_hi.tolist() == [95.0]
