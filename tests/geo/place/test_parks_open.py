"""Ground in no park is outside every park only where all parks are known; else that is to be verified."""

from dataclasses import replace

import pandas as pd
import pytest

from geo.basis.reason import Reason
from geo.place.base import Base, Counted
from geo.place.fit import fits
from geo.place.worth import Objective
from tests.geo.place.county import RESOURCES, County


def judged(complete, park):
    tables = County().tables()
    sites = tables.sites.assign(park_id=park)
    found = fits(replace(tables, sites=sites, own={}, parks_complete=complete), Objective())
    land = found[~found["site_id"].str.startswith("P-")]
    assert len(land)
    return {(f, Reason.from_json(r).code) for f, r in zip(land["feasible"], land["reason"], strict=True)}


def test_outside_is_proved_by_a_complete_layer_alone():
    assert judged(True, "") == {("no", "fit_outside_parks")}
    assert "fit_outside_parks" not in {c for _, c in judged(False, "")}
    assert "yes" not in {f for f, _ in judged(False, "")}
    assert ("unknown", "fit_parks_open") in judged(False, "")


@pytest.mark.parametrize("complete", [True, False])
def test_a_park_only_a_parcel_states_is_to_be_verified(complete):
    found = judged(complete, "nobody")
    assert ("unknown", "fit_park_unknown") in found
    assert "yes" not in {f for f, _ in found}


@pytest.mark.parametrize(
    ("zones", "complete"),
    [
        ([("parks", 0.0, "ok", "complete")], True),
        ([("parks", 0.0, "ok", "unknown")], False),
        ([("parks", 0.0, "failed", "complete")], False),
        ([("parks", 50.0, "ok", "complete")], False),
        ([], False),
    ],
)
def test_a_run_tells_by_what_it_measured(zones, complete):
    measured = pd.DataFrame(zones, columns=["layer_id", "buffer_m", "state", "coverage"])
    base = Base(lambda _: measured, lambda _: True, pd.DataFrame(), Counted(RESOURCES, {}), parks=("parks",))
    assert base._parks_complete() is complete
    assert Base(lambda _: measured, lambda _: False, pd.DataFrame(), Counted(RESOURCES, {}))._parks_complete()
