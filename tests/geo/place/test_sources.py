"""Land consolidation by hand: what counts from which day, what the ledger holds already, what nobody may count on."""

from datetime import date

import pandas as pd
import pytest

from geo.place import sources
from geo.place.accounts import accounts
from geo.place.base import Base, Counted
from geo.place.sources import Source
from tests.geo.place.county import RESOURCES, County

ON, LEDGER = date(2026, 11, 23), date(2026, 10, 31)
LEDGERS = {"new_construction": LEDGER, "farmland_balance": None}


def source(**more):
    given = {"account": "new_construction", "amount": 90.0, "stage": "works", "ready_on": date(2027, 3, 31)}
    return Source(**(given | more))


@pytest.mark.parametrize(
    ("given", "counts", "code"),
    [({}, "later", "quota_source_later"), ({"ready_on": date(2026, 11, 1)}, "counted", "quota_source_counted"),
     ({"ready_on": ON}, "counted", "quota_source_counted"), ({"ready_on": LEDGER}, "in_ledger", "quota_source_held"),
     ({"ready_on": date(2026, 1, 1)}, "in_ledger", "quota_source_held"),
     ({"stage": "planned"}, "open", "quota_source_planned"), ({"stage": "unknown"}, "open", "quota_source_planned"),
     ({"stage": ""}, "later", "quota_source_later"), ({"amount": float("nan")}, "open", "quota_source_amount"),
     ({"amount": 0.0}, "open", "quota_source_amount"), ({"ready_on": None}, "open", "quota_source_undated"),
     ({"account": "sea"}, "open", "quota_source_no_account"), ({"doubt": True}, "open", "quota_source_doubt"),
     ({"account": "farmland_balance"}, "open", "quota_source_ledger_undated")],
)  # fmt: skip
def test_what_counts(given, counts, code):
    found, why = sources.judged(source(**given), LEDGERS, ON)
    assert (found, why.code) == (counts, code)


def table(*rows):
    frame = pd.DataFrame(rows, columns=["account", "ready_on", "amount", "counts"])
    return frame.assign(ready_on=pd.to_datetime(frame["ready_on"]))


LISTED = table(("new_construction", "2027-03-31", 90.0, "later"), ("new_construction", "2026-11-01", 10.0, "counted"),
               ("farmland_balance", "2027-03-31", 50.0, "later"), ("new_construction", "2027-01-01", 500.0, "open"),
               ("new_construction", "2026-01-01", 70.0, "in_ledger"))  # fmt: skip


def test_it_comes_in_on_its_day_and_only_what_counts():
    given = sources.growth(LISTED)
    assert sources.come_in(given, ON) == {"new_construction": 10.0}
    assert sources.come_in(given, date(2027, 3, 30)) == {"new_construction": 10.0}
    assert sources.come_in(given, date(2027, 3, 31)) == {"new_construction": 100.0, "farmland_balance": 50.0}
    assert set(sources.days(given)) == {date(2027, 3, 31), date(2026, 11, 1)}


def test_the_book_of_a_day_holds_it():
    county = County()
    given = accounts(county.facilities(), county.budgets(), ON)
    base = Base(lambda name: pd.DataFrame(), lambda name: False, given, Counted(RESOURCES, {}),
                growth=sources.growth(LISTED))  # fmt: skip
    free = {day: base.accounts(day, {}).set_index("account")["free"] for day in (ON, date(2027, 3, 31))}
    # 5,234 − 803.9 − 4,110.1 = 320
    assert [round(f["new_construction"], 6) for f in free.values()] == [330.0, 420.0]
    asked = base.accounts(ON, {"new_construction": 5.0}).set_index("account")["free"]
    assert round(asked["new_construction"], 6) == 335.0
    assert free[ON]["S-E"] == 8.0


def test_capacity_says_when_an_account_grows():
    rows = pd.DataFrame(
        {
            "scope": ["county", "county", "facility"],
            "resource": ["new_construction", "energy", "power"],
            "later_on": pd.to_datetime([None, None, "2027-06-30"]),
            "later": [float("nan")] * 2 + [50.0],
        }
    )
    told = sources.told(rows, sources.growth(LISTED), ON).set_index("resource")
    assert told.loc["new_construction", "later"] == 90.0
    assert told.loc["new_construction", "later_on"] == pd.Timestamp("2027-03-31")
    assert told.loc["power", "later"] == 50.0
    assert pd.isna(told.loc["energy", "later_on"])
