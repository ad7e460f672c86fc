"""The land of a park that holds ground cut by a use-only layer: its sums would give the amount away."""

from types import SimpleNamespace

import pandas as pd
import pytest

from layers.study.run import masked

PARCELS = pd.DataFrame({"parcel_id": ["p1", "p2", "p3"], "park_id": ["K1", "K1", "K2"]})


def shown(name, frame, parcels=("p2",)):
    results = SimpleNamespace(table=lambda _: PARCELS)
    hidden = masked.Hidden(None, frozenset(parcels), frozenset())
    return masked.SPECIAL[name](frame, hidden, results)


def test_the_land_of_a_park_that_is_touched_is_withheld():
    land = pd.DataFrame({"park_id": ["K1", "K2"], "name": ["一", "二"], "free": [600.0, 400.0], "used": [1.0, 2.0]})
    found = shown("park_land", land).set_index("park_id")
    assert found.loc["K1", ["free", "used"]].isna().all()
    assert found.loc["K2", ["free", "used"]].tolist() == [400.0, 2.0]
    assert found["name"].tolist() == ["一", "二"]


@pytest.mark.parametrize("resource", masked.OF_LAND)
def test_of_its_capacity_only_what_is_land(resource):
    rows = pd.DataFrame({"park_id": ["K1", "K1", "K2"], "resource": [resource, "power", resource],
                         "free": [600.0, 8.0, 400.0]})  # fmt: skip
    found = shown("capacity", rows)["free"]
    assert pd.isna(found[0])
    assert found[1:].tolist() == [8.0, 400.0]


def test_nothing_touched_changes_nothing():
    land = pd.DataFrame({"park_id": ["K1"], "free": [600.0]})
    assert shown("park_land", land, parcels=()) is land


def test_a_red_line_on_a_touched_parcel_is_touched_too():
    held = {"members": [("S1", "a"), ("S2", "b")], "check_members": [("K1", "a"), ("K2", "c")]}

    class Held:
        has = staticmethod(lambda name: name in held)
        table = staticmethod(lambda name: pd.DataFrame(held[name], columns=["site_id", "parcel_id"]))

    assert masked.touched_sites(Held, frozenset({"a"})) == {"S1", "K1"}
    del held["members"]
    assert masked.touched_sites(Held, frozenset({"a"})) == {"K1"}
    assert masked.touched_sites(Held, frozenset()) == frozenset()
