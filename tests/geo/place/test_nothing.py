"""Placing with a register or all land missing: nobody is placed by it and nothing fails."""

import datetime

import numpy as np
import pandas as pd
import pytest

from geo.basis.tables import empty
from geo.basis.units import hi
from geo.place.accounts import opened
from geo.place.capacity import Book, Draw, capacity
from geo.place.fit import Tables, fits
from geo.place.intake import needs
from geo.place.resource import Resource, Resources
from geo.place.worth import Objective

DAY = datetime.date(2026, 11, 23)


def test_a_park_without_any_facility_has_its_land_row():
    park = {name: [10.0] for name in ("limit", "used", "committed", "reserved", "free", "drawn", "left")}
    parks = pd.DataFrame({"park_id": ["B1"], "date": [pd.NaT], "source": [""]} | park)
    nothing = opened(empty("accounts"), DAY)
    made = capacity(parks, Book(nothing, Resources(())), {"B1": Draw({"power": 1.0}, 1)})
    assert made["resource"].tolist() == ["land"]


def test_a_facility_to_come_whose_use_is_not_known_adds_an_unknown_amount():
    park = {name: [10.0] for name in ("limit", "used", "committed", "reserved", "free", "drawn", "left")}
    parks = pd.DataFrame({"park_id": ["B1"], "date": [pd.NaT], "source": [""]} | park)
    station = {"account": ["S"], "scope": ["facility"], "resource": ["power"], "unit": ["MVA"], "stated_unit": [""],
               "limit": [50.0], "used": [np.nan], "committed": [0.0], "reserved": [0.0], "serves": ["B1"],
               "in_service": [pd.Timestamp("2027-06-30")], "date": [pd.NaT], "source": [""]}  # fmt: skip
    book = opened(pd.DataFrame(station), DAY)
    made = capacity(parks, Book(book, Resources(())), {}).set_index("resource")
    assert made.loc["power", "state"] == "not_yet"
    assert made.loc["power", "left"] == 0.0
    assert np.isnan(made.loc["power", "later"])


@pytest.mark.parametrize("count", [1, 2])
def test_projects_without_a_single_site_fit_nowhere(count):
    names = [f"P{k}" for k in range(count)]
    demand = pd.DataFrame({"project_id": names, "land_m2": 1000.0, "land_hi_m2": 1000.0})
    results = pd.DataFrame({"project_id": names, "result": "clear"})
    tables = Tables(pd.DataFrame({"project_id": names}), demand, empty("gates"), results, empty("sites"),
                    empty("building_sites"), empty("reuse"))  # fmt: skip
    assert fits(tables, Objective()).empty


POWER = Resource("power", "MVA", 0.001, "power_kva", "", 0.001)
STEAM = Resource("steam", "t/h", 0.01, "heat_th")


def listed(kva):
    """Demand of projects P0, P1 … of which the power is given, NaN where it is not, and steam nowhere."""
    names = [f"P{k}" for k in range(len(kva))]
    return pd.DataFrame({"project_id": names, "power_kva": kva, hi("power_kva"): kva, "heat_th": np.nan,
                         hi("heat_th"): np.nan, "binding": "power_kva|heat_th"})  # fmt: skip


def test_a_need_others_state_and_one_leaves_blank_is_open_not_nought():
    found = needs(listed([12000.0, np.nan]), [POWER, STEAM])
    assert (found["P0"]["power"].low, found["P0"]["power"].high) == (12.0, 12.0)
    assert (found["P1"]["power"].low, found["P1"]["power"].high) == (0.0, np.inf)


def test_a_need_nobody_states_is_not_asked_for():
    found = needs(listed([12000.0, 500.0]), [POWER, STEAM])
    assert all("steam" not in need for need in found.values())


@pytest.mark.parametrize("land", [0.0, -1.0, np.nan])
def test_a_project_asking_for_no_land_is_not_known_anywhere(land):
    demand = pd.DataFrame({"project_id": ["P0"], "land_m2": [land], "land_hi_m2": [land]})
    results = pd.DataFrame({"project_id": ["P0"], "result": ["clear"]})
    site = pd.DataFrame({"site_id": ["S1"], "net_m2": [9000.0], "net_hi_m2": [9000.0], "outcome": ["clear"]})
    sites = site.reindex(columns=empty("sites").columns).assign(status="eligible", park_id="", unknowns="")
    tables = Tables(pd.DataFrame({"project_id": ["P0"]}), demand, empty("gates"), results, sites,
                    empty("building_sites"), empty("reuse"))  # fmt: skip
    assert fits(tables, Objective())["feasible"].tolist() == ["unknown"]
