"""Placing with a register or all land missing: nobody is placed by it and nothing fails."""

import pandas as pd
import pytest

from geo.basis.tables import empty
from geo.place.capacity import Draw, capacity
from geo.place.fit import Tables, fits
from geo.place.worth import Objective


def test_a_park_without_any_facility_has_its_land_row():
    park = {name: [10.0] for name in ("limit", "used", "committed", "reserved", "free", "drawn", "left")}
    parks = pd.DataFrame({"park_id": ["B1"], "date": [pd.NaT], "source": [""]} | park)
    made = capacity(parks, empty("facilities"), empty("budgets"), {"B1": Draw({"power": 1.0}, 1)})
    assert made["resource"].tolist() == ["land"]


def test_a_facility_to_come_whose_use_is_not_known_adds_an_unknown_amount():
    park = {name: [10.0] for name in ("limit", "used", "committed", "reserved", "free", "drawn", "left")}
    parks = pd.DataFrame({"park_id": ["B1"], "date": [pd.NaT], "source": [""]} | park)
    station = {"facility_id": ["S"], "resource": ["power"], "unit": ["MVA"], "limit": [50.0], "used": [None],
               "committed": [0.0], "reserved": [0.0], "free": [0.0], "drawn": [0.0], "left": [0.0], "serves": ["B1"],
               "state": ["not_yet"], "in_service": [pd.Timestamp("2027-06-30")], "date": [pd.NaT],
               "source": [""]}  # fmt: skip
    made = capacity(parks, pd.DataFrame(station).astype({"used": float}), empty("budgets"), {})
    assert made.set_index("resource").loc["power", "later"] != made.set_index("resource").loc["power", "later"]


@pytest.mark.parametrize("count", [1, 2])
def test_projects_without_a_single_site_fit_nowhere(count):
    names = [f"P{k}" for k in range(count)]
    demand = pd.DataFrame({"project_id": names, "land_m2": 1000.0, "land_hi_m2": 1000.0})
    results = pd.DataFrame({"project_id": names, "result": "clear"})
    tables = Tables(pd.DataFrame({"project_id": names}), demand, empty("gates"), results, empty("sites"),
                    empty("building_sites"), empty("reuse"))  # fmt: skip
    assert fits(tables, Objective()).empty
