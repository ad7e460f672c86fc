import numpy as np
import pandas as pd
import pytest

from geo.place.capacity import Draw, capacity, typical
from geo.place.portfolio import Need
from tests.geo.place.county import MU, County


def parks(**more):
    rows = [("B3", 900.0, 700.0, 0.0, 95.0, 105.0), ("B4", 500.0, 228.0, 0.0, 100.0, 172.0)]
    frame = pd.DataFrame(rows, columns=["park_id", "limit", "used", "committed", "reserved", "free"])
    return frame.assign(drawn=0.0, left=frame["free"], date=pd.Timestamp("2025-12-31"), source="地类图斑", **more)


def table(county=None, draws=None, **more):
    facilities, budgets = (county or County()).accounts()
    rates = draws or {"B3": Draw({"power": 0.0149, "gas": 1.0}, 3), "B4": Draw({"power": 12 / 170}, 1)}
    return capacity(parks(**more), facilities.reset_index(), budgets.reset_index(), rates).set_index(
        ["park_id", "resource"]
    )


def test_a_facility_counts_once_though_two_parks_see_it():
    found = table()
    assert found.loc[("B3", "power"), "left"] == found.loc[("B4", "power"), "left"] == 8.0
    assert found.loc[("B3", "power"), "accounts"] == "S-E|S-E3"


def test_a_facility_counts_from_its_day():
    import datetime

    found = table(County(on=datetime.date(2027, 6, 30)))
    assert found.loc[("B3", "power"), "free"] == 58.0
    assert found.loc[("B3", "power"), "left"] == 46.0


def test_binding_resource_and_what_relieving_it_frees():
    found = table()
    assert found.loc["B3"].query("binding").index.tolist() == ["land"]
    assert found.loc[("B3", "land"), "then_resource"] == "power"
    assert found.loc[("B3", "land"), "frees_mu"] == pytest.approx(8.0 / 0.0149 - 105.0)
    assert found.loc["B4"].query("binding").index.tolist() == ["power"]
    assert found.loc[("B4", "power"), "supports_mu"] == pytest.approx(8.0 * 170 / 12)


def test_an_unknown_limit_stays_unknown_and_never_binds():
    row = table().loc[("B3", "gas")]
    assert row["state"] == "unknown"
    assert np.isnan(row["free"])
    assert np.isnan(row["supports_mu"])
    assert not row["binding"]


def test_county_quota_binds_where_open_land_needs_more_of_it():
    found = table(open_new_construction=[105.0, 0.0])
    assert found.loc[("B3", "new_construction"), "supports_mu"] == pytest.approx(115.0)
    assert np.isnan(found.loc[("B4", "new_construction"), "supports_mu"])


def test_typical_draw_leaves_out_what_is_open_or_from_memory():
    needs = {"a": {"power": Need(2, 2)}, "b": {"power": Need(1, np.inf)}, "c": {"power": Need(9, 9, False)}}
    found = typical(needs, {"a": 100 * MU, "b": 50 * MU, "c": 50 * MU}, ["a", "b", "c"])
    assert found.rates == {"power": pytest.approx(0.02)}
    assert found.projects == 3
