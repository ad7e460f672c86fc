import numpy as np
import pandas as pd
import pytest

from geo.place.capacity import Book, Draw, capacity, typical
from geo.place.portfolio import Need
from tests.geo.place.county import MU, RESOURCES, County


def parks(**more):
    rows = [("B3", 900.0, 700.0, 0.0, 95.0, 105.0), ("B4", 500.0, 228.0, 0.0, 100.0, 172.0)]
    frame = pd.DataFrame(rows, columns=["park_id", "limit", "used", "committed", "reserved", "free"])
    return frame.assign(drawn=0.0, left=frame["free"], date=pd.Timestamp("2025-12-31"), source="地类图斑", **more)


def table(county=None, draws=None, **more):
    rates = draws or {"B3": Draw({"power": 0.0149, "gas": 1.0}, 3), "B4": Draw({"power": 12 / 170}, 1)}
    return capacity(parks(**more), Book((county or County()).drawn(), RESOURCES), rates).set_index(
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


def test_what_comes_later_is_told_with_its_day():
    row = table().loc[("B4", "power")]
    assert (row["later_on"], row["later"]) == (pd.Timestamp("2027-06-30"), 50.0)
    assert pd.isna(table().loc[("B3", "land"), "later_on"])


def test_land_of_a_park_closes_and_built_ground_under_a_red_line_is_not_free_twice():
    from geo.place.land import drawn, park_land

    parcels = pd.DataFrame({"parcel_id": list("abcd"), "park_id": ["P"] * 4, "area_m2": [100 * MU] * 4})
    supply = pd.DataFrame({"parcel_id": list("abcd"), "supply_status": ["built", "supplied", "unapproved", "unknown"]})
    available = pd.DataFrame(
        {"parcel_id": ["c", "d"], "area_m2": [90 * MU, 50 * MU], "disputed_m2": 0.0, "outcome": ["clear", "unknown"]}
    )
    account = park_land(parcels, supply, available, {"new_construction": pd.Series({"c": 0.5})})
    row = account.iloc[0]
    assert row["limit"] - row["used"] - row["committed"] - row["reserved"] == pytest.approx(row["free"])
    assert (row["used"], row["committed"], row["free"]) == pytest.approx((100.0, 100.0, 90.0))
    assert (row["open_unknown"], row["open_new_construction"]) == pytest.approx((50.0, 45.0))
    draws = pd.DataFrame({"resource": ["land"], "account": ["P"], "amount": [60.0], "site_id": ["R1"]})
    after = drawn(account, draws, pd.Series({"R1": 0.5}), ["P", "Q"]).set_index("park_id")
    assert after.loc["P", ["drawn", "left"]].tolist() == pytest.approx([30.0, 60.0])
    assert np.isnan(after.loc["Q", "left"])


def test_open_land_is_told_as_floor_too_and_never_binds_twice():
    from geo.place.land import drawn, park_land

    parcels = pd.DataFrame({"parcel_id": list("abc"), "park_id": ["P", "P", "Q"], "area_m2": [100 * MU] * 3})
    supply = pd.DataFrame({"parcel_id": list("abc"), "supply_status": ["unapproved"] * 3,
                           "far_max": [2.0, np.nan, np.nan]})  # fmt: skip
    open_ = pd.DataFrame({"parcel_id": list("abc"), "area_m2": [60 * MU, 30 * MU, 50 * MU], "disputed_m2": 0.0,
                          "outcome": "clear"})  # fmt: skip
    account = park_land(parcels, supply, open_, {}).set_index("park_id")
    assert account.loc["P", ["floor_m2", "floor_open"]].tolist() == pytest.approx([120 * MU, 30.0])
    assert np.isnan(account.loc["Q", "floor_m2"])
    taken = pd.DataFrame({"resource": ["land"], "account": ["P"], "amount": [45.0], "site_id": ["S"]})
    told = drawn(account.reset_index(), taken, pd.Series({"S": 1.0}), ["P", "Q"]).assign(source="图", date=pd.NaT)
    book = pd.DataFrame(columns=["account", "resource", "scope", "serves"])
    rows = capacity(told, Book(book, RESOURCES), {}).set_index(["park_id", "resource"])
    floor = rows.loc[("P", "floor")]
    assert (floor["free"], floor["left"], floor["state"]) == (pytest.approx(120 * MU), pytest.approx(60 * MU), "partly")
    assert not floor["binding"]
    assert rows.loc[("P", "land"), "left"] == pytest.approx(45.0)
    assert (rows.loc[("Q", "floor"), "state"], np.isnan(rows.loc[("Q", "floor"), "left"])) == ("unknown", True)
