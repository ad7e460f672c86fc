"""One account book: what Place may draw is what Capacity says is left, whatever state the facilities are in."""

import dataclasses
import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.place.accounts import accounts, drawn_down, of_scope, together
from geo.place.capacity import Book, Draw, capacity
from geo.place.draws import PARK, draws
from geo.place.headroom import not_known, pools, serving
from geo.place.resource import Resource, Resources
from tests.geo.place import county as county_of
from tests.geo.place.county import DAY, PROJECTS, RESOURCES, SITES, County

LATE = datetime.date(2027, 6, 30)
POWER = Resource("power", "MVA", 0.001)
NO_BUDGETS = County().budgets().iloc[:0]


def station(name, limit, used=0.0, serves="P1", **more):
    row = {
        "facility_id": name, "name": name, "kind": "k", "resource": "power", "unit": "MVA", "stated_unit": "",
        "limit": limit, "used": used, "committed": 0.0, "reserved": 0.0, "serves": serves,
        "in_service": pd.Timestamp("2016-01-01"), "date": pd.Timestamp("2026-10-31"), "source": "月报",
    }  # fmt: skip
    return row | more


def book(*rows, on=DAY, extra=None):
    return accounts(pd.DataFrame(rows), NO_BUDGETS, on, extra)


def parks(*names):
    figures = dict.fromkeys(("limit", "used", "committed", "reserved", "free", "drawn", "left"), 10.0)
    return pd.DataFrame([{"park_id": p, "date": pd.NaT, "source": ""} | figures for p in names])


def capacity_of(made, *names, resources=RESOURCES):
    rates = {p: Draw({"power": 0.5}, 1) for p in names}
    return capacity(parks(*names), Book(made, resources), rates).set_index(["park_id", "resource"])


def may_draw(made, park, resource, resources=RESOURCES):
    """What placing may draw in a park: NaN where nothing of it is known, 0 where nothing serves it."""
    found = pools(made, resources)
    mine = [found[k] for k in serving(found, park, resource)]
    if mine and not_known(mine):
        return np.nan
    return sum(p.resource.amount(p.free) for p in mine if p.free is not None)


def test_an_overdrawn_station_gives_nothing_and_takes_nothing_from_another():
    made = book(station("S1", 10.0, 15.0), station("S2", 10.0))
    row = capacity_of(made, "P1").loc[("P1", "power")]
    assert (row["left"], row["overdrawn"], row["state"]) == (10.0, 5.0, "in_service")
    assert row["limit"] - row["used"] - row["committed"] - row["reserved"] + row["overdrawn"] == row["free"]
    assert may_draw(made, "P1", "power") == 10.0
    assert made.set_index("account").loc["S1", ["free", "state"]].tolist() == [-5.0, "overdrawn"]


def test_of_known_and_unknown_stations_the_known_ones_count_and_the_others_are_named():
    made = book(station("S1", 50.0, 42.0), station("S2", np.nan), station("S3", np.nan, serves="P2", stated_unit="kWp"))
    found = capacity_of(made, "P1", "P2")
    row = found.loc[("P1", "power")]
    assert (row["left"], row["state"], row["unknown"], row["supports_mu"]) == (8.0, "partly", "S2", 16.0)
    assert may_draw(made, "P1", "power") == 8.0
    assert found.loc[("P2", "power"), "state"] == "unknown"
    assert np.isnan(may_draw(made, "P2", "power"))


def test_amounts_of_a_resource_nobody_declared_are_not_added_across_units():
    made = book(station("S1", 5.0, resource="氢", unit="t/d"), station("S2", 7.0, resource="氢", unit="kg/h"))
    row = capacity_of(made, "P1").loc[("P1", "氢")]
    assert row["state"] == "unknown"
    assert np.isnan(row["left"])


def test_a_station_that_serves_nobody_is_no_account_of_the_county():
    made = book(station("S1", 50.0, serves=""))
    assert [p.county for p in pools(made, RESOURCES)] == [False]
    assert may_draw(made, "P1", "power") == 0.0


def test_only_a_station_to_come_holds_nothing_and_is_no_gap():
    made = book(station("S1", 50.0, in_service=pd.Timestamp(LATE)))
    assert [p.free for p in pools(made, RESOURCES)] == [0]
    assert [p.free for p in pools(book(station("S1", 50.0, in_service=pd.Timestamp(LATE)), on=LATE), RESOURCES)] == [
        50_000
    ]


def test_more_of_a_scenario_first_fills_what_is_overdrawn():
    made = book(station("S1", 10.0, 15.0), extra={"S1": 6.0})
    assert together(made, POWER).free == 1.0


FIGURE = st.one_of(st.just(np.nan), st.integers(0, 60).map(float))
STATION = st.fixed_dictionaries({
    "limit": FIGURE, "used": FIGURE, "committed": st.sampled_from([0.0, 5.0, np.nan]),
    "resource": st.sampled_from(["power", "power", "water", "氢"]), "unit": st.sampled_from(["MVA", "kg"]),
    "serves": st.sampled_from(["", "P1", "P2", "P1|P2"]), "stated_unit": st.sampled_from(["", "", "kWp"]),
    "in_service": st.sampled_from([pd.NaT, pd.Timestamp("2016-01-01"), pd.Timestamp(LATE)]),
})  # fmt: skip
UNITS = {"power": "MVA", "water": "m3/d"}


def given_station(k, row):
    unit = UNITS.get(row["resource"], row["unit"])
    unread = dict.fromkeys(("limit", "used", "committed"), np.nan) if row["stated_unit"] else {}
    return station(f"S{k}", 0.0) | row | {"unit": unit} | unread


@settings(max_examples=40)
@given(st.lists(STATION, min_size=1, max_size=6), st.sampled_from([DAY, LATE]), st.data())
def test_place_and_capacity_agree(rows, on, data):
    made = book(*(given_station(k, row) for k, row in enumerate(rows)), on=on)
    found = capacity_of(made, "P1", "P2")
    for (park, resource), row in found.iterrows():
        if resource != "land" and made.loc[made["resource"] == resource, "unit"].nunique() == 1:
            assert row["left"] == pytest.approx(may_draw(made, park, resource), nan_ok=True)
            assert row["free"] == pytest.approx(row["left"], nan_ok=True)
            sum_ = row["limit"] - row["used"] - row["committed"] - row["reserved"] + row["overdrawn"]
            assert sum_ == pytest.approx(row["free"], nan_ok=True)
            open_ = made[(made["state"] == "unknown") & (made["resource"] == resource)]
            serves = open_[[park in s.split("|") for s in open_["serves"]]] if len(open_) else open_
            assert row["unknown"] == "|".join(
                serves.sort_values(["in_service", "account"], na_position="first")["account"]
            )
    running = made[(made["state"] != "unknown") & (made["free"] > 0)]
    if len(running):  # what a draw takes of one facility is missing to every park it serves, once
        account = data.draw(st.sampled_from(sorted(running["account"])))
        held = float(running.set_index("account").loc[account, "free"])
        after = drawn_down(made, pd.DataFrame({"account": [account], "amount": [held], "unverified": [False]}))
        lower = capacity_of(after, "P1", "P2")
        served = running.set_index("account").loc[account, "serves"].split("|")
        kind = running.set_index("account").loc[account, "resource"]
        for park in ("P1", "P2"):
            if (park, kind) in found.index and np.isfinite(found.loc[(park, kind), "left"]):
                less = held if park in served else 0.0
                assert lower.loc[(park, kind), "left"] == pytest.approx(found.loc[(park, kind), "left"] - less)


@pytest.mark.parametrize("on", [DAY, LATE])
def test_place_and_capacity_agree_when_a_county_is_placed(on):
    """What the placed projects leave of every pool is what Capacity says is left, park by park."""
    county = County(on=on)
    answer = county.answer()
    made = county.drawn(answer)
    found = capacity_of(made, *{p for s in made["serves"] for p in s.split("|") if p})
    left = {p.id: p.free for p in answer.placed.booked.pools}
    for _, pool, amount, loose in answer.placed.used():
        left[pool.id] -= 0 if loose else amount
    for park, resource in found.index:
        mine = [p for p in answer.placed.booked.pools
                if p.resource.id == resource and (p.county or park in p.parks) and p.free is not None]  # fmt: skip
        if mine:
            expected = sum(p.resource.amount(left[p.id]) for p in mine)
            assert found.loc[(park, resource), "left"] == pytest.approx(expected)
    assert set(draws(answer.placed, county.book())["kind"]) >= {PARK, "facility", "budget"}


def test_figures_are_counted_in_one_unit_only():
    assert Resources(()).get("氢", "kg").unit == "kg"
    assert RESOURCES.get("power", "kW").unit == "MVA"


@pytest.mark.parametrize("figure", ["limit", "used", "committed", "reserved"])
def test_an_account_with_one_figure_missing_is_not_known(figure):
    made = book(station("S1", 50.0, 10.0) | {figure: np.nan}).iloc[0]
    assert (made["state"], np.isnan(made["free"]), np.isnan(made["left"])) == ("unknown", True, True)


def test_more_for_several_goes_to_one_that_is_not_overdrawn():
    made = book(station("S1", 10.0, 15.0), station("S2", 20.0, 5.0), extra={"S1+S2": 4.0}).set_index("account")
    assert made["free"].to_dict() == {"S1": -5.0, "S2": 19.0}


def test_a_station_used_up_to_its_limit_is_in_service_and_nothing_is_drawn_yet():
    made = book(station("S1", 10.0, 10.0), station("S2", 10.0, 9.5), station("S3", 10.0, 10.5)).set_index("account")
    assert made["state"].to_dict() == {"S1": "in_service", "S2": "in_service", "S3": "overdrawn"}
    assert made["left"].tolist() == made["free"].tolist() == [0.0, 0.5, -0.5]
    assert made["drawn"].tolist() == made["unverified"].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("rooms", "chosen"),
    [((-5.0, -10.0), "S1"), ((-10.0, -5.0), "S2"), ((-5.0, 10.0, 20.0), "S2"), ((0.5, 20.0), "S1"), ((20.0, 0.5), "S1"),
     ((0.0, 20.0), "S1")],
)  # fmt: skip
def test_more_for_several_goes_to_the_first_that_is_not_overdrawn_or_the_one_least_so(rooms, chosen):
    stations = [station(f"S{k}", 50.0, 50.0 - room) for k, room in enumerate(rooms, 1)]
    plain = book(*stations).set_index("account")["limit"]
    more = book(*stations, extra={"+".join(plain.index): 3.0}).set_index("account")["limit"]
    assert (more - plain)[lambda x: x != 0].to_dict() == {chosen: 3.0}


def held(*rows, on=DAY):
    return together(book(*rows, on=on), POWER)


def test_what_several_hold_together_when_none_is_in_service_yet():
    found = held(station("S1", 50.0, in_service=pd.Timestamp("2027-06-30")))
    assert (found.state, found.free, found.left, found.debt, found.members) == ("not_yet", 0.0, 0.0, 0.0, ("S1",))
    assert set(found.sums.values()) == {0.0}
    assert set(found.sums) == {"limit", "used", "committed", "reserved", "drawn", "overdrawn"}


def test_what_several_hold_together_when_nothing_is_known():
    found = held(station("S1", 50.0, np.nan), station("S2", 20.0, 5.0, committed=np.nan))
    assert (found.state, found.debt, found.members, found.unknown) == ("unknown", 0.0, (), ("S1", "S2"))
    assert found.sums["limit"] == 70.0
    assert np.isnan(
        [found.sums["used"], found.sums["committed"], found.sums["overdrawn"], found.free, found.left]
    ).all()


@pytest.mark.parametrize(
    ("rooms", "state", "debt", "overdrawn"),
    [
        ((5.0, 2.0), "in_service", 0.0, 0.0), ((5.0, -2.0), "in_service", 0.0, 2.0),
        ((0.0, -2.0), "in_service", 0.0, 2.0),
        ((-5.0, -2.0), "overdrawn", 2.0, 7.0), ((-5.0,), "overdrawn", 5.0, 5.0), ((0.25,), "in_service", 0.0, 0.0),
    ],
)  # fmt: skip
def test_what_must_be_given_before_anything_can_be_drawn(rooms, state, debt, overdrawn):
    found = held(*(station(f"S{k}", 50.0, 50.0 - room) for k, room in enumerate(rooms)))
    assert (found.state, found.debt, found.sums["overdrawn"]) == (state, debt, overdrawn)
    assert found.free == found.left == sum(max(r, 0.0) for r in rooms)


def test_one_overdrawn_beside_one_unknown_is_known_in_part():
    assert held(station("S1", 10.0, 15.0), station("S2", 10.0, np.nan)).state == "partly"


def test_pools_stand_in_one_order_facilities_first_whatever_the_order_of_the_registers():
    rows = [station("S9", 9.0, serves="P2"), station("S1", 5.0, serves="P1"), station("W1", 3.0, resource="water",
            unit="m³/d", serves="P1")]  # fmt: skip
    budgets = County().budgets()
    assert len(budgets) > 1
    ids = [p.id for p in pools(accounts(pd.DataFrame(rows), budgets, DAY), RESOURCES)]
    assert ids[:3] == ["S1", "S9", "W1"]
    assert ids[3:] == sorted(budgets["budget_id"])
    turned = accounts(pd.DataFrame(rows[::-1]), budgets.iloc[::-1], DAY)
    assert [p.id for p in pools(turned, RESOURCES)] == ids
    assert [p.county for p in pools(turned, RESOURCES)] == [False] * 3 + [True] * (len(ids) - 3)
    for scope, names in (("facility", {"S1", "S9", "W1"}), ("county", set(budgets["budget_id"]))):
        found = of_scope(turned, scope)
        assert set(found["account"]) == names
        assert found.index.tolist() == list(range(len(found)))


def test_what_is_shared_is_asked_of_each_project_alone_and_used_up_by_none(monkeypatch):
    """An emergency pool: 宝耐 (12) does not fit 8 alone; 丽人 and others take nothing from each other."""
    shared = Resources(tuple(dataclasses.replace(r, shared=r.id == "power") for r in RESOURCES.known))
    monkeypatch.setattr(county_of, "RESOURCES", shared)
    # two mills of 10 beside 丽人 (2.5) where 11 are free for B2 and 18 for D2: each alone fits
    mills = dict.fromkeys(("甲", "乙"), ("C17", 40.0, 40.0, 10, 10.0, 10, 10, 10, 9000, 0))
    sites = {**SITES, "X1": ("B2", 50.0, 0.0, 0.0), "X2": ("B2", 50.0, 0.0, 0.0)}
    given = County(projects={**PROJECTS, **mills}, sites=sites)
    answer = given.answer()
    found = answer.matches().set_index("project_id")
    assert set(found.loc[["丽人", "甲", "乙"], "status"]) == {"placed"}
    assert found.loc["宝耐", "status"] == "unplaced"
    assert "S-E 4" in found.loc["宝耐", "missing"]
    taken = draws(answer.placed, given.book())
    assert "power" not in set(taken["resource"])
    assert "water" in set(taken["resource"])
    book = given.drawn(answer)
    assert (book["left"] == book["free"])[book["resource"] == "power"].all()
    # drawn one from another, as before, only one more fits, in D2
    monkeypatch.setattr(county_of, "RESOURCES", RESOURCES)
    assert set(given.matches().loc[["丽人", "甲", "乙"], "status"]) == {"placed", "unplaced"}


def test_of_shared_pools_the_one_that_holds_a_project_alone_counts():
    pool = Resources((Resource("emergency_pool", "m3", 1.0, "emergency_m3", shared=True),))
    two = (station(n, limit, resource="emergency_pool", unit="m3") for n, limit in (("A", 600.0), ("B", 900.0)))
    found = pools(book(*two), pool)
    assert [(p.id, p.free) for p in found] == [("A", 600), ("B", 900)]  # never 1,500 together
    row = capacity_of(book(station("A", 600.0, resource="emergency_pool", unit="m3")), "P1", resources=pool)
    assert np.isnan(row.loc[("P1", "emergency_pool"), "supports_mu"])
    assert not row.loc[("P1", "emergency_pool"), "binding"]


def test_the_facilities_of_the_book_have_its_columns_and_no_other():
    made = book(station("S1", 10.0), station("S2", 10.0))
    assert list(of_scope(made, "facility").columns) == list(made.columns)
    assert list(of_scope(made.iloc[::-1], "facility")["account"]) == ["S2", "S1"]
