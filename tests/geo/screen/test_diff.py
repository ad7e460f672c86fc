from dataclasses import replace

from geo.screen.diff import Side, diff
from geo.screen.setting import Setting
from geo.screen.status import Minimum
from tests.geo.screen.test_funnel import board
from tests.geo.screen.test_screen import FARM, OK, OUTSIDE, SCHOOL

SETTING = Setting(rules=(FARM, OUTSIDE))
BEFORE = {
    "a": {"edge": 100.0},
    "b": {"edge|farm": 40.0, "edge": 60.0},
    "c": {"edge|school": 9.0, "edge": 1.0},
    "g": {"edge": 5.0},
}


def side(pieces, setting=SETTING):
    return Side(board(pieces, **OK).data, setting)


def test_a_run_against_itself_is_empty():
    assert diff(side(BEFORE), side(BEFORE)).empty


def test_each_kind_of_change_is_named():
    after = {"a": {"edge|farm": 100.0}, "b": BEFORE["b"], "c": BEFORE["c"], "n": {"edge": 7.0}}
    rules = Setting(rules=(FARM, OUTSIDE, SCHOOL), minimum=Minimum(70.0))
    made = diff(side(BEFORE), side(after, rules)).set_index("parcel_id")
    assert made["change"].to_dict() == {"a": "left", "b": "left", "c": "left", "g": "gone", "n": "new"}
    assert made.loc[["a", "b", "c"], "causes"].tolist() == ["data", "setting", "rule"]


def test_a_rule_set_aside_is_a_setting():
    made = diff(side(BEFORE), side(BEFORE, replace(SETTING, aside=frozenset({"farm"}))))
    assert made[["parcel_id", "change", "causes"]].values.tolist() == [["b", "changed", "setting"]]
