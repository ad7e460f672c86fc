"""Scene 2 in small: every number of it, on tables made by hand."""

import datetime
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.basis.units import mu
from geo.place.accounts import accounts
from geo.place.answer import Answer, Worth
from geo.place.fit import fits, result_of
from geo.place.headroom import pools
from geo.place.intake import portfolio
from geo.place.later import first_days
from geo.place.match import Wish, place
from geo.place.worth import Objective
from tests.geo.place.county import RESOURCES, County

COUNTY = County()


@pytest.fixture(scope="module")
def found():
    return COUNTY.matches()


def test_three_placed_two_unplaced_one_rejected_one_unknown(found):
    assert found["status"].to_dict() == {
        "丽人": "placed", "普科": "placed", "雷气": "placed", "宝耐": "unplaced", "中鑫": "unplaced",
        "盛海": "rejected", "力胜": "unknown",
    }  # fmt: skip


def test_where_and_how_much(found):
    assert found.loc["丽人", ["site_id", "pinned"]].tolist() == ["R1", True]
    assert found.loc["普科", "site_id"] == "PK"
    assert mu(found.loc["普科", "land_m2"]) == pytest.approx(140.0)
    assert mu(found.loc["普科", "remnant_m2"]) == pytest.approx(12.0)
    assert found.loc["雷气", ["site_id", "kind", "land_m2", "floor_m2"]].tolist() == ["P-05", "building", 0.0, 8000.0]
    assert mu(found.loc["雷气", "saved_m2"]) == pytest.approx(80.0)
    assert found.loc["雷气", "remnant_m2"] == pytest.approx(1600.0)


def test_what_is_missing(found):
    assert found.loc["宝耐", "missing"] == "S-E 4 MVA"
    assert found.loc["中鑫", "missing"] == "new_construction 85 亩"


def test_price_of_forcing(found):
    assert found.loc["中鑫", ["price", "leaves"]].tolist() == [140 * 20 - 200 * 8, "普科"]
    assert bool(found.loc["中鑫", "price_exact"])
    assert found.loc["宝耐", "runner_up"] == ""


def test_accounts_after_placing():
    facilities, budgets = COUNTY.accounts()
    assert facilities.loc["SW-2", ["free", "left"]].tolist() == [1200.0, 300.0]
    assert facilities.loc["S-E", ["free", "left"]].tolist() == [8.0, 8.0]
    assert facilities.loc["S-E3", "state"] == "not_yet"
    assert np.isnan(facilities.loc["GS-2", "free"])
    assert budgets.loc["new_construction", ["free", "drawn", "left"]].tolist() == pytest.approx([320.0, 205.0, 115.0])
    assert budgets.loc["farmland_balance", "drawn"] == pytest.approx(52.0 + 140.0)


def test_only_the_stated_accounts_are_lowered():
    answer = COUNTY.answer()
    facilities, budgets = COUNTY.accounts(answer)
    changed = set(facilities.index[facilities["drawn"] > 0]) | set(budgets.index[budgets["drawn"] > 0])
    stated = {pool.members[0] for _, pool, _, _ in answer.placed.used()}
    assert changed == stated


@pytest.mark.parametrize(("extra", "status"), [(84.99, "unplaced"), (85.0, "placed")])
def test_more_quota_places_all_three(extra, status):
    found = COUNTY.but(extra={"new_construction": extra}).matches()
    assert found.loc["中鑫", "status"] == status
    assert found.loc[["丽人", "普科"], "status"].tolist() == ["placed", "placed"]


@pytest.mark.parametrize(("day", "status"), [("2027-06-29", "unplaced"), ("2027-06-30", "placed")])
def test_a_transformer_places_baonai_from_its_day(day, status):
    found = COUNTY.but(on=datetime.date.fromisoformat(day)).matches()
    assert found.loc["宝耐", "status"] == status


def test_the_new_transformer_is_drawn_and_the_old_one_keeps_its_rest():
    facilities, _ = COUNTY.but(on=datetime.date(2027, 6, 30)).accounts()
    assert facilities.loc["S-E3", "left"] == 38.0
    assert facilities.loc["S-E", "left"] == 8.0


def test_recovered_land_takes_zhongxin_without_quota_and_undo_restores():
    before = COUNTY.matches()
    county = COUNTY.but(sites=COUNTY.sites | {"G-07": ("B3", 210.0, 0.0, 0.0)})
    found = county.matches()
    facilities, budgets = county.accounts()
    assert found.loc["中鑫", ["status", "site_id"]].tolist() == ["placed", "G-07"]
    assert mu(found.loc["中鑫", "remnant_m2"]) == pytest.approx(10.0)
    assert budgets.loc["new_construction", "left"] == pytest.approx(115.0)
    assert facilities.loc["S-E", "left"] == 5.0
    assert found.loc["宝耐", "missing"] == "S-E 7 MVA"
    assert COUNTY.matches().equals(before)


def test_a_need_of_an_unknown_limit_is_unknown_not_placed():
    found = COUNTY.but(gas=100.0, binding=COUNTY.binding + "|gas_m3d").matches()
    assert found.loc["普科", "status"] == "unknown"
    assert "GS-2" in found.loc["普科", "reason"]
    assert found.loc["中鑫", "status"] == "unknown" or "fit_not_served" in found.loc["中鑫", "reason"]


def test_a_figure_from_memory_never_leaves_a_project_out():
    county = COUNTY.but(binding="water_m3d|sewage_m3d|energy_tce")
    answer = county.answer()
    facilities, _ = county.accounts(answer)
    assert answer.matches().set_index("project_id").loc["宝耐", "status"] == "placed"
    assert facilities.loc["S-E", ["left", "unverified"]].tolist() == [8.0, 12.0]


def test_a_ban_and_a_pin_that_cannot_be_kept():
    found = COUNTY.but(bans={"普科": (Wish(),)}, pins=COUNTY.pins | {"宝耐": Wish(park="B4")}).matches()
    assert found.loc["普科", "status"] == "unplaced"
    assert "unplaced_banned" in found.loc["普科", "reason"]
    assert found.loc["宝耐", ["status", "missing"]].tolist() == ["unplaced", "S-E 4 MVA"]
    assert found.loc["中鑫", "status"] == "placed"


def test_two_projects_share_a_block_when_it_is_cut():
    projects = {"甲": ("C17", 90.0, 90.0, 5, 0.1, 1, 1, 1, 1, 0), "乙": ("C17", 100.0, 100.0, 5, 0.1, 1, 1, 1, 1, 0)}
    found = County(projects=projects, pins={}, extra={"new_construction": 200.0}).matches()
    assert found["site_id"].tolist() == ["ZX", "ZX"]
    assert mu(found["remnant_m2"]).tolist() == pytest.approx([22.0, 22.0])


def test_what_the_missing_amount_would_bring(found):
    assert found.loc["中鑫", ["relief_worth", "relief_enters"]].tolist() == [200 * 8, "中鑫"]
    assert found.loc["宝耐", ["relief_worth", "relief_enters"]].tolist() == [170 * 9, "宝耐"]
    assert found.loc["普科", "relief_enters"] == ""
    assert found.loc[["中鑫", "宝耐"], "relief_kept"].all()


def test_the_first_day_on_which_an_unplaced_project_stands():
    answer = COUNTY.answer()
    days = [datetime.date(2027, 6, 29), datetime.date(2027, 6, 30), datetime.date(2028, 1, 1)]
    offered = {d: pools(COUNTY.but(on=d).book(), RESOURCES) for d in days}
    assert first_days(answer.placed, answer.portfolio, ["宝耐", "中鑫"], offered) == {"宝耐": days[1]}


# --- every shortage, and what supplying it does -----------------------------------------------------------------------


def test_every_shortage_of_a_project_is_told():
    """占补 short by 33 and quota short by 163: both, wherever shortages are told."""
    answer = COUNTY.but(extra={"farmland_balance": -91.0, "new_construction": -78.0}).answer()
    rows = answer.misses().query("project_id == '中鑫'")
    assert dict(zip(rows["account"], rows["amount"], strict=True)) == {
        "farmland_balance": 33.0,
        "new_construction": 163.0,
    }
    match = answer.matches().set_index("project_id").loc["中鑫"]
    assert match["missing"] == "farmland_balance 33 亩|new_construction 163 亩"
    assert json.loads(match["reason"])["missing"] == match["missing"].split("|")


def test_an_overdrawn_account_lacks_its_debt_too():
    county = COUNTY.but(extra={"new_construction": -320.0 - 40.0}, pins={})
    rows = county.answer().misses().set_index("project_id")
    short = rows.query("account == 'new_construction'")["amount"]
    assert short["中鑫"] == 240.0
    more = {"new_construction": -360.0 + short["中鑫"]}
    assert county.but(extra=more).accounts()[1].loc["new_construction", "free"] == pytest.approx(200.0)


COMPETING = st.fixed_dictionaries({
    "丽人": st.integers(60, 143), "普科": st.integers(60, 150),
    "中鑫": st.integers(60, 210), "宝耐": st.integers(60, 170),
    "quota": st.integers(-300, 60), "balance": st.integers(-440, 0), "power": st.sampled_from([0, -5, -12]),
    "tax": st.tuples(*[st.integers(1, 30)] * 4),
})  # fmt: skip


@pytest.mark.long
@settings(max_examples=15)
@given(COMPETING)
def test_supplying_all_shortages_together_does_what_is_said(case):
    """With the amounts of all its misses a project stands and the others stay, or that is not promised."""
    names = ("丽人", "普科", "中鑫", "宝耐")
    taxes = dict(zip(names, case["tax"], strict=True))
    projects = {p: (r[0], float(case[p]), float(case[p]), taxes[p], *r[4:]) if p in names else r
                for p, r in County().projects.items()}  # fmt: skip
    given_ = {
        "new_construction": float(case["quota"]),
        "farmland_balance": float(case["balance"]),
        "S-S": case["power"],
    }
    county = County(projects=projects, pins={}, extra=given_)
    before = county.matches()
    for project, row in before[before["missing"] != ""].iterrows():
        misses = county.answer().misses().query("project_id == @project")
        extra = dict(given_)
        for account, amount in zip(misses["account"], misses["amount"], strict=True):
            extra[account] = extra.get(account, 0.0) + amount
        after = county.but(extra=extra).matches()
        others = before.query("status == 'placed'")
        stay = after.loc[others.index, "site_id"].equals(others["site_id"])
        promised = json.loads(row["reason"])["code"] == "unplaced_short"
        if promised:
            assert after.loc[project, "status"] == "placed"
            assert stay
        if not np.isnan(row["relief_worth"]):
            placed = [set(m.index[m["status"] == "placed"]) for m in (before, after)]
            enters, leaves = (set(filter(None, row[k].split("|"))) for k in ("relief_enters", "relief_leaves"))
            assert (placed[1] - placed[0], placed[0] - placed[1]) == (enters, leaves)
            assert promised is (stay and enters == {project})


def test_a_station_nobody_knows_leaves_a_shortage_open():
    county = County()
    register = county.facilities()
    other = register.query("facility_id == 'S-E'").assign(facility_id="S-X", limit=np.nan, serves="B4")
    book = accounts(pd.concat([register, other]), county.budgets(), county.on)
    tables = county.tables()
    made = pools(book, RESOURCES)
    listed = portfolio(tables, fits(tables, Objective()), county.members(), made)
    answer = Answer(place(listed, made), listed, Worth("tax", "wan_a"), result_of(tables.gate_results))
    found = answer.matches().set_index("project_id")
    assert found.loc["宝耐", "status"] == "unknown"
    assert json.loads(found.loc["宝耐", "reason"])["facilities"] == ["S-X"]
    assert found.loc["中鑫", "status"] == "unplaced"


def test_a_pin_on_a_site_that_never_fits_has_no_day():
    county = COUNTY.but(pins=COUNTY.pins | {"宝耐": Wish(site="ZX"), "中鑫": Wish(site="ZX")})
    answer = county.answer()
    days = [datetime.date(2027, 6, 30)]
    offered = {d: pools(COUNTY.but(on=d).book(), RESOURCES) for d in days}
    assert county.matches().loc["宝耐", "status"] == "unplaced"
    assert county.but(on=days[0]).matches().loc["宝耐", "status"] == "unplaced"
    assert first_days(answer.placed, answer.portfolio, ["宝耐"], offered) == {}
    banned = COUNTY.but(bans={"宝耐": (Wish(park="B4"),)}).answer()
    assert first_days(banned.placed, banned.portfolio, ["宝耐"], offered) == {}
