import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.rules.spec import Rule
from geo.screen.counterfactual import changes, objected
from geo.screen.setting import Setting
from geo.screen.whatif import Board
from tests.geo.screen.test_funnel import board
from tests.geo.screen.test_screen import AREAS, BASE, FARM, FLOOD, OK, OUTSIDE, SCHOOL

RULES = (FARM, OUTSIDE, FLOOD, SCHOOL)
WATER = Rule.model_validate(
    BASE | {"id": "water", "layer": "school", "effect": "parcel", "use_classes": ["discharging"]}
)


def of(parts, rules=RULES, **change):
    data = board({"p": parts}, **OK).data
    return changes(data, Setting(rules=rules, **change), "p")


def test_an_eligible_parcel_needs_nothing():
    assert of({"edge": 100.0}) == []


def test_cut_off_the_school_corner():
    first = of({"edge|school": 10.0, "edge": 90.0})[0]
    assert (first.kind, first.rules, first.status, first.give_up_m2, first.net_m2) == (
        "cut",
        ("school",),
        "eligible",
        10.0,
        90.0,
    )
    assert first.promised


def test_two_cuts_the_second_also_frees_the_condition():
    made = [c for c in of({"edge|school": 10.0, "edge|flood": 20.0, "edge": 70.0}) if c.kind == "cut"]
    assert [(c.status, c.give_up_m2) for c in made] == [("eligible", 30.0), ("conditional", 10.0)]


def test_another_use():
    made = of({"edge|school": 10.0, "edge": 90.0}, (OUTSIDE, WATER), use_class="discharging")
    assert ("use_class", "eligible", "general") in [(c.kind, c.status, c.use_class) for c in made]


def test_an_exception_and_a_missing_layer_promise_nothing():
    farm = FARM.model_copy(
        update={"exception": FARM.title.model_copy(update={"en": "by permit", "zh": "报批"}), "effect": "parcel"}
    )
    made = of({"edge|farm": 100.0}, (OUTSIDE, farm))
    assert [(c.kind, c.promised) for c in made] == [("exception", False)]
    made = of({"edge": 100.0}, (OUTSIDE, FLOOD.model_copy(update={"layer": "nobody"})))
    assert [(c.kind, c.status, c.promised) for c in made] == [("find_out", "eligible", False)]


@settings(max_examples=80)
@given(AREAS, st.sampled_from(["general", "chemical"]))
def test_a_promise_is_kept_when_it_is_applied_and_run_again(parts, use):
    data = board({"p": parts}, **OK).data
    setting = Setting(rules=(*RULES, WATER), use_class=use)
    for change in changes(data, setting, "p"):
        if change.kind != "cut":
            continue
        kept = data.without(objected(data, [r for r in RULES if r.id in change.rules]))
        again = Board(kept).answer(setting.applicable, frozenset(), setting.minimum)
        word = ["unknown", "eligible", "conditional", "excluded"][again.standing.code[0]]
        assert word == change.status
        assert kept.gross_m2[0] == pytest.approx(data.gross_m2[0] - change.give_up_m2)
