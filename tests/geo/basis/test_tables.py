import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.basis.errors import BlockedError
from geo.basis.reason import Reason, reason
from geo.basis.tables import TABLES, empty, settled
from geo.basis.units import hi


def test_every_table_is_made_empty_with_its_columns():
    for name, table in TABLES.items():
        frame = empty(name)
        assert list(frame) == [c.name for c in table.columns]
        assert len(settled(name, frame)) == 0


def test_settled_sorts_rounds_and_orders():
    frame = pd.DataFrame({"area_m2": [1.23456789, -0.00001], "zones": ["b", "a"], "parcel_id": ["p", "p"]})
    made = settled("pieces", frame)
    assert list(made) == ["parcel_id", "zones", "area_m2"]
    assert made["zones"].tolist() == ["a", "b"]
    assert made["area_m2"].tolist() == [0.0, 1.2346]
    assert not np.signbit(made["area_m2"][0])


def test_settled_reports_all_columns_at_once():
    with pytest.raises(BlockedError) as caught:
        settled("pieces", pd.DataFrame({"parcel_id": ["p"], "colour": [1]}))
    codes = {r.code: r.values["columns"] for r in caught.value.reasons}
    assert codes == {"table_columns_missing": ["area_m2", "zones"], "table_columns_unknown": ["colour"]}


def test_repeated_keys_are_refused():
    frame = pd.DataFrame({"parcel_id": ["p", "p"], "zones": ["", ""], "area_m2": [1.0, 2.0]})
    with pytest.raises(BlockedError):
        settled("pieces", frame)


def test_facts_take_further_columns_named_with_their_unit():
    made = settled("facts", pd.DataFrame({"parcel_id": ["p"], "road_dist_m": [1.23456], "road_dist_id": ["7"]}))
    assert made["road_dist_m"][0] == 1.235


def test_upper_bound_stands_before_the_unit():
    assert (hi("slope_p90_pct"), hi("road_dist_m"), hi("odd")) == ("slope_p90_hi_pct", "road_dist_hi_m", "odd_hi")


@given(st.text(), st.dictionaries(st.text(min_size=1).filter(lambda k: k != "code"), st.integers() | st.text()))
def test_a_reason_survives_json(code, values):
    one = Reason(code, values)
    assert Reason.from_json(one.to_json()) == one


def test_reasons_are_plain():
    assert reason("x", a=np.float64(1.5), b=[np.int64(2)]).to_json() == '{"a": 1.5, "b": [2], "code": "x"}'
