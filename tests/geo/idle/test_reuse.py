"""Projects against buildings: every attribute, three answers, reasons with numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.basis.tables import settled
from geo.idle import reuse
from geo.rules.judge import CLEAR, CONFLICT, UNKNOWN

P05 = {"site_id": "B-P-05", "building_id": "P-05", "net_m2": 9600.0, "net_hi_m2": 9600.0, "plate_m2": 9600.0,
       "rect_length_m": 120.0, "rect_width_m": 80.0, "clear_height_m": 10.5, "floor_load_kpa": 20.0, "crane_t": 10.0,
       "grid_m": 12.0, "lifts": 0.0, "lift_t": np.nan, "power_kva": 1250.0, "yard_m2": 3000.0, "exhaust": "yes",
       "fire_class": "丙"}  # fmt: skip
RAYTECH = {"project_id": "XM-03", "accepts_building": "yes", "floor_m2": 8000.0, "clear_height_m": 9.0,
           "power_kva": 800.0, "land_m2": 80 * 2000 / 3}  # fmt: skip


def outcome(need=(), site=()):
    found = reuse.match(pd.DataFrame([RAYTECH | dict(need)]), pd.DataFrame([P05 | dict(site)]))
    return int(found.outcome[0, 0]), found


def test_the_plant_of_scene_two():
    code, found = outcome()
    row = settled("reuse", found.table()).iloc[0]
    assert code == CLEAR
    assert (row["outcome"], row["free_m2"], row["floor_m2"]) == ("clear", 9600.0, 8000.0)
    assert row["land_saved_m2"] * 3 / 2000 == pytest.approx(80.0)
    assert "reuse_fits" in row["reason"]
    assert found.reasons(0, 0) == []


@pytest.mark.parametrize(
    ("need", "enough", "short"),
    [("floor_m2", 9600.0, 9600.1), ("plate_m2", 9600.0, 9601.0), ("clear_height_m", 10.5, 10.6),
     ("floor_load_kpa", 20.0, 25.0), ("grid_m", 12.0, 18.0), ("crane_t", 10.0, 16.0), ("power_kva", 1250.0, 1600.0),
     ("yard_m2", 3000.0, 3001.0), ("lifts", 0.0, 1.0), ("fire_class", "丁", "乙")],
)  # fmt: skip
def test_each_attribute_decides_at_its_own_limit(need, enough, short):
    assert outcome({need: enough})[0] == CLEAR
    code, found = outcome({need: short})
    assert code == CONFLICT
    name = next(a.name for a in reuse.ATTRIBUTES if a.asked == need)
    told = found.reasons(0, 0)
    assert [r.values["attribute"] for r in told] == [name]
    if need != "fire_class":
        assert told[0].values["missing"] == pytest.approx(short - P05[{"floor_m2": "net_m2"}.get(need, need)])


@pytest.mark.parametrize("attribute", [a for a in reuse.ATTRIBUTES if a.name != "floor"], ids=lambda a: a.name)
def test_what_the_register_does_not_say_never_passes(attribute):
    asked = {"least": 1.0, "has": "yes", "class": "丁"}[attribute.how]
    code, found = outcome({attribute.asked: asked}, {attribute.offered: "" if attribute.how != "least" else np.nan})
    assert code == UNKNOWN
    assert found.reasons(0, 0)[0].code == "reuse_attribute_unknown"
    assert attribute.name in found.table()["unknowns"].iloc[0]


def test_a_hall_is_turned_to_fit_and_measured_on_both_sides():
    assert outcome({"hall_length_m": 80.0, "hall_width_m": 120.0})[0] == CLEAR
    assert outcome({"hall_length_m": 90.0, "hall_width_m": 100.0})[0] == CONFLICT
    assert outcome({"hall_length_m": 121.0, "hall_width_m": np.nan})[0] == CONFLICT


def test_the_project_itself_may_refuse_or_be_silent():
    assert outcome({"accepts_building": "no"})[0] == CONFLICT
    assert outcome({"accepts_building": "no"})[1].table().empty
    assert outcome({"accepts_building": ""})[0] == UNKNOWN
    code, found = outcome({"floor_m2": np.nan})
    assert code == UNKNOWN
    assert found.reasons(0, 0)[0].code == "reuse_floor_not_said"


def test_floor_is_an_interval():
    assert outcome({}, {"net_m2": 0.0, "net_hi_m2": 9000.0})[0] == UNKNOWN
    assert outcome({}, {"net_m2": 0.0, "net_hi_m2": 7999.0})[0] == CONFLICT
    assert outcome({}, {"net_m2": 0.0, "net_hi_m2": np.nan})[0] == UNKNOWN


def test_what_nobody_asks_is_not_tested():
    code, found = outcome(
        {"clear_height_m": np.nan, "power_kva": np.nan}, {"clear_height_m": np.nan, "crane_t": np.nan}
    )
    assert code == CLEAR
    assert (found.tests == reuse.NOT_ASKED).sum() == len(reuse.ATTRIBUTES) - 1


def test_a_power_need_from_memory_rejects_nothing():
    big = RAYTECH | {"power_kva": 5000.0}
    for binding, expected in (("floor|power_kva", CONFLICT), ("floor", CLEAR), ("", CLEAR)):
        demand = reuse.proved(pd.DataFrame([big | {"binding": binding}]))
        assert int(reuse.match(demand, pd.DataFrame([P05])).outcome[0, 0]) == expected
    assert reuse.proved(pd.DataFrame([big]))["power_kva"].tolist() == [5000.0]


def test_nothing_against_nothing():
    none = reuse.match(pd.DataFrame({"project_id": []}), pd.DataFrame([P05]))
    assert none.outcome.shape == (0, 1)
    assert settled("reuse", none.table()).empty


VALUES = st.one_of(st.none(), st.floats(0, 30))


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=4), st.integers(0, 3))
def test_taking_data_away_never_turns_a_pair_into_a_fit(pairs, gone):
    names = ("clear_height_m", "crane_t", "grid_m", "floor_load_kpa")[: len(pairs)]
    need = {n: np.nan if a is None else a for n, (a, _) in zip(names, pairs, strict=True)}
    site = {n: np.nan if b is None else b for n, (_, b) in zip(names, pairs, strict=True)}
    whole = outcome(need, site)[0]
    less = outcome(need, site | {names[gone % len(names)]: np.nan})[0]
    assert not (less == CLEAR and whole != CLEAR)
    # a straightforward reading of the rule, pair by pair
    wrong = any(a is not None and b is not None and b < a for a, b in pairs)
    silent = any(a is not None and b is None for a, b in pairs)
    assert whole == (CONFLICT if wrong else UNKNOWN if silent else CLEAR)
